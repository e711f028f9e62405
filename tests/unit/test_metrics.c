/* metrics: values against their definitions, computed elsewhere (in fractions, or with Python's statistics module), and
 * intervals that mean what they say. */
#include "tests/unit/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/rng.h"
#include "analyzer/data/metric.h"

static const int want2[] = {0, 1, 1, 0, 1, 0, 1, 1, 0, 0}, got2[] = {0, 1, 0, 0, 1, 1, 1, 0, 0, 0};
static const int want3[] = {0, 1, 2, 2, 1, 0, 2, 1, 0, 2}, got3[] = {0, 1, 2, 1, 1, 2, 2, 0, 0, 2};
static const int zeros[10], ones[] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
static const float target8[] = {0, 1.5f, 2.5f, 2.5f, 4, 5, 3.25f, 0.75f}, value8[] = {0.5f, 1, 3, 2, 3.5f, 4.5f, 3.5f, 1.25f};
static const float same8[8];

static const struct scores two = {.rows = 10, .classes = 2, .want = want2, .got = got2};
static const struct scores three = {.rows = 10, .classes = 3, .want = want3, .got = got3};
static const struct scores three_of_five = {.rows = 10, .classes = 5, .want = want3, .got = got3};
static const struct scores constant = {.rows = 10, .classes = 2, .want = want2, .got = ones};
static const struct scores nothing = {.rows = 10, .classes = 2, .want = zeros, .got = zeros};
static const struct scores values = {.rows = 8, .target = target8, .value = value8};
static const struct scores flat = {.rows = 8, .target = target8, .value = same8};

/* Of the ten rows of `two`: 3 true and 1 false positive, 2 false and 4 true negatives. F1 of the classes of `three`: 2/3, 2/3,
 * 3/4. Ranks of the targets: 1 3 4.5 4.5 7 8 6 2, of the values: 1 2 5 4 6.5 8 6.5 3. */
static void values_are_those_of_the_definitions(void)
{
    static const struct {
        const struct metric *metric;
        const struct scores *scores;
        double value;
    } cases[] = {
        {&metric_accuracy, &two, 0.7},
        {&metric_accuracy, &three, 0.7},
        {&metric_f1, &two, 2.0 / 3},
        {&metric_f1, &three, 25.0 / 36},
        {&metric_f1, &three_of_five, 25.0 / 36},
        {&metric_f1, &nothing, (double)NAN},
        {&metric_mcc, &two, 0.40824829046386296},
        {&metric_mcc, &three, 0.5454545454545454},
        {&metric_mcc, &three_of_five, 0.5454545454545454},
        {&metric_mcc, &constant, 0},
        {&metric_pearson, &values, 0.9573754663559628},
        {&metric_pearson, &flat, (double)NAN},
        {&metric_spearman, &values, 0.963855421686747},
        {&metric_spearman, &flat, (double)NAN},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double x = 9;
        struct estimate y;
        CU_ASSERT_EQUAL(metric_value(&x, cases[i].metric, cases[i].scores, NULL), 0);
        CU_ASSERT_EQUAL(metric_estimate(&y, cases[i].metric, cases[i].scores, 1, NULL), 0);
        if (isnan(cases[i].value)) {
            CU_ASSERT_TRUE(isnan(x) && isnan(y.value) && isnan(y.low) && isnan(y.high));
            continue;
        }
        /* a dozen roundings of numbers below 1 */
        CU_ASSERT_DOUBLE_EQUAL(x, cases[i].value, 16 * 0x1p-53);
        CU_ASSERT_TRUE(y.value == x && y.low <= x && x <= y.high);
    }
}

/* Ends of Wilson's interval found by bisection from its definition, (p - k/n)^2 = z^2 p (1 - p) / n. */
static void interval_of_a_share(void)
{
    static const struct {
        int right, n;
        double low, high;
    } cases[] = {
        {8, 10, 0.49016247153664183, 0.9433178485456247}, {0, 10, 0, 0.27753279986288},
        {10, 10, 0.7224672001371109, 1},                  {444, 872, 0.47602610367227516, 0.5422420427358015},
        {1, 1, 0.2065493143772375, 1},
    };
    static int want[872], got[872];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct scores s = {.rows = cases[i].n, .classes = 2, .want = want, .got = got};
        struct estimate x;
        for (int k = 0; k < cases[i].n; k++)
            got[k] = k >= cases[i].right;
        CU_ASSERT_EQUAL(metric_estimate(&x, &metric_accuracy, &s, 1, NULL), 0);
        CU_ASSERT_DOUBLE_EQUAL(x.low, cases[i].low, 1e-12);
        CU_ASSERT_DOUBLE_EQUAL(x.high, cases[i].high, 1e-12);
    }
}

enum { DRAWS = 200, DRAWN_ROWS = 200 };

static int drawn_want[DRAWN_ROWS], drawn_got[DRAWN_ROWS];
static float drawn_target[DRAWN_ROWS], drawn_value[DRAWN_ROWS];
static const struct scores drawn = {.rows = DRAWN_ROWS,
                                    .classes = 2,
                                    .want = drawn_want,
                                    .got = drawn_got,
                                    .target = drawn_target,
                                    .value = drawn_value};

/* Half of the rows are of class 1, four of five are right. Values are close to normal and correlated by 0.8. */
static void draw(uint64_t seed)
{
    for (uint64_t i = 0; i < DRAWN_ROWS; i++) {
        drawn_want[i] = rng_uniform(seed, 4 * i) < 0.5;
        drawn_got[i] = rng_uniform(seed, 4 * i + 1) < 0.8 ? drawn_want[i] : !drawn_want[i];
        drawn_target[i] = rng_normal(seed, 4 * i + 2);
        drawn_value[i] = 0.8f * drawn_target[i] + 0.6f * rng_normal(seed, 4 * i + 3);
    }
}

/* What the metrics are in the whole of which the rows are drawn: F1 = 0.8 / (0.8 + 0.2), MCC = 0.8 - 0.2, and for normal values
 * rank correlation 6 / pi asin(rho / 2). Of 200 intervals that cover it with probability 0.95 fewer than 177 cover it
 * once in 10^4; percentile intervals of 200 rows cover up to 2 % less. */
static void intervals_cover_the_truth(void)
{
    static const struct {
        const struct metric *metric;
        double truth;
    } cases[] = {{&metric_accuracy, 0.8}, {&metric_f1, 0.8}, {&metric_mcc, 0.6}, {&metric_pearson, 0.8},
                 {&metric_spearman, 0.785939}};
    int covered[5] = {0};
    for (uint64_t seed = 1; seed <= DRAWS; seed++) {
        draw(rng_u64(99, seed));
        for (size_t i = 0; i < 5; i++) {
            struct estimate x;
            CU_ASSERT_EQUAL_FATAL(metric_estimate(&x, cases[i].metric, &drawn, 2, NULL), 0);
            covered[i] += x.low <= cases[i].truth && cases[i].truth <= x.high;
        }
    }
    for (size_t i = 0; i < 5; i++) {
        CU_ASSERT_TRUE(covered[i] >= 173 && covered[i] < DRAWS);
        if (covered[i] < 173 || covered[i] == DRAWS)
            printf("\n    %s: %d of %d intervals cover %g\n", cases[i].metric->name, covered[i], DRAWS, cases[i].truth);
    }
}

static void does_not_depend_on_threads(void)
{
    draw(1);
    for (int i = 0; i < metrics_count; i++) {
        struct estimate one, three_threads;
        CU_ASSERT_EQUAL_FATAL(metric_estimate(&one, metrics[i], &drawn, 1, NULL), 0);
        CU_ASSERT_EQUAL_FATAL(metric_estimate(&three_threads, metrics[i], &drawn, 3, NULL), 0);
        CU_ASSERT_TRUE(memcmp(&one, &three_threads, sizeof one) == 0);
    }
}

/* The same answers differ by nothing, whatever rows are taken; the same rows are taken of both. */
static void differences_are_paired(void)
{
    static int better[DRAWN_ROWS];
    struct scores second = drawn;
    second.got = better;
    draw(3);
    for (int i = 0; i < DRAWN_ROWS; i++)
        better[i] = i % 10 == 0 ? drawn_want[i] : drawn_got[i];
    for (int i = 0; i < metrics_count; i++) {
        struct estimate x;
        CU_ASSERT_EQUAL_FATAL(metric_difference(&x, metrics[i], &drawn, &drawn, 1, NULL), 0);
        CU_ASSERT_TRUE(x.value == 0 && x.low == 0 && x.high == 0);
        if (metrics[i]->regression)
            continue;
        CU_ASSERT_EQUAL_FATAL(metric_difference(&x, metrics[i], &drawn, &second, 1, NULL), 0);
        CU_ASSERT_TRUE(x.value > 0 && x.low >= 0 && x.high < 0.1 && x.low < x.value && x.value < x.high);
    }
}

static void survives_what_is_no_number(void)
{
    static const float bad[] = {0, NAN, 1, INFINITY, NAN, -INFINITY, 2, 0};
    struct scores s = {.rows = 8, .target = target8, .value = bad};
    struct scores none = {.rows = 0, .classes = 2};
    struct estimate x;
    CU_ASSERT_EQUAL(metric_estimate(&x, &metric_spearman, &s, 1, NULL), 0);
    CU_ASSERT_EQUAL(metric_estimate(&x, &metric_pearson, &s, 1, NULL), 0);
    CU_ASSERT_TRUE(isnan(x.value));
    for (int i = 0; i < metrics_count; i++) {
        CU_ASSERT_EQUAL(metric_estimate(&x, metrics[i], &none, 1, NULL), 0);
        CU_ASSERT_TRUE(isnan(x.value) && isnan(x.low) && isnan(x.high));
    }
}

CU_TestInfo suite_metrics[] = {
    {"values are those of the definitions", values_are_those_of_the_definitions},
    {"interval of a share", interval_of_a_share},
    {"intervals cover the truth", intervals_cover_the_truth},
    {"does not depend on threads", does_not_depend_on_threads},
    {"differences are paired", differences_are_paired},
    {"survives what is no number", survives_what_is_no_number},
    CU_TEST_INFO_NULL,
};
