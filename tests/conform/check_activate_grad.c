/* activate_grad: dx = dy act'(x), and a sweep over all floats. */
#include <math.h>
#include <string.h>

#include "tests/conform/conform.h"

static double slope_exact(enum activation act, double x)
{
    switch (act) {
    case ACT_GELU:
        return isinf(x) ? x > 0 : erfc(-x / sqrt(2)) / 2 + x * exp(-x * x / 2) / sqrt(2 * M_PI);
    case ACT_GELU_TANH: {
        double c = fmax(-20, fmin(20, x)); /* beyond it is 0 or 1 to more digits than a double has */
        double e = exp(-2 * sqrt(2 / M_PI) * (c + 0.044715 * c * c * c)), s = 1 / (1 + e);
        return s + 2 * c * s * e * s * sqrt(2 / M_PI) * (1 + 3 * 0.044715 * c * c);
    }
    case ACT_RELU:
        return x > 0;
    case ACT_TANH:
        return 1 / cosh(x) / cosh(x);
    default:
        return 1;
    }
}

/* As stated in kernels.h, in units of u |dy|. The first order of each, maximized over x:
 * GELU: Phi = (1 + erf)/2: erf within 6.2 (less below t = 2, see check_activate.c) and its argument rounded twice, and the
 * sum: half of both + Phi; x phi: exponent rounded (x^2/2 times, twice), exp 4, constant and two products 3; the sum and the
 * product with dy 2 |act'|: at most 7.5, at x = 1.4. Clamping at 10 changes nothing: 10 phi(10) < 10^-20.
 * GELU by tanh: with w = 2 z off by 6 |w| (7 roundings of z at most, one of them of the smaller term), e^-w is off by
 * r = 6 |w| + 4 of itself, s = 1 / (1 + e) by (1 - s) r + 2, s e s by |2 s - 1| r + 6, the factor x 2 z' by 8: at most 11.9,
 * at x = 1.2.
 * tanh within 4 of itself: tanh^2 within 9 tanh^2; the difference and the product with dy 2 (1 - tanh^2): at most 9. */
static double slope_bound(enum activation act)
{
    return act == ACT_GELU ? 8 * U : act == ACT_GELU_TANH ? 14 * U : act == ACT_TANH ? 10 * U : 0;
}

static void expect_one(enum activation act, float x, float dy, float dx, int i)
{
    if (isnan(dy) || (isnan(x) && act != ACT_NONE)) {
        if (!isnan(dx))
            fail("[%d] of x = %g, dy = %g is %g", i, x, dy, dx);
        return;
    }
    bool exact = slope_bound(act) == 0;
    expect_near(dx, dy * slope_exact(act, x), exact ? 0 : slope_bound(act) * fabs(dy) + ETA, 0, i);
}

enum alias { APART, DX_IS_DY, DX_IS_X, ALIASES };

static void check_case(activate_grad_fn *f, int n, enum activation act, enum numbers kind, enum placement where,
                       enum alias alias)
{
    at("%s n=%d numbers %d placement %d alias %d", activation_name(act), n, kind, where, alias);
    float *x = guard_floats((size_t)n, where), *dy = guard_floats((size_t)n, where), before[2][256];
    float *dx = alias == DX_IS_X ? x : alias == DX_IS_DY ? dy : guard_floats((size_t)n, where);
    fill(x, (size_t)n, kind);
    fill(dy, (size_t)n, kind);
    if (kind == MIXED)
        x[n / 2] = n % 3 == 0 ? NAN : n % 3 == 1 ? INFINITY : -INFINITY;
    if (kind == NORMAL)
        dy[n / 3] = NAN;
    memcpy(before[0], x, (size_t)n * sizeof *x);
    memcpy(before[1], dy, (size_t)n * sizeof *dy);
    if (dx != x)
        guard_seal(x);
    if (dx != dy)
        guard_seal(dy);
    f(dx, act == ACT_NONE && dx != x ? NULL : x, dy, (size_t)n, act);
    for (int i = 0; i < n; i++)
        expect_one(act, before[0][i], before[1][i], dx[i], i);
    guards_release();
}

/* All floats, or one of 499 (a prime, so that no mantissa pattern is missed for good). */
static void sweep(activate_grad_fn *f, enum activation act)
{
    enum { BLOCK = 64 };
    uint64_t step = conform_every_float ? 1 : 499;
    float x[BLOCK], dy[BLOCK], dx[BLOCK];
    fill(dy, BLOCK, NORMAL);
    for (uint64_t bits = 0; bits <= UINT32_MAX; bits += BLOCK * step) {
        for (int i = 0; i < BLOCK; i++) {
            uint32_t word = (uint32_t)(bits + (uint64_t)i * step);
            memcpy(&x[i], &word, sizeof word);
        }
        at("%s of 64 floats from %a", activation_name(act), x[0]);
        f(dx, x, dy, BLOCK, act);
        for (int i = 0; i < BLOCK; i++)
            expect_one(act, x[i], dy[i], dx[i], i);
    }
}

void check_activate_grad(const struct kernel *k)
{
    static const int ns[] = {1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 70, 255};
    for (int act = 0; act < ACTIVATIONS; act++) {
        for (size_t b = 0; b < sizeof ns / sizeof *ns; b++)
            for (int kind = 0; kind < NUMBERS; kind++)
                for (int where = 0; where < PLACEMENTS; where++)
                    for (int alias = 0; alias < ALIASES; alias++)
                        check_case(k->fn.activate_grad, ns[b], (enum activation)act, (enum numbers)kind,
                                   (enum placement)where, (enum alias)alias);
        sweep(k->fn.activate_grad, (enum activation)act);
    }
}
