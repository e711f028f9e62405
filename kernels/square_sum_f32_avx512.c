#include "kernels/vec_avx512.inc"

#include "kernels/square_sum_f32_vec.inc"

double square_sum_f32_avx512(const float *x, size_t n)
{
    return square_sum(x, n);
}
