/* Hidden states of a model between its layers, for the batches of a prediction, so that a model that differs only from some layer on
 * can start there. Memory is bounded: as many layers are kept, evenly spaced, as fit. */
#ifndef ANALYZER_RUN_HIDDEN_H
#define ANALYZER_RUN_HIDDEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/base/err.h"

struct batches;
struct model;
struct plan;

struct hidden_cache {
    const struct model *model; /* borrowed: whose states they are */
    size_t limit;              /* bytes */
    size_t bytes;              /* that are kept */
    int layers, stride;        /* kept before the layers stride, 2 stride, ... <= layers, which is the last one; stride 0 = none fit */
    int batches;
    int hidden;
    const int *start;          /* [batches + 1] tokens before each batch; owned */
    float *state;              /* [kept layers][tokens, hidden]; owned */
    bool filled;
};

#define HIDDEN_LIMIT ((size_t)512 << 20)

/* Makes room for the batches, within `limit` bytes (0 = HIDDEN_LIMIT). batch_tokens [batches]. The caller frees `out`. */
WARN_UNUSED int hidden_init(struct hidden_cache *out, const struct model *m, const int *batch_tokens, int batches, size_t limit,
                            struct err *e);
void hidden_free(struct hidden_cache *x); /* accepts a zeroed struct */

/* The highest layer <= `layer` before which states are kept; 0 = the pass must start with the tokens. */
int hidden_layer(const struct hidden_cache *x, int layer);

/* [tokens of the batch, hidden] before `layer`, which hidden_layer gave and is not 0. */
float *hidden_state(const struct hidden_cache *x, int layer, int batch);

/* The first layer of `m`, derived from `base`, that computes something else than that of base; `layers` if all are the same; 0 also
 * if what comes before the layers differs. */
int hidden_first_change(const struct model *m, const struct model *base);

#endif
