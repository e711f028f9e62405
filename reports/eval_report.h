/* How good a model is on labelled rows, as tables. */
#ifndef REPORTS_EVAL_REPORT_H
#define REPORTS_EVAL_REPORT_H

#include "analyzer/measure/evaluate.h"
#include "analyzer/model/model.h"
#include "reports/emit.h"

struct eval_metric {
    char name[32], title[64];
    struct estimate estimate;
};

/* A class of the data and the output of the model that stands for it. */
struct eval_class {
    char name[128], label[256]; /* of the class ("" = the data does not have it), of the output */
    int output;
    int rows, given, right; /* that want it, that were given it, both */
};

/* What there is to say about an evaluation: a copy that outlives data and model. Texts are safe to show. */
struct eval_summary {
    char data[512], task[32], task_summary[160];
    char matched_by[16]; /* how outputs were matched to classes; "" = there are none */
    bool named;          /* the data names its classes */
    int rows, skipped, truncated, longest;
    uint64_t tokens;
    double seconds, loss;
    struct eval_metric metric[EVALUATE_METRICS];
    int metrics;
    struct eval_class *class; /* [classes], owned */
    int classes;
};

/* `x` of the model `m` on the rows `d`, which were tokenized as `rows`. The caller frees `out`. */
WARN_UNUSED int eval_summary_make(struct eval_summary *out, const struct evaluation *x, const struct dataset *d,
                                  const struct encoded *rows, const struct model *m, struct err *e);
WARN_UNUSED int eval_summary_copy(struct eval_summary *out, const struct eval_summary *s, struct err *e);
void eval_summary_free(struct eval_summary *s); /* accepts a zeroed struct */

void eval_report(struct emit *e, const struct eval_summary *s);

#endif
