/* Measuring one program, or two that take turns.
 *
 * Every launch starts the processes anew; every round visits them in the order A B B A, the next one B A A B, so that what drifts
 * hits both. A visit is a few passes, of which the fastest counts: what others do to a pass only adds. A round is the
 * geometric mean of its two visits. */
#ifndef ANALYZER_MEASURE_TIMING_RUN_H
#define ANALYZER_MEASURE_TIMING_RUN_H

#include "analyzer/base/progress.h"
#include "analyzer/measure/timing.h"

struct timing_side {
    const char *name;  /* for sentences; NULL = this program */
    char *const *argv; /* of a program that speaks pass_server.h */
};

struct timing_options {
    const struct timing_side *side; /* [sides] */
    int sides;                      /* 1 or 2 */
    double budget_s;   /* for each workload, launches left out; 0 = the default (10 s). A launch runs at least LAUNCH_ROUNDS_LEAST rounds */
    double narrow;     /* stop before that when the interval of every part's time (of two: of their ratio) is this narrow; parts
                          below a fiftieth of the pass do not count. 0 = use up the budget */
    /* Asked before such a stop: whether what was measured leaves nothing to look into. NULL = nothing. The rounds of a launch share
     * its luck, so a surprise is worth every launch there is. */
    int (*settled)(bool *out, void *payload, const struct timing *measured, struct err *e);
    void *payload;
};

enum { LAUNCHES = 10, LAUNCHES_LEAST = 5, LAUNCH_ROUNDS_LEAST = 6, SIDES_MOST = 2 };

/* out [sides]: their cases (batch, seq) are set and have no rounds; the same cases for both sides. */
WARN_UNUSED int timing_run(struct timing *out, const struct timing_options *options, const struct progress *progress,
                           struct err *e);

#endif
