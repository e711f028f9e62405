/* A table of at most 2^bits numbers for the weights of a matrix (k-means on a line): Han, Mao, Dally 2016, arXiv 1510.00149,
 * section 3.
 *
 * Lloyd's algorithm (1982, IEEE Transactions on Information Theory 28): a weight goes to the nearest number, a number to the mean
 * of its weights, until nothing moves or after so many rounds. Weights are sorted once, so a round looks for the boundaries
 * alone, and means come from sums over a prefix. Numbers begin at quantiles of the different weights: the same weights give the
 * same table. Weights that are few already are the table. */
#ifndef ANALYZER_COMPRESS_CODEBOOK_H
#define ANALYZER_COMPRESS_CODEBOOK_H

#include <stddef.h>

#include "analyzer/base/err.h"

enum { CODEBOOK_MOST = 256, CODEBOOK_BITS = 8, CODEBOOK_ROUNDS = 100 };

struct codebook {
    int count;
    int rounds;                 /* that were needed */
    float value[CODEBOOK_MOST]; /* ascending */
};

/* The table of w[count], count >= 1; bits 1..CODEBOOK_BITS. ERR_UNSUPPORTED if a weight is not finite. */
WARN_UNUSED int codebook_fit(struct codebook *out, const float *w, size_t count, int bits, int rounds, struct err *e);

/* The nearest number of the table; of two, the smaller. */
float codebook_nearest(const struct codebook *c, float w);

#endif
