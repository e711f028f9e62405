#include "kernels/rows.h"

static void add_row(float *y, const float *x, int n)
{
    for (int i = 0; i < n; i++)
        y[i] += x[i];
}

void embed_grad_f32_scalar(float *dword, float *dposition, float *dtype, ptrdiff_t ld, const float *dy,
                           const int32_t *id, const int32_t *pos, const int32_t *tt, int m, int cols)
{
    for (int r = 0; r < m; r++) {
        add_row(dword + id[r] * ld, dy + r * ld, cols);
        add_row(dposition + pos[r] * ld, dy + r * ld, cols);
        if (dtype)
            add_row(dtype + tt[r] * ld, dy + r * ld, cols);
    }
}
