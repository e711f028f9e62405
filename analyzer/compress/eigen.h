/* Eigenvectors of symmetric matrices, and the best approximation of a matrix by one of low rank. */
#ifndef ANALYZER_COMPRESS_EIGEN_H
#define ANALYZER_COMPRESS_EIGEN_H

#include <stddef.h>

#include "analyzer/base/err.h"

/* The lower half of a[n,n], symmetric, becomes its eigenvectors, one a row; value[n] the eigenvalues, falling (Householder's reduction to a tridiagonal matrix
 * and implicit QL: Bowdler, Martin, Reinsch, Wilkinson 1968). ERR_FORMAT for numbers that are not finite. */
WARN_UNUSED int eigen_symmetric(double *a, double *value, size_t n, struct err *e);

/* u[n,rank] v[rank,k] is the matrix of that rank (<= n, k) that is next to w[n,k]: what is left has the norm of the singular values that are
 * left out (Eckart, Young 1936). The factor on the smaller side of w has orthonormal columns or rows. */
WARN_UNUSED int low_rank(float *u, float *v, const float *w, size_t n, size_t k, size_t rank, struct err *e);

#endif
