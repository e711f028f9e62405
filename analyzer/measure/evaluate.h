/* How good a model is on labelled rows. */
#ifndef ANALYZER_MEASURE_EVALUATE_H
#define ANALYZER_MEASURE_EVALUATE_H

#include "analyzer/base/progress.h"
#include "analyzer/data/encoded.h"
#include "analyzer/data/label_map.h"
#include "analyzer/data/metric.h"
#include "analyzer/measure/paired.h"

struct hidden_cache;
struct model;
struct weights;

enum { EVALUATE_METRICS = 4 };

/* What is known after some of the rows. Owns nothing: a copy is a copy. */
struct quality {
    const struct task *task;
    enum label_match match;
    int rows, rows_total; /* used so far, and in all */
    int metrics;
    const struct metric *metric[EVALUATE_METRICS]; /* those of the task, the main one first */
    struct estimate value[EVALUATE_METRICS];
    double loss;          /* mean cross-entropy with the label, or mean squared error */
    uint64_t tokens;      /* of those rows, special ones included */
    double seconds;       /* that their passes took */
    struct paired paired; /* the main metric against another model on these rows; metric NULL = there is none */
};

struct evaluation {
    struct quality quality;
    struct label_map labels;
    int rows, outputs;
    float *logits;  /* [rows, outputs] in the order of the data set, columns as the model has them; owned */
    int *want;      /* [rows] classes of the data set (label_map.h); owned, NULL for a regression */
    int *got;       /* [rows] the class with the largest logit, the first of equals; owned, NULL for a regression */
    float *target;  /* [rows] owned, NULL for classes; what was given instead is in `logits` */
};

/* Called from inside evaluate with what is known so far: after the first batch and after the last, and in between after every batch as
 * long as computing the metrics takes a small part of the time. The rows so far are a random sample of all. */
typedef void evaluate_fn(void *payload, const struct quality *q);

struct evaluate_options {
    int threads;
    int batch_tokens;      /* 0 = PREDICT_BATCH_TOKENS */
    evaluate_fn *on_batch; /* or NULL */
    void *payload;
    const struct evaluation *against; /* of another model on all of these rows, to be compared with; or NULL */
    struct hidden_cache *hidden;      /* as in predict.h, or NULL */
};

/* Whether the model can be evaluated on this data: it has a head, the data has labels, and they fit. The sentence says what
 * does not. */
WARN_UNUSED int evaluate_check(const struct model *m, const struct dataset *d, struct err *e);

/* Runs all rows; x is `d` tokenized. The same values for any number of batches and threads, apart from `seconds`. Outputs that are no
 * numbers are an error. The caller frees `out`; a cancelled run leaves none. */
WARN_UNUSED int evaluate(struct evaluation *out, const struct weights *w, const struct dataset *d, const struct encoded *x,
                         const struct evaluate_options *options, const struct progress *progress, struct err *e);

/* The answers, for metrics and paired comparisons; borrowed from `x`. */
struct scores evaluation_scores(const struct evaluation *x);

void evaluation_free(struct evaluation *x); /* accepts a zeroed struct */

#endif
