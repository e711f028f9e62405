#include <math.h>

#include "kernels/rows.h"

void softmax_f32_scalar(float *x, ptrdiff_t ld, int m, int n)
{
    for (int r = 0; r < m; r++, x += ld) {
        float max = -INFINITY, sum = 0;
        for (int i = 0; i < n; i++)
            max = x[i] > max ? x[i] : max;
        for (int i = 0; i < n; i++) {
            x[i] = expf(x[i] - max);
            sum += x[i];
        }
        for (int i = 0; i < n; i++)
            x[i] /= sum;
    }
}
