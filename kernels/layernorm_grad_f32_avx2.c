#include "kernels/vec_avx2.inc"

#include "kernels/layernorm_grad_f32_vec.inc"

void layernorm_grad_f32_avx2(float *dz, float *dgamma, float *dbeta, const float *dy, const float *x,
                             const float *residual, const float *gamma, float eps, int m, int n)
{
    layernorm_grad(dz, dgamma, dbeta, dy, x, residual, gamma, eps, m, n);
}
