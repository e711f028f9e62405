/* The plan: one flat array of steps for one workload, and one arena that is sized exactly.
 *
 * plan_build decides everything that can be decided before the first number moves: order, kernels, buffers, costs. The
 * executor runs the steps, the profiler indexes its records by step, the cost is the sum over them. Nothing else
 * counts MACs.
 *
 * Sequences are packed: the tokens of all of them follow each other without padding, sequence i is
 * [start[i], start[i + 1]).
 *
 * With gradients the plan also has a backward pass (reverse mode: Griewank, Walther 2008, chapter 3). It is a schedule of
 * moments: the backward of the steps in reverse order, and with a limit of memory the forward of a layer again just
 * before its backward (Chen et al. 2016, arXiv 1604.06174). Only steps that lie between an output with a loss and something
 * whose gradient is wanted have a backward. The caller
 *   1. runs the pass (exec_run),
 *   2. writes the gradient of its loss to plan_gradient, for every output in `losses`,
 *   3. runs exec_backward, once after each exec_run.
 * Values of a pass other than its outputs do not survive the backward pass. */
#ifndef ANALYZER_RUN_PLAN_H
#define ANALYZER_RUN_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/base/arena.h"
#include "analyzer/base/err.h"
#include "analyzer/model/component.h"
#include "analyzer/run/weights.h"
#include "kernels/kernels.h"

struct gradients;
struct op;

enum { STEP_INPUTS = 2, STEP_PARAMS = 3, STEP_GRADIENTS = 2 * LINEAR_PARTS };

struct step {
    const struct op *op;
    enum component component;
    int layer; /* -1 = not in a layer */
    const char *label;
    int in[STEP_INPUTS]; /* values read; -1 = none */
    int out;             /* value made */
    int rows;            /* of the output */
    int cols;            /* of the output */
    int heads, head_size;
    bool decoupled;                    /* attention: each text of a pair by itself (plan->split) */
    int stream;                        /* of random numbers; dropout, attention */
    const struct linear *linear;       /* weights of a linear step, borrowed from the weights */
    const float *param[STEP_PARAMS];   /* other parameters, borrowed from the weights; what they are: see the op */
    uint64_t params;                   /* numbers in `linear` and `param`; what layers share counts in the first of them */
    uint64_t param_bytes;              /* what they take, whoever shares them */
    float eps;
    enum activation act;
    enum kernel_format format;         /* of the kernel, where `linear` does not say it; what is not chosen is f32 */
    const struct kernel *kernel;
    /* filled from the op's cost */
    uint64_t macs;
    uint64_t bytes; /* moved at least once: inputs, output, weights */
    /* filled by the memory map */
    const float *x[STEP_INPUTS];
    float *y;
    float *gate; /* [heads]: factors of the outputs of the heads; NULL = the step has no heads */
    /* for backward */
    float *dparam[STEP_GRADIENTS]; /* where the gradients of the parameters are added, borrowed from plan_options.into;
                                      NULL = not wanted. Linear: weights of its parts, then biases; else as `param` */
    int gates;                     /* gates that have a gradient: heads or neurons */
    float *dgate;                  /* [sequences, gates], or NULL */
    bool backward;                 /* the step has one */
    bool adds[STEP_INPUTS];        /* dx already holds the gradient from a later step, to which this one adds */
    const float *dy;               /* gradient of y */
    float *dx[STEP_INPUTS];        /* gradients of x; NULL = not wanted */
};

/* A step forward (in a backward pass: again, because its value was not kept), or backward. */
struct moment {
    int step;
    bool backward;
};

enum plan_output { PLAN_HIDDEN, PLAN_POOLED, PLAN_LOGITS, PLAN_MASKED, PLAN_OUTPUTS };

#define PLAN_BIT(output) (1u << (output))

enum plan_gradients {
    PLAN_NO_GRADIENTS,
    PLAN_GATE_GRADIENTS, /* of the gates only: no weight gradients, and nothing below the lowest gate */
    PLAN_ALL_GRADIENTS   /* of all parameters and gates */
};

struct plan_options {
    int threads;       /* >= 1 */
    bool keep_hidden;  /* keep the hidden states after the embedding and after every layer (plan_output) */
    bool from_hidden;  /* the pass starts from hidden states that the caller writes to plan->input, where they stay */
    int first_layer;   /* with from_hidden: the layer that reads them, 0..layers */
    bool unfused;      /* activations are steps of their own, as they always are with gradients */
    float dropout;     /* probability that a hidden value becomes 0, as in training of BERT; 0 = no such steps */
    float attention_dropout; /* probability that a weight of attention becomes 0 (kernels.h) */
    bool pooled_only;  /* only PLAN_POOLED and PLAN_LOGITS are wanted: behind the keys and values of the last layer, only
                          the first token of every sequence is computed */
    const int *split;  /* [sequences], or NULL; read by plan_build only: tokens of the first text of each sequence, 1..length; all of
                          them where it is one text. Layers that are decoupled keep the texts apart */
    int masked;        /* tokens that the masked-language head predicts (plan_set_masked); 0 = the head does not run */
    enum plan_gradients gradients; /* needs weights with weights_options.gradients */
    unsigned losses;   /* PLAN_BITs of the outputs whose gradient the caller writes; 0 = of the last output there is */
    bool neuron_gates; /* also gradients of gates on the feed-forward neurons */
    struct gradients *into; /* where gradients of parameters are added; borrowed, NULL unless PLAN_ALL_GRADIENTS */
    struct arena *room;     /* borrowed, or NULL: memory that plans which follow each other hand on. The plan takes it, plan_free
                               gives it back; zeroed at first, freed by the caller at last */
    size_t memory_limit;    /* bytes of activations and their gradients; 0 = none. Layers are computed again where that
                               helps to stay below */
};

struct plan {
    const struct weights *weights; /* borrowed; must outlive the plan */
    struct plan_options options;
    int sequences, tokens;
    int longest;         /* tokens of the longest sequence */
    const int *start;    /* [sequences + 1] */
    const int *split;    /* [sequences] tokens of the first text of each: as many as it has where it is one text */
    struct step *step;
    int steps;
    struct moment *moment; /* the first `steps` are the forward pass, the others the backward pass */
    int moments;
    const struct kernel *const *kernel; /* [KERNEL_OPS]: the f32 kernels of this plan; those of steps: step.kernel */
    uint64_t seed;                 /* of dropout */
    int32_t *id, *type, *position; /* [tokens]; written by plan_set_tokens */
    int32_t *row;                  /* [tokens] 0, 1, ... */
    int32_t *masked;               /* [options.masked]; written by plan_set_masked */
    float *input;                  /* [tokens, hidden] with from_hidden, else NULL */
    char *scratch;                 /* [threads][scratch_bytes] */
    size_t scratch_bytes;
    size_t activation_bytes; /* of values and their gradients, shared by those that are never alive together */
    struct plan_kept *kept;
    int kepts;
    struct arena arena; /* all of the above */
};

/* `length` [sequences]: tokens of each sequence, 1..positions. The caller frees `out`. ERR_NOMEM if the activations do
 * not fit options->memory_limit even when layers are computed again. */
WARN_UNUSED int plan_build(struct plan **out, const struct weights *w, const int *length, int sequences,
                           const struct plan_options *options, struct err *e);
void plan_free(struct plan *p); /* accepts NULL */

/* Writes the tokens of all sequences, one after the other; `type` may be NULL (all 0). Ids are checked against the
 * vocabulary and the types of the model. */
WARN_UNUSED int plan_set_tokens(struct plan *p, const int32_t *id, const int32_t *type, struct err *e);

/* Writes which tokens of the packed sequences the masked-language head predicts: token [options.masked], each
 * 0..tokens - 1; all 0 at first. */
WARN_UNUSED int plan_set_masked(struct plan *p, const int32_t *token, struct err *e);

/* What dropout drops in the passes from now on (0 at first): a function of the seed, the step and the place. */
void plan_set_seed(struct plan *p, uint64_t seed);

/* Factors of the outputs of the heads of a layer [heads], 1 at first; the caller may change them between passes. A head
 * at 0 is left out and costs nothing. NULL if the plan does not have the layer. */
float *plan_gates(const struct plan *p, int layer);

/* A value after a pass: PLAN_HIDDEN [tokens, hidden] after `layer` (-1 = after the embedding; only with keep_hidden,
 * except the last; not the last with pooled_only), PLAN_POOLED [sequences, hidden], PLAN_LOGITS [sequences, labels], PLAN_MASKED [masked, vocab]. NULL if the plan has none. With
 * from_hidden the hidden states before first_layer are plan->input. */
const float *plan_output(const struct plan *p, enum plan_output what, int layer);

/* Where the caller writes the gradient of its loss with respect to plan_output(p, what, layer), same shape, between
 * exec_run and exec_backward. NULL if the output is not one of options.losses, or nothing wanted depends on it. */
float *plan_gradient(const struct plan *p, enum plan_output what, int layer);

/* Gradients of gates after a backward pass, for each sequence by itself: the caller's gradients of the outputs say how
 * the losses of the sequences are weighted. Gate of a head: the factor of its output (plan_gates), [sequences, heads]
 * (Michel et al. 2019, arXiv 1905.10650, equation 2); 0 for a head that is left out. Gate of a neuron: a factor of 1
 * after the activation, [sequences, neurons]. NULL if the plan has none. */
const float *plan_head_gates(const struct plan *p, int layer);
const float *plan_neuron_gates(const struct plan *p, int layer);

uint64_t plan_macs(const struct plan *p);

#endif
