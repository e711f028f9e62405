#include "analyzer/measure/stats.h"

#include <math.h>
#include <stdlib.h>

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double stats_quantile(const double *sorted, int n, double q)
{
    if (n == 0)
        return 0;
    double at = q * (n - 1);
    int low = (int)at;
    if (low >= n - 1)
        return sorted[n - 1];
    return sorted[low] + (at - low) * (sorted[low + 1] - sorted[low]);
}

/* The largest rank r (from 0) such that [x_r, x_(n-1-r)] covers the median with at least 95 %: P(B < r + 1) <= 2.5 %
 * for B ~ binomial(n, 1/2). -1 if even the whole range does not. */
static int median_rank(int n)
{
    double log_term = -n * log(2.0), below = 0; /* term k = C(n, k) / 2^n */
    int rank = -1;
    for (int k = 0; k < n / 2; k++) {
        below += exp(log_term);
        if (below > 0.025)
            break;
        rank = k;
        log_term += log((double)(n - k) / (k + 1));
    }
    return rank;
}

struct spread stats_spread(double *x, int n)
{
    if (n <= 0)
        return (struct spread){0};
    qsort(x, (size_t)n, sizeof *x, ascending);
    int rank = median_rank(n);
    if (rank < 0)
        rank = 0;
    return (struct spread){stats_quantile(x, n, 0.5), stats_quantile(x, n, 0.9), stats_quantile(x, n, 0.99),
                           x[rank], x[n - 1 - rank], n};
}

double spread_relative_ci(const struct spread *s)
{
    return s->n >= 6 && s->median > 0 ? (s->ci_high - s->ci_low) / s->median : HUGE_VAL;
}
