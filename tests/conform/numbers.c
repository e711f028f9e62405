/* Inputs of every kind, and the bounds that several checks need. */
#include <math.h>

#include "analyzer/base/rng.h"
#include "tests/conform/conform.h"

uint64_t random_u64(void)
{
    static uint64_t drawn;
    return rng_u64(conform_seed, drawn++);
}

static float one_number(enum numbers kind, float same)
{
    uint64_t u = random_u64();
    float x = rng_normal(u, 0);
    switch (kind) {
    case ALL_EQUAL:
        return same;
    case ZEROS:
        return u & 1 ? 0.0f : -0.0f;
    case SUBNORMAL:
        return x * 0x1p-130f;
    case LARGE:
        return x * 1e17f;
    case MIXED:
        return ldexpf(x, (int)(u % 41) - 20);
    default:
        return x;
    }
}

void fill(float *p, size_t n, enum numbers kind)
{
    float same = one_number(NORMAL, 0);
    for (size_t i = 0; i < n; i++)
        p[i] = one_number(kind, same);
}

void matrix_fill(struct matrix *a, enum numbers kind)
{
    float same = one_number(NORMAL, 0);
    for (int r = 0; r < a->m; r++)
        for (int i = 0; i < a->n; i++)
            a->p[r * a->ld + i] = one_number(kind, same);
}

double error_gamma(double k)
{
    return k * U / (1 - k * U);
}

double activation_exact(enum activation act, double x)
{
    switch (act) {
    case ACT_GELU:
        return x / 2 * erfc(-x / sqrt(2)); /* 1 + erf(z) = erfc(-z), without the cancellation */
    case ACT_GELU_TANH: {
        double z = sqrt(2 / M_PI) * (x + 0.044715 * x * x * x);
        return x / (1 + exp(-2 * z));
    }
    case ACT_RELU:
        return x < 0 ? 0 : x;
    case ACT_TANH:
        return tanh(x);
    default:
        return x;
    }
}
