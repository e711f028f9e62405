#include "kernels/rows.h"

void sum_rows_f32_scalar(float *y, const float *x, ptrdiff_t ld, int m, int n)
{
    for (int j = 0; j < n; j++) {
        float sum = 0;
        for (int i = 0; i < m; i++)
            sum += x[i * ld + j];
        y[j] = sum;
    }
}
