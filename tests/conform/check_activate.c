/* activate: GELU, tanh, ReLU over an array, and a sweep over all floats. */
#include <math.h>
#include <string.h>

#include "tests/conform/conform.h"

/* As stated in kernels.h. Why these numbers, in units of u |x|:
 * GELU: erf within 6.2 u where its argument t is 2 or more, 4.9 below 2, 3.8 below 1.5 (all floats were visited), and t
 * rounded twice (slope t erf'(t) <= 0.49, below 0.18 from 1.5 on, 0.05 from 2), half of both: 3; the multiply-add: 1. Where
 * erf is furthest off, above x = 4.7, the last place of x/2 (1 + erf) is 0.85 x u instead of x u; all floats together: 3.6.
 * GELU by tanh: z = c (x + a x^3) has constants and products that round at most 7 times, times the slope z sech^2(z) <= 0.45,
 * half of that: 1.6; tanh within 2 ulp: 2; sum and product: 2. As x / (1 + e^-2z) no more. tanh: 2 ulp, at most 4 u |tanh x|. */
double activation_bound(enum activation act, double x)
{
    switch (act) {
    case ACT_GELU:
        return 4 * U * fabs(x) + ETA;
    case ACT_GELU_TANH:
        return 6 * U * fabs(x) + ETA;
    case ACT_TANH:
        return 4 * U * fabs(tanh(x)) + ETA;
    default:
        return 0;
    }
}

static void expect_one(enum activation act, float x, float y, int i)
{
    if (isnan(x)) {
        if (!isnan(y))
            fail("[%d] %s(NaN) is %g", i, activation_name(act), y);
    } else if (isinf(x) && x < 0 && (act == ACT_GELU || act == ACT_GELU_TANH)) {
        if (!isnan(y) && y != 0)
            fail("[%d] %s(-inf) is %g", i, activation_name(act), y);
    } else if (isinf(x) && x > 0 && act != ACT_TANH) {
        if (y != x)
            fail("[%d] %s(inf) is %g", i, activation_name(act), y);
    } else if (isinf(x) && act == ACT_NONE) {
        if (y != x)
            fail("[%d] %g became %g", i, x, y);
    } else {
        expect_near(y, activation_exact(act, x), activation_bound(act, x), 0, i);
    }
}

static void check_case(activate_fn *f, int n, enum activation act, enum numbers kind, enum placement where,
                       bool in_place)
{
    at("%s n=%d numbers %d placement %d%s", activation_name(act), n, kind, where,
       in_place ? " in place" : "");
    float *x = guard_floats((size_t)n, where), *y = in_place ? x : guard_floats((size_t)n, where),
          before[256];
    fill(x, (size_t)n, kind);
    if (kind == MIXED)
        x[n / 2] = n % 3 == 0 ? NAN : n % 3 == 1 ? INFINITY : -INFINITY;
    memcpy(before, x, (size_t)n * sizeof *x);
    if (!in_place)
        guard_seal(x);
    f(y, x, (size_t)n, act);
    for (int i = 0; i < n; i++)
        expect_one(act, before[i], y[i], i);
    guards_release();
}

/* All floats, or one of 499 (a prime, so that no mantissa pattern is missed for good). */
static void sweep(activate_fn *f, enum activation act)
{
    enum { BLOCK = 64 };
    uint64_t step = conform_every_float ? 1 : 499;
    for (uint64_t bits = 0; bits <= UINT32_MAX; bits += BLOCK * step) {
        float x[BLOCK], y[BLOCK];
        for (int i = 0; i < BLOCK; i++) {
            uint32_t word = (uint32_t)(bits + (uint64_t)i * step);
            memcpy(&x[i], &word, sizeof word);
        }
        at("%s of 64 floats from %a", activation_name(act), x[0]);
        f(y, x, BLOCK, act);
        for (int i = 0; i < BLOCK; i++)
            expect_one(act, x[i], y[i], i);
    }
}

void check_activate(const struct kernel *k)
{
    static const int ns[] = {1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 100, 255};
    for (int act = 0; act < ACTIVATIONS; act++) {
        for (size_t b = 0; b < sizeof ns / sizeof *ns; b++)
            for (int kind = 0; kind < NUMBERS; kind++)
                for (int where = 0; where < PLACEMENTS; where++) {
                    check_case(k->fn.activate, ns[b], (enum activation)act, (enum numbers)kind,
                               (enum placement)where, false);
                    check_case(k->fn.activate, ns[b], (enum activation)act, (enum numbers)kind,
                               (enum placement)where, true);
                }
        sweep(k->fn.activate, (enum activation)act);
    }
}
