#include "kernels/vec_avx512.inc"

#include "kernels/transpose_f32_vec.inc"

void transpose_f32_avx512(float *y, ptrdiff_t ldy, const float *x, ptrdiff_t ldx, int m, int n)
{
    transpose(y, ldy, x, ldx, m, n);
}
