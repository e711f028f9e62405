/* The plan: one flat array of steps for one workload, and one arena that is sized exactly.
 *
 * plan_build decides everything that can be decided before the first number moves: order, kernels, buffers, costs. The
 * executor runs the steps, the profiler indexes its records by step, the cost is the sum over them. Nothing else
 * counts MACs.
 *
 * Sequences are packed: the tokens of all of them follow each other without padding, sequence i is
 * [start[i], start[i + 1]). */
#ifndef ANALYZER_RUN_PLAN_H
#define ANALYZER_RUN_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/base/arena.h"
#include "analyzer/base/err.h"
#include "analyzer/model/component.h"
#include "kernels/kernels.h"

struct model;
struct weights;
struct linear;
struct op;

enum { STEP_INPUTS = 2, STEP_PARAMS = 3 };

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
    const struct linear *linear;       /* weights of a linear step, borrowed from the weights */
    const float *param[STEP_PARAMS];   /* other parameters, borrowed from the weights; what they are: see the op */
    uint64_t params;                   /* numbers in `linear` and `param` */
    uint64_t param_bytes;              /* what they take */
    float eps;
    enum activation act;
    const struct kernel *kernel;
    /* filled from the op's cost */
    uint64_t macs;
    uint64_t bytes; /* moved at least once: inputs, output, weights */
    /* filled by the memory map */
    const float *x[STEP_INPUTS];
    float *y;
};

enum plan_output { PLAN_HIDDEN, PLAN_POOLED, PLAN_LOGITS, PLAN_OUTPUTS };

struct plan_options {
    int threads;       /* >= 1 */
    bool keep_hidden;  /* keep the hidden states after the embedding and after every layer (plan_output) */
    bool from_hidden;  /* the pass starts from hidden states that the caller writes to plan_input */
};

struct plan {
    const struct weights *weights; /* borrowed; must outlive the plan */
    struct plan_options options;
    int sequences, tokens;
    int longest;         /* tokens of the longest sequence */
    const int *start;    /* [sequences + 1] */
    struct step *step;
    int steps;
    int32_t *id, *type, *position; /* [tokens]; written by plan_set_tokens */
    float *input;                  /* [tokens, hidden] with from_hidden, else NULL */
    char *scratch;                 /* [threads][scratch_bytes] */
    size_t scratch_bytes;
    struct plan_kept *kept;
    int kepts;
    struct arena arena; /* all of the above */
};

/* `length` [sequences]: tokens of each sequence, 1..positions. The caller frees `out`. */
WARN_UNUSED int plan_build(struct plan **out, const struct weights *w, const int *length, int sequences,
                           const struct plan_options *options, struct err *e);
void plan_free(struct plan *p); /* accepts NULL */

/* Writes the tokens of all sequences, one after the other; `type` may be NULL (all 0). Ids are checked against the
 * vocabulary and the types of the model. */
WARN_UNUSED int plan_set_tokens(struct plan *p, const int32_t *id, const int32_t *type, struct err *e);

/* A value after a pass: PLAN_HIDDEN [tokens, hidden] after `layer` (-1 = after the embedding; only with keep_hidden,
 * except the last), PLAN_POOLED [sequences, hidden], PLAN_LOGITS [sequences, labels]. NULL if the plan has none. */
const float *plan_output(const struct plan *p, enum plan_output what, int layer);

uint64_t plan_macs(const struct plan *p);

#endif
