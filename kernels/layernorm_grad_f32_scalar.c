#include <math.h>

#include "kernels/rows.h"

static void row(float *dz, float *dgamma, float *dbeta, const float *dy, const float *x, const float *residual,
                const float *gamma, float eps, int n)
{
    float sum = 0, squares = 0, mean_g = 0, mean_gh = 0;
    for (int i = 0; i < n; i++)
        sum += x[i] + (residual ? residual[i] : 0);
    float mean = sum / (float)n;
    for (int i = 0; i < n; i++) {
        float c = x[i] + (residual ? residual[i] : 0) - mean;
        squares += c * c;
    }
    float scale = 1 / sqrtf(squares / (float)n + eps);
    for (int i = 0; i < n; i++) {
        float h = (x[i] + (residual ? residual[i] : 0) - mean) * scale, g = dy[i] * gamma[i];
        mean_g += g;
        mean_gh += g * h;
        if (dgamma) {
            dgamma[i] += dy[i] * h;
            dbeta[i] += dy[i];
        }
    }
    mean_g /= (float)n;
    mean_gh /= (float)n;
    for (int i = 0; i < n; i++) {
        float h = (x[i] + (residual ? residual[i] : 0) - mean) * scale;
        dz[i] = (dy[i] * gamma[i] - mean_g - h * mean_gh) * scale;
    }
}

void layernorm_grad_f32_scalar(float *dz, float *dgamma, float *dbeta, const float *dy, const float *x,
                               const float *residual, const float *gamma, float eps, int m, int n)
{
    for (int r = 0; r < m; r++) {
        ptrdiff_t at = (ptrdiff_t)r * n;
        row(dz + at, dgamma, dbeta, dy + at, x + at, residual ? residual + at : NULL, gamma, eps, n);
    }
}
