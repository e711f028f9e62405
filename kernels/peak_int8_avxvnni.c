#include "kernels/vec_avx2.inc"

#include "kernels/weight_int8_avxvnni.inc"
#include "kernels/peak_packed_vec.inc"

double peak_int8_avxvnni(long rounds)
{
    return peak(rounds);
}
