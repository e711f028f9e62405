/* softmax over rows, in place. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/conform/conform.h"

/* With d = x - max and p = exp(d) / sum exp(d), to first order:
 *   rounding d changes it by u |d|, so exp(d) by that factor; exp adds 2 ulp <= 4 u: weight j is off by |d_j|
 * u + 4 u; the sum of n is off by the mean of those, weighted with p, and by gamma(n - 1); the reciprocal and
 * the product (or the division) add 2 u. t / (1 - t) covers what is not first order. Below the normal range a
 * weight loses ETA before the division, by a sum that is at least 1, and again after it. */
static void expect_row(const float *value, const float *x, int row, int n)
{
    double max = -INFINITY, total = 0, mean = 0;
    for (int i = 0; i < n; i++)
        max = fmax(max, x[i]);
    for (int i = 0; i < n; i++) {
        double weight = exp(x[i] - max);
        total += weight;
        mean += weight > 0 ? weight * (max - x[i]) : 0;
    }
    mean /= total;
    for (int i = 0; i < n; i++) {
        double exact = exp(x[i] - max) / total;
        double t = U * (max - x[i]) + U * mean + 8 * U + error_gamma(n + 1);
        expect_near(value[i], exact, exact > 0 ? exact * t / (1 - t) + 2 * ETA : ETA, row, i);
    }
}

static void check_case(softmax_fn *f, int m, int n, enum numbers kind, enum placement where)
{
    at("m=%d n=%d numbers %d placement %d", m, n, kind, where);
    struct matrix x = matrix_new(m, n, 3, where), before = matrix_new(m, n, 0, where);
    matrix_fill(&before, kind);
    for (int r = 0; r < m; r++)
        memcpy(x.p + r * x.ld, before.p + r * before.ld, (size_t)n * sizeof(float));
    f(x.p, x.ld, m, n);
    for (int r = 0; r < m; r++)
        expect_row(x.p + r * x.ld, before.p + r * before.ld, r, n);
    matrix_check_gaps(&x);
    guards_release();
}

static void check_special(softmax_fn *f)
{
    enum { N = 35 };
    for (int i = 0; i < N; i++) {
        at("a NaN, a masked value, the maximum at %d of %d", i, (int)N);
        float *x = guard_floats(3 * N, ENDS_AT_GUARD), before[3 * N];
        fill(x, 3 * N, NORMAL);
        x[i] = NAN;
        x[N + i] = -INFINITY;
        x[2 * N + i] = 3e38f;
        memcpy(before, x, sizeof before);
        f(x, N, 3, N);
        for (int j = 0; j < N; j++)
            if (!isnan(x[j]))
                fail("[0,%d] is %g in a row with a NaN", j, x[j]);
        expect_row(x + N, before + N, 1, N);
        if (x[N + i] != 0)
            fail("the weight of -inf is %g", x[N + i]);
        expect_row(x + 2 * N, before + 2 * N, 2, N);
        guards_release();
    }
}

/* Rows of one zero and one negative x: exp over its whole range, below -17 alone (1 + exp x = 1 there). */
static void check_exp(softmax_fn *f)
{
    uint32_t step = conform_every_float ? 1 : 499;
    for (uint64_t bits = 0x80000000u; bits <= 0xff800000u; bits += step) {
        uint32_t word = (uint32_t)bits;
        float row[2] = {0, 0}, before[2] = {0, 0};
        memcpy(&before[1], &word, sizeof word);
        row[1] = before[1];
        at("row {0, %a}", before[1]);
        f(row, 2, 1, 2);
        expect_row(row, before, 0, 2);
        if (before[1] < -17)
            expect_near(row[1], exp(before[1]), 4 * U * exp(before[1]) + ETA, 0, 1);
    }
}

void check_softmax(const struct kernel *k)
{
    static const int ms[] = {1, 2, 3}, ns[] = {1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 100, 511, 1025};
    for (size_t a = 0; a < sizeof ms / sizeof *ms; a++)
        for (size_t b = 0; b < sizeof ns / sizeof *ns; b++)
            for (int kind = 0; kind < NUMBERS; kind++)
                for (int where = 0; where < PLACEMENTS; where++)
                    check_case(k->fn.softmax, ms[a], ns[b], (enum numbers)kind, (enum placement)where);
    check_special(k->fn.softmax);
    check_exp(k->fn.softmax);
}
