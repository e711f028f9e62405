/* A forward and a backward pass over inputs of a golden model, as gradients.safetensors has them: the loss is the mean of
 * the cross entropy over all GOLDEN_INPUTS, of which the pass sees some. */
#ifndef TESTS_GOLDEN_BACKWARD_H
#define TESTS_GOLDEN_BACKWARD_H

#include "analyzer/run/gradients.h"
#include "tests/golden/golden.h"

struct backward_options {
    uint32_t cpu;
    enum kernel_format format;
    enum plan_gradients gradients;
    int threads;
    size_t memory_limit;
};

/* Zeroed = nothing to free. */
struct backward {
    struct run run;
    struct gradients *gradients; /* of the parameters; NULL without PLAN_ALL_GRADIENTS */
    int first, count;            /* inputs */
    bool fits;                   /* false: the activations do not fit the memory limit, and nothing else is there */
    double loss[GOLDEN_INPUTS];  /* of each input, alone */
};

/* Runs inputs first .. first + count - 1 of a model as one batch. Any other failure is a CUnit failure and false. */
bool backward_open(struct backward *b, const struct golden *g, const char *model, const struct backward_options *options,
                   int first, int count);
void backward_close(struct backward *b);

/* Gates of one input with respect to its own loss: [layers, gates of a layer] into `out`. */
void backward_heads(const struct backward *b, int input, float *out);
void backward_neurons(const struct backward *b, int input, float *out);

#endif
