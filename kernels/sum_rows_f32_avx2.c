#include "kernels/vec_avx2.inc"

#include "kernels/sum_rows_f32_vec.inc"

void sum_rows_f32_avx2(float *y, const float *x, ptrdiff_t ld, int m, int n)
{
    sum_rows(y, x, ld, m, n);
}
