/* stats: quantiles and the interval of the median. */
#include "tests/unit/unit.h"

#include <math.h>
#include <string.h>

#include "analyzer/base/rng.h"
#include "analyzer/measure/stats.h"

static void quantiles_are_type_7(void)
{
    const double x[] = {1, 2, 4, 8, 16};
    CU_ASSERT_EQUAL(stats_quantile(x, 5, 0), 1);
    CU_ASSERT_EQUAL(stats_quantile(x, 5, 0.5), 4);
    CU_ASSERT_EQUAL(stats_quantile(x, 5, 1), 16);
    CU_ASSERT_DOUBLE_EQUAL(stats_quantile(x, 5, 0.9), 12.8, 1e-12);
    CU_ASSERT_EQUAL(stats_quantile(x, 1, 0.99), 1);
    CU_ASSERT_EQUAL(stats_quantile(x, 0, 0.5), 0);
}

/* Ranks of the 95 % sign interval from printed tables (Conover, table A3): n = 6 -> 1..6, n = 10 -> 2..9,
 * n = 20 -> 6..15, n = 100 -> 40..61. */
static void interval_ranks_match_the_tables(void)
{
    static const struct {
        int n, low, high;
    } cases[] = {{6, 1, 6}, {10, 2, 9}, {20, 6, 15}, {100, 40, 61}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double x[100];
        for (int k = 0; k < cases[i].n; k++)
            x[k] = cases[i].n - k; /* descending: it sorts */
        struct spread s = stats_spread(x, cases[i].n);
        CU_ASSERT_EQUAL(s.ci_low, cases[i].low);
        CU_ASSERT_EQUAL(s.ci_high, cases[i].high);
        CU_ASSERT_EQUAL(s.n, cases[i].n);
    }
}

static void few_values_promise_nothing(void)
{
    double x[] = {3, 1, 2};
    struct spread s = stats_spread(x, 3);
    CU_ASSERT_TRUE(s.median == 2 && s.ci_low == 1 && s.ci_high == 3);
    CU_ASSERT_TRUE(isinf(spread_relative_ci(&s)));
    s = stats_spread(x, 0);
    CU_ASSERT_TRUE(s.n == 0 && isinf(spread_relative_ci(&s)));
}

/* The interval must hold the true median in at least 95 % of samples; with 2000 of them, 93.5 % is five standard
 * deviations below. */
static void interval_covers(void)
{
    int held = 0;
    for (int trial = 0; trial < 2000; trial++) {
        double x[25];
        for (int i = 0; i < 25; i++)
            x[i] = exp((double)rng_normal(5, (uint64_t)(trial * 25 + i))); /* skewed, median 1 */
        struct spread s = stats_spread(x, 25);
        held += s.ci_low <= 1 && 1 <= s.ci_high;
    }
    CU_ASSERT_TRUE(held >= 1870);
}

/* Very many values: the terms of the distribution underflow if they are not summed as logarithms. */
static void many_values(void)
{
    static double x[50000];
    for (int i = 0; i < 50000; i++)
        x[i] = i;
    struct spread s = stats_spread(x, 50000);
    CU_ASSERT_TRUE(s.ci_low > 24700 && s.ci_low < 24800 && s.ci_high > 25200 && s.ci_high < 25300);
}

CU_TestInfo suite_stats[] = {
    {"quantiles are type 7", quantiles_are_type_7},
    {"interval ranks match the tables", interval_ranks_match_the_tables},
    {"few values promise nothing", few_values_promise_nothing},
    {"interval covers the median", interval_covers},
    {"many values", many_values},
    CU_TEST_INFO_NULL,
};
