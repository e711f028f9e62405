#include "kernels/vec_avx2.inc"

#include "kernels/add_f32_vec.inc"

void add_f32_avx2(float *y, const float *x, size_t n)
{
    add(y, x, n);
}
