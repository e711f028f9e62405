/* Least squares with a penalty: d[k,n] that makes the sum of |r - x d|^2 + lambda |d|^2 smallest, over rows x[k] with what is to be explained r[n]
 * (normal equations in doubles, Cholesky). */
#ifndef ANALYZER_COMPRESS_RIDGE_H
#define ANALYZER_COMPRESS_RIDGE_H

#include <stddef.h>

#include "analyzer/base/err.h"

struct ridge {
    size_t k, n;
    double *gram;  /* [k,k] lower half of the sum of x^T x; owned */
    double *right; /* [k,n] sum of x^T r; after ridge_solve d; owned */
};

/* The caller frees `out`, also after a failure. */
WARN_UNUSED int ridge_init(struct ridge *out, size_t k, size_t n, struct err *e);
void ridge_free(struct ridge *r); /* accepts a zeroed struct */

/* Adds x[rows,k] and r[rows,n]. */
void ridge_add(struct ridge *r, const float *x, const float *residual, size_t rows, int threads);

/* lambda is `share` of the mean of the diagonal of the gram matrix, which is overwritten. ERR_FORMAT if there is no solution. */
WARN_UNUSED int ridge_solve(struct ridge *r, double share, int threads, struct err *e);

#endif
