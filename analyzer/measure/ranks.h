/* Orders of values, and how much two orders agree. */
#ifndef ANALYZER_MEASURE_RANKS_H
#define ANALYZER_MEASURE_RANKS_H

#include "analyzer/base/err.h"

/* order [n]: the numbers 0 .. n - 1 by increasing value; among equal values the lower number comes first, so that an order
 * is the same on every machine. Values are finite. */
WARN_UNUSED int rank_order(int *order, const double *value, int n, struct err *e);

/* rank [n]: 1 for the least value; equal values share the mean of their ranks. */
WARN_UNUSED int rank_mean(double *rank, const double *value, int n, struct err *e);

/* Spearman's rank correlation of x [n] and y [n]: Pearson's of the mean ranks, so that ties count as ties. NAN where one
 * of them has a single value only, or with n < 2: an order of nothing agrees with nothing. */
WARN_UNUSED int rank_agreement(double *out, const double *x, const double *y, int n, struct err *e);

#endif
