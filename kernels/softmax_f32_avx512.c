#include "kernels/vec_avx512.inc"

#include "kernels/softmax_f32_vec.inc"

void softmax_f32_avx512(float *x, ptrdiff_t ld, int m, int n)
{
    for (int r = 0; r < m; r++)
        softmax_row(x + r * ld, n);
}
