/* Order statistics of repeated measurements. */
#ifndef ANALYZER_MEASURE_STATS_H
#define ANALYZER_MEASURE_STATS_H

/* A number with its spread. n = 0: not measured. */
struct spread {
    double median, p90, p99;
    double ci_low, ci_high; /* of the median, at least 95 %: see stats_spread */
    int n;
};

/* Quantile q (0..1) of sorted values by linear interpolation between order statistics (Hyndman, Fan 1996, type 7). */
double stats_quantile(const double *sorted, int n, double q);

/* Sorts `x` in place. The interval of the median is made of two order statistics and needs no distribution: ranks
 * from the binomial(n, 1/2) distribution (Conover, Practical Nonparametric Statistics, section 3.2). With n < 6 no
 * interval reaches 95 %; it is then the range of all values. */
struct spread stats_spread(double *x, int n);

/* (ci_high - ci_low) / median; infinite while nothing is known. */
double spread_relative_ci(const struct spread *s);

#endif
