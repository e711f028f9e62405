/* AdamW over all parameters of a model (Loshchilov, Hutter 2019, arXiv 1711.05101, algorithm 2; the kernel `adamw`), after
 * clipping the gradient to a largest norm (Pascanu, Mikolov, Bengio 2013, arXiv 1211.5063, algorithm 1).
 *
 * Biases and LayerNorms do not decay, as in the training of BERT. The work is cut into pieces of a fixed size and the norm is
 * summed in the order of pieces, so that the same numbers come out for any number of threads. */
#ifndef ANALYZER_TRAIN_OPTIMIZER_H
#define ANALYZER_TRAIN_OPTIMIZER_H

#include <stdint.h>

#include "analyzer/model/model.h"
#include "analyzer/run/gradients.h"

struct optimizer_options {
    float beta1, beta2, eps;
    float decay; /* per unit of the learning rate */
    float clip;  /* largest norm of the gradient; 0 = no limit */
    int threads;
    uint32_t cpu; /* CPU_* bits that may be used */
};

/* beta 0.9 and 0.999, eps 1e-8, decay 0.01, clip 1, as in fine-tuning of BERT. */
struct optimizer_options optimizer_defaults(int threads, uint32_t cpu);

struct piece;

struct optimizer {
    struct optimizer_options options;
    struct model *model;             /* owned by itself (model_own); borrowed */
    struct gradients *gradients;     /* what a backward pass adds to; owned */
    struct gradients *m, *v;         /* moments, of the same shape; owned */
    int64_t step;                    /* steps done */
    struct piece *piece;             /* owned */
    int pieces;
    double *square;                  /* [pieces]; owned */
};

/* The caller frees `out`. */
WARN_UNUSED int optimizer_new(struct optimizer **out, struct model *m, const struct optimizer_options *options,
                              struct err *e);
void optimizer_free(struct optimizer *o); /* accepts NULL */

/* Changes the parameters by one step and sets the gradients to 0. Returns the norm of the gradient before clipping; if it
 * is not finite, nothing is changed. Allocates nothing. */
double optimizer_step(struct optimizer *o, double lr);

#endif
