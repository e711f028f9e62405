/* The shape of a workload: what is measured, whatever measures it. */
#ifndef ANALYZER_MEASURE_WORKLOAD_H
#define ANALYZER_MEASURE_WORKLOAD_H

#include <stdbool.h>

#include "analyzer/base/err.h"
#include "kernels/kernels.h"

struct model;
struct plan;
struct plan_options;
struct weights;

struct workload {
    int batch;   /* sequences in a pass */
    int seq;     /* tokens of each */
    int threads;
    enum kernel_format format; /* of the linear layers */
    bool unfused;              /* steps that are usually one are measured apart (plan_options.unfused) */
    int first;                 /* each sequence is a pair of texts, the first of so many tokens; 0 = it is one text */
};

bool workload_same(const struct workload *a, const struct workload *b);

enum { WORKLOAD_MAX_BATCH = 4096, WORKLOAD_MAX_THREADS = 1024 };

/* Whether the model can run it; ERR_USAGE with the limits. */
WARN_UNUSED int workload_check(const struct workload *load, const struct model *m, struct err *e);

/* Checks it and builds its plan, with tokens from all over the vocabulary. The caller frees `out`, which is NULL after a
 * failure. */
WARN_UNUSED int workload_plan(struct plan **out, const struct workload *load, const struct weights *w, struct err *e);

/* The same for another plan than that of a mere forward pass, whose threads are those of the workload. `length` [batch]: the
 * tokens of each sequence, at most seq; NULL = seq. */
WARN_UNUSED int workload_plan_with(struct plan **out, const struct workload *load, const int *length,
                                   const struct plan_options *options, const struct weights *w, struct err *e);

#endif
