/* Correlations of two columns, with counted rows: Pearson's, and with ranks instead of values Spearman's. */
#ifndef ANALYZER_DATA_CORRELATION_H
#define ANALYZER_DATA_CORRELATION_H

/* a, b [n]; row i counts times[i] times (`times` NULL: once). NAN if either is constant. Two passes: the means first. */
double correlation(const double *a, const double *b, const int *times, int n);

/* The values x [n] become ranks, 1 for the least; equal values share the mean of their ranks. `order` [n]: the rows by increasing
 * value. A row that counts twice holds two places; `times` as above. */
void mean_ranks(double *x, const int *order, const int *times, int n);

#endif
