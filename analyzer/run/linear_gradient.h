/* Gradients of the weights and biases of a linear layer: dw[n,k] = dy[m,n]^T x[m,k], db[n] = sum of the rows of dy.
 *
 * The product runs on the kernels of linear layers: dy^T are its inputs (a transposed block at a time), x^T its weights
 * (packed a few panels at a time). Blocks of tokens follow each other in one order and threads share out dw, so the bits do
 * not depend on the threads. */
#ifndef ANALYZER_RUN_LINEAR_GRADIENT_H
#define ANALYZER_RUN_LINEAR_GRADIENT_H

#include "analyzer/run/exec.h"

/* Bytes a thread needs. */
size_t linear_gradient_scratch(const struct step *s, const struct plan *p);

/* Adds to s->dparam from s->x[0] and s->dy: the part of the calling thread. */
void linear_gradient(const struct exec *x, const struct step *s);

#endif
