/* A product of two matrices by the kernels of linear layers, for work outside of plans. */
#ifndef ANALYZER_RUN_MATMUL_H
#define ANALYZER_RUN_MATMUL_H

#include <stdint.h>

#include "analyzer/base/err.h"

/* y[m,n] = x[m,k] w[k,n] in floats, all dense. The bits do not depend on the number of threads. */
WARN_UNUSED int matmul(float *y, const float *x, const float *w, int m, int n, int k, uint32_t cpu, int threads, struct err *e);

/* y[n,n] += a[m,n]^T a[m,n]: products in floats, sums of blocks of rows in doubles. */
WARN_UNUSED int gram_add(double *y, const float *a, int m, int n, uint32_t cpu, int threads, struct err *e);

#endif
