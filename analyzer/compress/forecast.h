/* What a change should give, without measuring it: by MACs, by the latency table, and at most (Amdahl 1967: as if the parts of the original
 * that the recipe touches took no time at all). */
#ifndef ANALYZER_COMPRESS_FORECAST_H
#define ANALYZER_COMPRESS_FORECAST_H

#include <stdbool.h>

#include "analyzer/model/component.h"

struct original;
struct plan;

struct forecast {
    double by_macs;         /* speed-up if time went with MACs; NAN without MACs */
    double ceiling_by_macs; /* INFINITY if everything is touched */
    bool timed;             /* there was a latency table: */
    double time_ns;         /* of a pass */
    double speedup;
    double ceiling;         /* by the times of the parts */
    double before[COMPONENTS], after[COMPONENTS]; /* time of each component in the original and in the changed pass, as shares of the
                                                     original's; zeroed where it was read from what does not keep them */
};

/* changed: the plan of a changed model for the original's workload. Nothing is measured. */
struct forecast forecast_of(const struct original *o, const struct plan *changed);

#endif
