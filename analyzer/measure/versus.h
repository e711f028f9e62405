/* Two plans timed against each other: passes take turns, first second second first ..., and are compared pair by pair, because machines
 * change speed under a measurement. The clock is read between the steps of both. */
#ifndef ANALYZER_MEASURE_VERSUS_H
#define ANALYZER_MEASURE_VERSUS_H

#include "analyzer/base/progress.h"
#include "analyzer/measure/stats.h"
#include "analyzer/model/component.h"

struct plan;

struct versus {
    struct spread first_ns, second_ns; /* of a pass; n = 0: not measured */
    struct spread speedup;             /* first / second within a pair */
    /* Medians of the time that the steps of a component take, as a share of the first's pass of the same pair. They do not sum to the
     * whole: there are gaps between steps, and they are medians. Zeroed where it was read from what does not keep them. */
    double first_part[COMPONENTS], second_part[COMPONENTS];
};

/* Measures until the 95 % interval of the speedup is 1 % wide or `seconds` are over (at least 5 pairs, one more before that is not
 * counted). */
WARN_UNUSED int versus_run(struct versus *out, struct plan *first, struct plan *second, double seconds,
                           const struct progress *progress, struct err *e);

#endif
