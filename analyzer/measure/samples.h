/* Step times of repeated passes: one row a pass, one column a step, and the whole pass last. */
#ifndef ANALYZER_MEASURE_SAMPLES_H
#define ANALYZER_MEASURE_SAMPLES_H

#include <stdint.h>

#include "analyzer/base/err.h"
#include "analyzer/measure/stats.h"

struct samples {
    uint64_t *ns; /* [cap][steps + 1]; owned */
    double *plain; /* [cap]: ns of the pass without step clocks that was run beside it, 0 = none; owned */
    double *scratch; /* [cap]: to sort in; owned */
    int passes, cap, steps;
};

/* Makes room for one more pass. */
WARN_UNUSED int samples_grow(struct samples *s, struct err *e);

/* Adds a pass: clock [steps + 1] as exec_run writes it, and the time of its plain neighbour. There must be room. */
void samples_add(struct samples *s, const uint64_t *clock, double plain_ns);

/* Spread of the sum over the columns with wanted[column] != 0, within each pass; wanted [steps]. */
struct spread samples_group(const struct samples *s, const unsigned char *wanted);
struct spread samples_step(const struct samples *s, int step);
struct spread samples_total(const struct samples *s);
/* Spread of (pass with clocks) / (pass without), pair by pair. */
struct spread samples_overhead(const struct samples *s);

void samples_free(struct samples *s); /* accepts a zeroed struct */

#endif
