/* A forward and a backward pass over inputs of a golden model, as gradients.safetensors has them: the loss is the mean of
 * the cross entropy over all GOLDEN_INPUTS, of which the pass sees some. All of them may come in several copies: the mean and
 * its gradients stay, but a step then has enough to do to be shared out and done in blocks. */
#ifndef TESTS_GOLDEN_BACKWARD_H
#define TESTS_GOLDEN_BACKWARD_H

#include "analyzer/run/gradients.h"
#include "tests/golden/golden.h"

enum { BACKWARD_COPIES = 32, BACKWARD_SEQUENCES = GOLDEN_INPUTS * BACKWARD_COPIES };

struct backward_options {
    uint32_t cpu;
    enum kernel_format format;
    enum plan_gradients gradients;
    int threads;
    int copies; /* 1 .. BACKWARD_COPIES */
    bool pooled_only;
    size_t memory_limit;
};

/* Zeroed = nothing to free. */
struct backward {
    struct run run;
    struct gradients *gradients; /* of the parameters; NULL without PLAN_ALL_GRADIENTS */
    int first, count, copies;    /* inputs: first .. first + count - 1, that many times */
    bool fits;                   /* false: the activations do not fit the memory limit, and nothing else is there */
    double loss[BACKWARD_SEQUENCES]; /* of each sequence, alone */
};

/* Sequences of the batch, and the golden input that one of them is. */
int backward_sequences(const struct backward *b);
int backward_input(const struct backward *b, int sequence);

/* Runs inputs first .. first + count - 1 of a model as one batch. Any other failure is a CUnit failure and false. */
bool backward_open(struct backward *b, const struct golden *g, const char *model, const struct backward_options *options,
                   int first, int count);
void backward_close(struct backward *b);

/* Gates of one sequence with respect to its own loss: [layers, gates of a layer] into `out`. */
void backward_heads(const struct backward *b, int sequence, float *out);
void backward_neurons(const struct backward *b, int sequence, float *out);

#endif
