#include <math.h>

#include "kernels/rows.h"

/* Past +-10 the slopes of both GELUs are 0 or 1 within 10^-20. */
static float clamp(float x)
{
    return x > 10 ? 10 : x < -10 ? -10 : x;
}

static float gelu_slope(float x)
{
    float c = clamp(x);
    return 0.5f * (1 + erff(c * 0.707106781f)) + 0.398942280f * c * expf(-0.5f * c * c);
}

/* 1 - s = e s, without the cancellation */
static float gelu_tanh_slope(float x)
{
    float c = clamp(x), square = c * c;
    float e = expf(-2 * 0.797884561f * (c + 0.044715f * square * c)), s = 1 / (1 + e);
    return s + 2 * 0.797884561f * c * (1 + 3 * 0.044715f * square) * (s * (e * s));
}

static float tanh_slope(float x)
{
    float t = tanhf(x);
    return 1 - t * t;
}

static float slope(float x, enum activation act)
{
    switch (act) {
    case ACT_GELU:
        return gelu_slope(x);
    case ACT_GELU_TANH:
        return gelu_tanh_slope(x);
    case ACT_RELU:
        return x > 0 ? 1 : x <= 0 ? 0 : x;
    default:
        return tanh_slope(x);
    }
}

void activate_grad_f32_scalar(float *dx, const float *x, const float *dy, size_t n, enum activation act)
{
    for (size_t i = 0; i < n; i++)
        dx[i] = act == ACT_NONE ? dy[i] : dy[i] * slope(x[i], act);
}
