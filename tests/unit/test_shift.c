/* shift: tests of no shift against exact or published values, estimates, and intervals that hold. */
#include "tests/unit/unit.h"

#include <math.h>
#include <string.h>

#include "analyzer/base/rng.h"
#include "analyzer/measure/shift.h"

enum { MOST = 400 };

/* P(U <= u) of no ties by counting all ways to choose n of n + m ranks. */
static double exact_mann_whitney(int n, int m, int u)
{
    double ways[32][256] = {{1}}, all = 0, below = 0;
    for (int rank = 1; rank <= n + m; rank++)
        for (int k = n; k >= 1; k--)
            for (int sum = 255; sum >= rank; sum--)
                ways[k][sum] += ways[k - 1][sum - rank];
    for (int sum = 0; sum < 256; sum++) {
        all += ways[n][sum];
        below += sum - n * (n + 1) / 2 <= u ? ways[n][sum] : 0;
    }
    return fmin(1, 2 * below / all);
}

/* With 10 values each, without ties, the approximation is within 0.006 of the exact p. */
static void mann_whitney_is_near_the_exact_test(void)
{
    for (int moved = 0; moved <= 10; moved += 2) {
        double x[10], y[10], scratch[20];
        int u = 0;
        for (int i = 0; i < 10; i++) {
            x[i] = 2 * i;
            y[i] = 2 * i + 1 + 2 * moved;
        }
        for (int i = 0; i < 10; i++)
            for (int k = 0; k < 10; k++)
                u += x[i] > y[k];
        CU_ASSERT_DOUBLE_EQUAL(mann_whitney_p(x, 10, y, 10, scratch), exact_mann_whitney(10, 10, u), 0.006);
        CU_ASSERT_DOUBLE_EQUAL(mann_whitney_p(y, 10, x, 10, scratch), mann_whitney_p(x, 10, y, 10, scratch), 1e-12);
    }
}

static void ties_say_nothing(void)
{
    double x[12], y[12], scratch[24];
    for (int i = 0; i < 12; i++)
        x[i] = y[i] = 7;
    CU_ASSERT_EQUAL(mann_whitney_p(x, 12, y, 12, scratch), 1);
    CU_ASSERT_EQUAL(signed_rank_p((double[12]){0}, 12, scratch), 1);
}

/* Differences 1..10 without and with signs: the exact two-sided p of W = 0 is 2 / 2^10, of W = 8 (those of 3 and 5 negative) 50 / 2^10
 * (25 sets of ranks of 1..10 have a sum of at most 8). */
static void signed_rank_is_near_the_exact_test(void)
{
    double d[10], scratch[10];
    for (int i = 0; i < 10; i++)
        d[i] = i + 1;
    CU_ASSERT_DOUBLE_EQUAL(signed_rank_p(d, 10, scratch), 2.0 / 1024, 0.005);
    d[2] = -3;
    d[4] = -5;
    CU_ASSERT_DOUBLE_EQUAL(signed_rank_p(d, 10, scratch), 50.0 / 1024, 0.005);
}

static void holm_steps_down(void)
{
    double p[] = {0.01, 0.04, 0.03, 0.005}; /* 4 x 0.005, 3 x 0.01, 2 x 0.03, then not below it */
    const double want[] = {0.03, 0.06, 0.06, 0.02};
    holm_adjust(p, 4);
    for (int i = 0; i < 4; i++)
        CU_ASSERT_DOUBLE_EQUAL(p[i], want[i], 1e-12);
    double ones[] = {0.9, 1, 0.8};
    holm_adjust(ones, 3);
    CU_ASSERT_TRUE(ones[0] == 1 && ones[1] == 1 && ones[2] == 1);
}

struct made {
    double x[MOST], y[MOST];
    int launch[MOST];
    struct series before, after;
};

/* n rounds of 4 launches: `common` drifts both, each has noise of its own, launches differ by `between`. */
static void make(struct made *m, int n, uint64_t seed, double factor, double common, double noise, double between)
{
    for (int i = 0; i < n; i++) {
        uint64_t at = 8 * (uint64_t)i;
        m->launch[i] = i * 4 / n;
        double drift = common * sin(i / 10.0), bias = between * (double)rng_normal(seed + 77, (uint64_t)m->launch[i]);
        m->x[i] = 1000 * exp(drift + noise * (double)rng_normal(seed, at));
        m->y[i] = 1000 * factor * exp(drift + bias + noise * (double)rng_normal(seed, at + 1));
    }
    m->before = (struct series){m->x, m->launch, n};
    m->after = (struct series){m->y, m->launch, n};
}

static void estimates_the_ratio(void)
{
    struct made m;
    struct shift s;
    make(&m, 300, 3, 1.05, 0, 0.01, 0);
    CU_ASSERT_EQUAL_FATAL(shift_apart(&s, &m.before, &m.after, 1, NULL), 0);
    CU_ASSERT_TRUE(s.low < 1.05 && 1.05 < s.high && s.low < s.ratio && s.ratio < s.high && s.p < 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(s.before, 1000, 5);
    CU_ASSERT_TRUE(s.n_before == 300 && s.n_after == 300);
    struct shift again;
    CU_ASSERT_EQUAL_FATAL(shift_apart(&again, &m.before, &m.after, 1, NULL), 0);
    CU_ASSERT_EQUAL(memcmp(&s, &again, sizeof s), 0);
}

/* A drift of 20 % drowns a shift of 2 % when the two are looked at apart, and does nothing to pairs. */
static void pairs_do_not_see_what_both_suffer(void)
{
    struct made m;
    struct shift apart, paired;
    make(&m, 200, 5, 1.02, 0.2, 0.005, 0);
    CU_ASSERT_EQUAL_FATAL(shift_apart(&apart, &m.before, &m.after, 1, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(shift_paired(&paired, &m.before, &m.after, 1, NULL), 0);
    CU_ASSERT_TRUE(paired.low > 1.015 && paired.high < 1.025 && paired.p < 1e-9);
    CU_ASSERT_TRUE(apart.high - apart.low > 10 * (paired.high - paired.low));
}

/* Rounds of a launch are no independent measurements: with launches that differ the interval is as wide as they do. */
static void launches_widen_the_interval(void)
{
    struct made m;
    struct shift same, other;
    make(&m, 400, 9, 1, 0, 0.002, 0);
    CU_ASSERT_EQUAL_FATAL(shift_paired(&same, &m.before, &m.after, 1, NULL), 0);
    make(&m, 400, 9, 1, 0, 0.002, 0.02);
    CU_ASSERT_EQUAL_FATAL(shift_paired(&other, &m.before, &m.after, 1, NULL), 0);
    CU_ASSERT_TRUE(other.high - other.low > 10 * (same.high - same.low));
}

/* Without differences between launches the interval of pairs must hold the true ratio in about 95 % of 400 measurements; 92 % is
 * 2.75 standard deviations below. */
static void the_interval_holds(void)
{
    int held = 0;
    for (int i = 0; i < 400; i++) {
        struct made m;
        struct shift s;
        make(&m, 80, 1000 + 3 * (uint64_t)i, 1.03, 0.05, 0.02, 0);
        CU_ASSERT_EQUAL_FATAL(shift_paired(&s, &m.before, &m.after, (uint64_t)i, NULL), 0);
        held += s.low <= 1.03 && 1.03 <= s.high;
    }
    CU_ASSERT_TRUE(held >= 368);
}

static void one_round_is_enough_to_divide(void)
{
    struct made m;
    struct shift s;
    make(&m, 1, 1, 2, 0, 0, 0);
    CU_ASSERT_EQUAL_FATAL(shift_apart(&s, &m.before, &m.after, 1, NULL), 0);
    CU_ASSERT_TRUE(fabs(s.ratio - 2) < 1e-9 && fabs(s.low - 2) < 1e-9 && fabs(s.high - 2) < 1e-9 && s.n_after == 1);
}

CU_TestInfo suite_shift[] = {
    {"Mann-Whitney", mann_whitney_is_near_the_exact_test},
    {"ties", ties_say_nothing},
    {"signed ranks", signed_rank_is_near_the_exact_test},
    {"Holm", holm_steps_down},
    {"ratio", estimates_the_ratio},
    {"pairs and drift", pairs_do_not_see_what_both_suffer},
    {"launches", launches_widen_the_interval},
    {"coverage", the_interval_holds},
    {"one round", one_round_is_enough_to_divide},
    CU_TEST_INFO_NULL,
};
