#include "kernels/vec_avx2.inc"

#include "kernels/softmax_f32_vec.inc"

void softmax_f32_avx2(float *x, ptrdiff_t ld, int m, int n)
{
    for (int r = 0; r < m; r++)
        softmax_row(x + r * ld, n);
}
