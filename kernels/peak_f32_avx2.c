#include "kernels/vec_avx2.inc"

#include "kernels/peak_f32_vec.inc"

double peak_f32_avx2(long rounds)
{
    return peak(rounds);
}
