#include "kernels/vec_avx2.inc"

#include "kernels/square_sum_f32_vec.inc"

double square_sum_f32_avx2(const float *x, size_t n)
{
    return square_sum(x, n);
}
