#include "kernels/vec_avx512.inc"

#include "kernels/dot_rows_f32_vec.inc"

void dot_rows_f32_avx512(float *y, const float *a, const float *b, ptrdiff_t ld, int m, int n)
{
    dot_rows(y, a, b, ld, m, n);
}
