/* A trial: a recipe applied to the original and measured. */
#ifndef ANALYZER_COMPRESS_TRIAL_H
#define ANALYZER_COMPRESS_TRIAL_H

#include "analyzer/compress/forecast.h"
#include "analyzer/compress/original.h"
#include "analyzer/data/encoded.h"
#include "analyzer/measure/fidelity.h"
#include "analyzer/measure/versus.h"

/* What a recipe made, ready to run. */
struct changed {
    struct model *model;     /* owned, like what follows */
    struct weights *weights; /* borrow what did not change from the original's */
    struct plan *plan;       /* of the original's workload */
    struct encoded rows;     /* of the original, made by the tokenizer of the model; empty where that is the same */
};

/* What is known about it. Owns its text only. */
struct trial {
    char *recipe; /* as printed; owned */
    uint64_t hash;
    struct workload workload; /* of MACs, forecast and time */
    struct cost cost, before; /* of the changed model, of the original */
    struct forecast forecast; /* by the latency table as it was */
    struct versus time;       /* first = original; n = 0: not measured */
    bool evaluated;
    struct quality quality;   /* of rows with labels; task NULL = they have none */
    struct fidelity fidelity; /* to the original */
    float *logits;            /* [fidelity.rows, fidelity.outputs] or NULL; owned */
    unsigned char *right;     /* [fidelity.rows] 1 = the row got its label; NULL without classes, or like logits; owned */
};

/* The caller frees `out`, which is zeroed after a failure. `name` stands for the recipe in sentences. */
WARN_UNUSED int changed_make(struct changed *out, const struct original *o, const struct recipe *r, const char *name,
                             const struct progress *progress, struct err *e);
void changed_free(struct changed *c); /* accepts a zeroed struct */
/* The rows as its model reads them. */
const struct encoded *changed_encoded(const struct changed *c, const struct original *o);

/* What can be said at once: text, costs and forecast. The caller frees `out`. */
WARN_UNUSED int trial_init(struct trial *out, const struct original *o, const struct recipe *r, const struct changed *c, struct err *e);
/* The trial of the empty recipe, as far as the original is known. The caller frees `out`. */
WARN_UNUSED int trial_of_original(struct trial *out, const struct original *o, struct err *e);
/* Times it against the original, for about `seconds`. */
WARN_UNUSED int trial_time(struct trial *t, const struct original *o, const struct changed *c, double seconds,
                           const struct progress *progress, struct err *e);
/* Runs all rows. The original was evaluated. on_batch gets what is known so far, with quality.paired against the original; may be NULL. */
WARN_UNUSED int trial_evaluate(struct trial *t, struct original *o, const struct changed *c, evaluate_fn *on_batch, void *payload,
                               const struct progress *progress, struct err *e);
void trial_free(struct trial *t); /* accepts a zeroed struct */

WARN_UNUSED int trial_copy(struct trial *out, const struct trial *t, struct err *e);

/* The rows that one of two trials alone has right; false if that is not known of both. */
bool trial_discordant(struct discordant *out, const struct trial *first, const struct trial *second);

#endif
