/* The model that recipes are applied to, with everything that trials are compared with. */
#ifndef ANALYZER_COMPRESS_ORIGINAL_H
#define ANALYZER_COMPRESS_ORIGINAL_H

#include "analyzer/compress/latency.h"
#include "analyzer/compress/recipe.h"
#include "analyzer/measure/evaluate.h"
#include "analyzer/measure/workload.h"
#include "analyzer/model/component.h"
#include "analyzer/run/hidden.h"

struct weights;

/* What a model costs, by counting. */
struct cost {
    uint64_t params;
    uint64_t macs;  /* of a pass of the workload */
    uint64_t bytes; /* of model.safetensors as it is saved compactly */
    struct part_cost {
        uint64_t params, macs;
    } part[COMPONENTS]; /* that sum to these; zeroed where it was read from what only keeps the sums */
};

struct original {
    const struct model *model;     /* borrowed, like what follows */
    const struct weights *weights; /* packed for the workload's format and threads */
    const struct dataset *data;    /* NULL = there are no rows */
    const struct encoded *rows;
    const struct dataset *scoring_data; /* rows that steps score and calibrate with; NULL = those above */
    const struct encoded *scoring_rows;
    struct workload workload;
    struct plan *plan; /* of the workload; owned */
    struct cost cost;
    struct memo *memo; /* owned */
    struct latency latency; /* empty until somebody asks (latency.h); owned */
    bool evaluated;
    struct evaluation evaluation; /* of rows with labels; owned */
    float *logits;                /* [rows, labels] of rows without; owned, else NULL */
    struct hidden_cache hidden;   /* owned */
};

/* The caller frees `out`, also after a failure. `data` and `rows` may be NULL. */
WARN_UNUSED int original_init(struct original *out, const struct model *m, const struct weights *w, const struct workload *load,
                              const struct dataset *data, const struct encoded *rows, struct err *e);
/* Goes on with these weights of the same model in the same format, and with this workload; what rows said stays. After a failure the
 * original is of no use any more. */
WARN_UNUSED int original_rebase(struct original *o, const struct weights *w, const struct workload *load, struct err *e);
void original_free(struct original *o); /* accepts a zeroed struct */

/* Runs all rows once and keeps answers and hidden states, within `limit` bytes (0 = HIDDEN_LIMIT). Nothing to do a second time. */
WARN_UNUSED int original_evaluate(struct original *o, size_t limit, evaluate_fn *on_batch, void *payload,
                                  const struct progress *progress, struct err *e);

/* [rows, labels] whatever the rows are. The original was evaluated. */
const float *original_logits(const struct original *o);

/* What recipe steps may work with. */
struct materials original_materials(const struct original *o);

WARN_UNUSED int cost_of(struct cost *out, const struct model *m, const struct plan *p, struct err *e);

#endif
