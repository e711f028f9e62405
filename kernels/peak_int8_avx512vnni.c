#include "kernels/vec_avx512.inc"

#include "kernels/weight_int8_avx512vnni.inc"
#include "kernels/peak_packed_vec.inc"

double peak_int8_avx512vnni(long rounds)
{
    return peak(rounds);
}
