#include "kernels/vec_avx512.inc"

#include "kernels/weight_bf16_avx512bf16.inc"
#include "kernels/peak_packed_vec.inc"

double peak_bf16_avx512bf16(long rounds)
{
    return peak(rounds);
}
