/* Scales for what is left of a pruned model, so that its layers give what those of the whole one gave (Kwon et al. 2022, arXiv 2204.09656,
 * section 4.3).
 *
 * Layer by layer, first for heads, then for neurons, the masks m that minimize |y - (x + F m)|^2 over the tokens of some rows, with y the
 * sum before the LayerNorm of the whole model, x the residual of the pruned one as tuned so far, and the columns of F what each kept head
 * or neuron adds. As F m = F 1 + F d, d solves (F^T F + lambda I) d = F^T (y - x - F 1); lambda is a hundredth of the mean of the
 * diagonal. Scales are folded into the output projection and the second feed-forward matrix. */
#ifndef ANALYZER_COMPRESS_TUNE_H
#define ANALYZER_COMPRESS_TUNE_H

#include "analyzer/base/progress.h"
#include "analyzer/model/model.h"
#include "analyzer/model/tokenizer.h"

struct tuning {
    const struct model *whole;   /* with the same layers; heads and neurons that m has lost */
    const struct encoding *row;  /* [rows] */
    int rows;
    uint32_t cpu;
    int threads;
};

/* Changes `m`, a derived model. A matrix whose scales would be beyond 10 (as in the authors' code) stays as it is. */
WARN_UNUSED int tune(struct model *m, const struct tuning *t, const struct progress *progress, struct err *e);

/* x [n] of (a + damping I) x = b by conjugate gradients, a [n,n] symmetric and not negative; from 0 until the residual is 1e-8 of b. */
WARN_UNUSED int tune_solve(double *x, const double *a, const double *b, double damping, int n, int threads, struct err *e);

#endif
