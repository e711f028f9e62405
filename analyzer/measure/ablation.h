/* What the metric loses when heads are taken out: each head alone, each layer reduced to one head, or more and more heads in
 * an order (Michel, Levy, Neubig 2019, sections 3.2, 3.3 and 4).
 *
 * A head is taken out by a gate of 0 on its output, which is the same as removing its columns of the output projection; the
 * bias of that projection stays, also in a layer that has lost all heads.
 *
 * The rows are run batch by batch. Each batch runs once through the whole model, which keeps the hidden states after every
 * layer; every variant then starts from the states before the first layer that it changes. So the memory is that
 * of one batch (ablation_batch_tokens), nothing is ever computed twice, and all differences are known after the first batch and become narrower
 * with every other. All variants see the same rows, so the differences to the full model are paired. */
#ifndef ANALYZER_MEASURE_ABLATION_H
#define ANALYZER_MEASURE_ABLATION_H

#include <stdbool.h>
#include <stddef.h>

#include "analyzer/base/progress.h"
#include "analyzer/measure/head_grid.h"

struct dataset;
struct encoded;
struct model;
struct weights;

enum { ABLATION_STEPS = 10 }; /* of a curve: tenths of the heads */

/* The metric of a variant against that of the full model on the same rows, with the 95 % interval of the difference. */
struct ablation_effect {
    double value, difference, low, high;
};

struct ablation {
    struct head_grid grid;
    int variants;
    unsigned char *gone;            /* [variants, heads] 1 = taken out; owned */
    struct ablation_effect *effect; /* [variants]; owned */
    char metric[32];                /* its name */
    double full;                    /* of the full model on these rows */
    int rows, rows_total;
    double cost;    /* multiply-adds of all passes so far, in passes of the full model over the same rows */
    double seconds;
    bool finished;
};

/* The variants of the three questions; the caller frees `out`. Variant i of the first two is head i removed, or head i
 * the only one left of its layer. `order` [heads]: the heads, first to go first; variant i of a curve lacks
 * ablation_curve_heads(heads, i) of them, i = 0 .. ABLATION_STEPS. */
WARN_UNUSED int ablation_removed(struct ablation *out, const struct head_grid *g, struct err *e);
WARN_UNUSED int ablation_kept(struct ablation *out, const struct head_grid *g, struct err *e);
WARN_UNUSED int ablation_curve(struct ablation *out, const struct head_grid *g, const int *order, struct err *e);
int ablation_curve_heads(int heads, int step); /* the nearest number to heads * step / ABLATION_STEPS */

/* Called from inside ablation_run with everything so far, after every batch but at most a few times a second. */
typedef void ablation_fn(void *payload, const struct ablation *a);

struct ablation_options {
    int threads;
    size_t memory_bytes; /* for the hidden states of one batch; 0 = ABLATION_MEMORY. A single long row may take more */
};

#define ABLATION_MEMORY ((size_t)128 << 20)

/* Tokens of a batch whose hidden states take `memory_bytes`. */
int ablation_batch_tokens(const struct model *m, size_t memory_bytes);

/* Runs all variants of `a` over all rows and fills in the rest. The data has labels. Cancelling leaves what was known with
 * the last snapshot. */
WARN_UNUSED int ablation_run(struct ablation *a, const struct weights *w, const struct dataset *d,
                             const struct encoded *x, const struct ablation_options *options, ablation_fn *on_snapshot,
                             void *payload, const struct progress *progress, struct err *e);

WARN_UNUSED int ablation_copy(struct ablation *out, const struct ablation *a, struct err *e);
void ablation_free(struct ablation *a); /* accepts a zeroed struct */

/* The first layer that a variant changes; `layers` if it changes none. */
int ablation_first_layer(const struct ablation *a, int variant);

/* importance [heads] by a run of ablation_removed (what is lost without the head) or ablation_kept (what is left with it
 * alone): greater = the head matters more. */
void ablation_importance(const struct ablation *a, bool removed, double *importance);

/* The last point of a curve before the interval of a difference lies below zero for the first time: so many heads can go,
 * in this order, without a loss that these rows can show. */
int ablation_removable(const struct ablation *a);

#endif
