/* What is counted while forward passes run: by the processor and by the system, of each thread and step.
 *
 * Counters are read by every thread between the steps of passes of their own, which no clock measures; passes that nobody counts run in turns
 * with them and tell what counting costs. Counters that do not fit beside each other are read in passes of their own: nothing is multiplexed.
 * What a thread does while it waits for its team counts, too. */
#ifndef ANALYZER_MEASURE_COUNTED_H
#define ANALYZER_MEASURE_COUNTED_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/base/progress.h"
#include "analyzer/measure/counters.h"
#include "analyzer/measure/stats.h"
#include "analyzer/measure/workload.h"
#include "analyzer/model/component.h"

struct weights;

struct counted_options {
    struct workload workload;
    double budget_s; /* 0 = the default (5 s), half of it for passes that are not counted */
};

/* One counter over a part of the pass, summed over the team. */
struct count {
    struct spread spread; /* over the passes */
    double mean;          /* of the passes; for what is rare */
};

/* A part of a pass: a step, a component, all of it, or a reading without a step. */
struct counted_group {
    uint64_t bytes; /* moved at least once */
    struct count count[COUNTERS]; /* spread.n = 0: not counted, see counted.missing */
};

struct counted_step {
    char label[64]; /* "layer 3: query, key, value" */
    enum component component;
    int layer;      /* -1 = not in a layer */
    struct counted_group group;
};

struct counted {
    char model[128]; /* safe to show */
    struct workload workload;
    struct counted_step *step; /* [steps]; owned */
    int steps;
    struct counted_group total, component[COMPONENTS];
    struct counted_group reading; /* what reading the counters once counts by itself; it is part of every step */
    double (*thread)[COUNTERS];   /* [workload.threads]: mean of a pass in that thread; owned */
    char missing[COUNTERS][64];   /* why a counter is not there; "" if it is */
    char reason[COUNTER_REASON];  /* why there are none of the processor, a sentence; "" if there are */
    int groups;      /* of counters that are read in the same passes */
    int passes;      /* that were counted, of all groups together */
    int spoiled;     /* that were left out: a counter could not be read, or went backwards */
    struct spread overhead_ratio; /* time of a counted pass / of one beside it that was not counted */
};

/* Counts for the budget. `sources` may be those of counters_open, or a test's. The caller frees `out`. */
WARN_UNUSED int counted_measure(struct counted *out, const struct weights *w, const struct counted_options *options,
                                const struct counter_sources *sources, const struct progress *progress, struct err *e);
/* The same with the counters of this machine. */
WARN_UNUSED int counted_here(struct counted *out, const struct weights *w, const struct counted_options *options,
                             const struct progress *progress, struct err *e);
WARN_UNUSED int counted_copy(struct counted *out, const struct counted *c, struct err *e);
void counted_free(struct counted *c); /* accepts a zeroed struct */

/* Whether it was counted, and whether any counter of the processor was. */
bool counted_has(const struct counted *c, enum counter k);
bool counted_hardware(const struct counted *c);
/* Median of `k` for each of `of`, from the same part; negative when it cannot be said. */
double counted_per(const struct counted_group *g, enum counter k, enum counter of);
/* The steps of a layer (-1: outside of the layers), of one component or of all (-1), together: sums of their medians. */
void counted_sum(struct counted_group *out, const struct counted *c, int layer, int component);
double counted_bytes_per_cycle(const struct counted_group *g);

#endif
