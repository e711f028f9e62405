/* Whether the same thing takes another time than before, and by what factor.
 *
 * A measurement is made of rounds, and rounds belong to launches: starts of a process. Rounds of a launch share its memory layout
 * and its place on the machine, so launches differ by more than their rounds do; both are resampled. */
#ifndef ANALYZER_MEASURE_SHIFT_H
#define ANALYZER_MEASURE_SHIFT_H

#include <stdint.h>

#include "analyzer/base/err.h"

/* One quantity in every round, above 0, in the order of measurement. */
struct series {
    const double *x; /* [n] */
    const int *launch; /* [n]: rises from 0 by at most 1 */
    int n;
};

struct shift {
    double before, after; /* medians */
    double ratio;         /* after / before: Hodges-Lehmann, on a logarithmic scale */
    double low, high;     /* 95 % interval of the ratio of medians: percentile bootstrap over launches and their rounds */
    double p;             /* of no shift at all, two-sided: Mann-Whitney; of pairs the signed-rank test */
    int n_before, n_after;
};

enum { SHIFT_LEAST = 10, SHIFT_RESAMPLES = 1000 };

/* Two measurements at different times. Each needs a round or more; fewer than SHIFT_LEAST say little. */
WARN_UNUSED int shift_apart(struct shift *out, const struct series *before, const struct series *after, uint64_t seed,
                            struct err *e);

/* Two measurements that took turns: round i of one beside round i of the other, in the same launch. Ratios are formed within a
 * round, so that what both suffered cancels. */
WARN_UNUSED int shift_paired(struct shift *out, const struct series *before, const struct series *after, uint64_t seed,
                             struct err *e);

/* Two-sided p of Mann and Whitney 1947: normal approximation with ties and continuity (Conover, section 5.1). `scratch`
 * [n + m]. */
double mann_whitney_p(const double *x, int n, const double *y, int m, double *scratch);

/* Two-sided p that the differences are symmetric about 0: Wilcoxon 1945, normal approximation with ties; zeros are left out.
 * `scratch` [n]. */
double signed_rank_p(const double *difference, int n, double *scratch);

/* Holm 1979: makes p values of a family of n tests comparable with one level. In place. */
void holm_adjust(double *p, int n);

#endif
