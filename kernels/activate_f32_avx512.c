#include "kernels/vec_avx512.inc"

#include "kernels/activate_f32_vec.inc"

void activate_f32_avx512(float *y, const float *x, size_t n, enum activation act)
{
    activate(y, x, n, act);
}
