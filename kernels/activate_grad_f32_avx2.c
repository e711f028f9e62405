#include "kernels/vec_avx2.inc"

#include "kernels/activate_grad_f32_vec.inc"

void activate_grad_f32_avx2(float *dx, const float *x, const float *dy, size_t n, enum activation act)
{
    activate_grad(dx, x, dy, n, act);
}
