/* Two models on the same rows: what differs, and whether that is more than chance.
 *
 * The rows are the same, so most of what makes accuracy uncertain is common to both. Only the discordant rows, right in one and
 * wrong in the other, say anything about the difference. */
#ifndef ANALYZER_MEASURE_PAIRED_H
#define ANALYZER_MEASURE_PAIRED_H

#include "analyzer/data/metric.h"

/* Rows by who has them right. */
struct discordant {
    int rows; /* in all */
    int first, second; /* right in this one alone */
};

/* Both are answers to the same rows. */
struct discordant discordant_count(const struct scores *first, const struct scores *second);

/* The probability of at least such an imbalance, either way, if both were equally good: McNemar's test (1947), exact, two-sided:
 * twice the smaller tail of binomial(first + second, 1/2), at most 1. */
double discordant_p(const struct discordant *d);

/* Difference of the accuracies, second - first, with its 95 % score interval: Tango 1998 (Equivalence test and confidence
 * interval for the difference in proportions for the paired-sample design, Statistics in Medicine 17, 891-908). Holds its level
 * with few discordant rows, even with none, where a bootstrap gives a point. NAN without rows. */
struct estimate discordant_difference(const struct discordant *d);

struct paired {
    const struct metric *metric;
    struct estimate difference; /* second - first; of accuracy as above, else by the paired bootstrap */
    struct discordant discordant; /* zeroed for a regression, like p */
    double p;
};

WARN_UNUSED int paired_compare(struct paired *out, const struct metric *m, const struct scores *first,
                               const struct scores *second, int threads, struct err *e);

#endif
