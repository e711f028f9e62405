#include "kernels/vec_avx512.inc"

#include "kernels/peak_f32_vec.inc"

double peak_f32_avx512(long rounds)
{
    return peak(rounds);
}
