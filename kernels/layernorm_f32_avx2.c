#include "kernels/vec_avx2.inc"

#include "kernels/layernorm_f32_vec.inc"

void layernorm_f32_avx2(float *y, const float *x, const float *residual, const float *gamma,
                        const float *beta, float eps, int m, int n)
{
    layernorm(y, x, residual, gamma, beta, eps, m, n);
}
