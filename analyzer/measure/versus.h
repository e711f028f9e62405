/* Two plans timed against each other: passes take turns, first second second first ..., and are compared pair by pair, because machines
 * change speed under a measurement. */
#ifndef ANALYZER_MEASURE_VERSUS_H
#define ANALYZER_MEASURE_VERSUS_H

#include "analyzer/base/progress.h"
#include "analyzer/measure/stats.h"

struct plan;

struct versus {
    struct spread first_ns, second_ns; /* of a pass; n = 0: not measured */
    struct spread speedup;             /* first / second within a pair */
};

/* Measures until the 95 % interval of the speedup is 1 % wide or `seconds` are over (at least 5 pairs, one more before that is not
 * counted). */
WARN_UNUSED int versus_run(struct versus *out, struct plan *first, struct plan *second, double seconds,
                           const struct progress *progress, struct err *e);

#endif
