/* How close the answers of a model are to those of another one on the same rows; needs no labels. */
#ifndef ANALYZER_MEASURE_FIDELITY_H
#define ANALYZER_MEASURE_FIDELITY_H

#include "analyzer/data/metric.h"

struct fidelity {
    int rows, outputs;
    struct estimate agreement; /* share of rows with the same largest logit, Wilson's interval; NAN with a single output */
    double kl;                 /* mean Kullback-Leibler divergence of the softmaxes, from the first to the second, in nats; NAN likewise */
    double largest;            /* largest difference of a logit */
};

/* first, second [rows, outputs] logits. */
struct fidelity fidelity_of(const float *first, const float *second, int rows, int outputs);

#endif
