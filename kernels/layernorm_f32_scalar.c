#include <math.h>

#include "kernels/rows.h"

void layernorm_f32_scalar(float *y, const float *x, const float *residual, const float *gamma,
                          const float *beta, float eps, int m, int n)
{
    for (int r = 0; r < m; r++) {
        float sum = 0, squares = 0;
        for (int i = 0; i < n; i++) {
            y[i] = residual ? x[i] + residual[i] : x[i];
            sum += y[i];
        }
        float mean = sum / (float)n;
        for (int i = 0; i < n; i++) {
            y[i] -= mean;
            squares += y[i] * y[i];
        }
        float scale = 1 / sqrtf(squares / (float)n + eps);
        for (int i = 0; i < n; i++)
            y[i] = y[i] * scale * gamma[i] + beta[i];
        y += n;
        x += n;
        residual = residual ? residual + n : NULL;
    }
}
