#include <math.h>

#include "kernels/rows.h"

static float gelu(float x)
{
    return 0.5f * x * (1 + erff(x * 0.707106781f));
}

static float gelu_tanh(float x)
{
    return 0.5f * x * (1 + tanhf(0.797884561f * (x + 0.044715f * x * x * x)));
}

void activate_f32_scalar(float *y, const float *x, size_t n, enum activation act)
{
    for (size_t i = 0; i < n; i++)
        switch (act) {
        case ACT_GELU:
            y[i] = gelu(x[i]);
            break;
        case ACT_GELU_TANH:
            y[i] = gelu_tanh(x[i]);
            break;
        case ACT_RELU:
            y[i] = x[i] < 0 ? 0 : x[i];
            break;
        case ACT_TANH:
            y[i] = tanhf(x[i]);
            break;
        default:
            y[i] = x[i];
        }
}
