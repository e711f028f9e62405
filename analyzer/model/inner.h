/* Matrices of low rank: a linear layer y = x (U V)^T that is computed as (x V^T) U^T. Its parameter is then the outer factor U [n, rank], and
 * there is another one for the inner factor V [rank, k]; query, key and value of a layer share one V. Rows of a word embedding U V are
 * rows of U times V (Lan et al. 2020, arXiv 1909.11942, section 3.1). */
#ifndef ANALYZER_MODEL_INNER_H
#define ANALYZER_MODEL_INNER_H

#include "analyzer/model/model.h"

/* The role of the inner factor of a matrix; ROLES if it cannot have one. */
enum role inner_role(enum role weight);

/* The inner factor of a matrix; NULL if it is whole. */
const struct param *model_inner(const struct model *m, enum role weight, int layer);

/* The whole matrix, multiplied out, with its shape; the caller frees it. */
WARN_UNUSED int model_matrix(float **out, const struct model *m, enum role weight, int layer, size_t dim[2], struct err *e);

/* The parameter that holds the columns of a matrix: the inner factor, or the matrix. */
const struct param *model_columns(const struct model *m, enum role weight, int layer);

#endif
