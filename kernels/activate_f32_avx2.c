#include "kernels/vec_avx2.inc"

#include "kernels/activate_f32_vec.inc"

void activate_f32_avx2(float *y, const float *x, size_t n, enum activation act)
{
    activate(y, x, n, act);
}
