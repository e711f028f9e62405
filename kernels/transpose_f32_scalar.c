#include "kernels/rows.h"

void transpose_f32_scalar(float *y, ptrdiff_t ldy, const float *x, ptrdiff_t ldx, int m, int n)
{
    for (int r = 0; r < m; r++)
        for (int c = 0; c < n; c++)
            y[c * ldy + r] = x[r * ldx + c];
}
