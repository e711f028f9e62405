/* paired: what discordant rows say. */
#include "tests/unit/unit.h"

#include <math.h>

#include "analyzer/measure/paired.h"

/* Sums of binomial coefficients over powers of two, as fractions. */
static void mcnemar_is_exact(void)
{
    static const struct {
        int first, second;
        double p;
    } cases[] = {
        {0, 0, 1},  {1, 0, 1}, {5, 0, 0.0625}, {0, 5, 0.0625}, {2, 12, 0.012939453125}, {31, 20, 0.16077960181198847},
        {7, 7, 1}, {100, 140, 0.011664092317677663},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct discordant d = {1000, cases[i].first, cases[i].second};
        CU_ASSERT_DOUBLE_EQUAL(discordant_p(&d), cases[i].p, 1e-12);
    }
}

/* Ends found from the definition: the statistic (b - c - n x) / sqrt(n (p12 + p21 - x^2)) with the probabilities that
 * maximize the likelihood under p12 - p21 = x, by golden-section search instead of Tango's closed form. */
static void difference_has_a_score_interval(void)
{
    static const struct {
        struct discordant d;
        double low, high;
    } cases[] = {
        {{44, 1, 0}, -0.118077096983, 0.059393231112},
        {{872, 31, 20}, -0.029510991807, 0.003559796014},
        {{100, 0, 0}, -0.036993498207, 0.036993498207},
        {{50, 12, 2}, -0.344708747790, -0.061112407692},
        {{10, 0, 10}, 0.444934400274, 1},
        {{277, 5, 5}, -0.025964370398, 0.025964370741},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct discordant *d = &cases[i].d;
        struct discordant swapped = {d->rows, d->second, d->first};
        struct estimate x = discordant_difference(d), y = discordant_difference(&swapped);
        CU_ASSERT_DOUBLE_EQUAL(x.value, (double)(d->second - d->first) / d->rows, 1e-15);
        CU_ASSERT_DOUBLE_EQUAL(x.low, cases[i].low, 1e-8); /* the search is flat to half the digits of a double */
        CU_ASSERT_DOUBLE_EQUAL(x.high, cases[i].high, 1e-8);
        CU_ASSERT_TRUE(fabs(y.low + x.high) < 1e-12 && fabs(y.high + x.low) < 1e-12);
    }
    struct discordant none = {0};
    CU_ASSERT_TRUE(isnan(discordant_difference(&none).value));
}

static void compares_the_same_rows(void)
{
    static const int want[] = {0, 1, 0, 1, 1, 0}, first[] = {0, 1, 1, 0, 1, 0}, second[] = {0, 0, 0, 1, 1, 1};
    static const float target[] = {1, 2, 3, 4, 5, 6}, near[] = {1, 2, 4, 3, 5, 7}, far[] = {6, 2, 4, 3, 5, 1};
    struct scores a = {6, 2, want, first, target, far}, b = {6, 2, want, second, target, near};
    struct paired x;
    CU_ASSERT_EQUAL_FATAL(paired_compare(&x, &metric_accuracy, &a, &b, 1, NULL), 0);
    CU_ASSERT_TRUE(x.discordant.rows == 6 && x.discordant.first == 2 && x.discordant.second == 2);
    CU_ASSERT_TRUE(x.difference.value == 0 && x.difference.low < 0 && x.difference.high > 0 && x.p == 1);
    struct estimate interval = discordant_difference(&x.discordant);
    CU_ASSERT_TRUE(x.difference.low == interval.low && x.difference.high == interval.high);
    CU_ASSERT_EQUAL_FATAL(paired_compare(&x, &metric_f1, &a, &b, 1, NULL), 0);
    /* F1 of both: 2 true, 1 false positive, 1 false negative; 2, 1, 1 */
    CU_ASSERT_DOUBLE_EQUAL(x.difference.value, 0, 1e-15);
    CU_ASSERT_EQUAL_FATAL(paired_compare(&x, &metric_pearson, &a, &b, 1, NULL), 0);
    CU_ASSERT_TRUE(isnan(x.p) && x.difference.value > 1 && x.discordant.rows == 0);
}

CU_TestInfo suite_paired[] = {
    {"McNemar is exact", mcnemar_is_exact},
    {"a difference has a score interval", difference_has_a_score_interval},
    {"compares the same rows", compares_the_same_rows},
    CU_TEST_INFO_NULL,
};
