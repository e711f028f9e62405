#include "kernels/vec_avx2.inc"

#include "kernels/dot_rows_f32_vec.inc"

void dot_rows_f32_avx2(float *y, const float *a, const float *b, ptrdiff_t ld, int m, int n)
{
    dot_rows(y, a, b, ld, m, n);
}
