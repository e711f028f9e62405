/* Why something takes the time it takes: what its arithmetic and its bytes need at least by the ceilings, which of the two is
 * more, and what could be won at most if it took no time (Amdahl 1967). */
#ifndef ANALYZER_MEASURE_EXPLAIN_H
#define ANALYZER_MEASURE_EXPLAIN_H

#include "analyzer/measure/machine.h"
#include "analyzer/measure/profile.h"

struct method;

enum limit {
    LIMIT_UNKNOWN, /* not timed, or no ceiling */
    LIMIT_COMPUTE, /* multiply-adds need more than half of the time, and more than the bytes */
    LIMIT_BYTES,   /* the same of the bytes */
    LIMIT_NEITHER  /* neither needs half of the time */
};

enum { EXPLAIN_METHODS = 32 };

struct explanation {
    double time_ns, time_share, mac_share; /* time_ns 0 = not measured */
    double compute_ns;   /* least time of its MACs; 0 = none, or no ceiling */
    double bytes_ns;     /* least time of its bytes; 0 = no ceiling */
    uint64_t bytes;      /* moved at least once */
    const char *level;   /* from which they come: "L2", "L3", "memory"; NULL = not known */
    double level_rate;   /* bytes/s */
    enum limit limit;
    double at_most;      /* times faster that a pass could be without it; INFINITY for the whole pass */
    const struct method *method[EXPLAIN_METHODS]; /* that change what it computes and are meant to be faster */
    int methods;
};

/* A group of the profile that holds steps of these components (bits). Weights and activations of a whole pass decide from where
 * bytes come: the smallest level that holds them all, of the team's L2, L3 and memory. */
struct explanation explain_group(const struct profile *p, const struct profile_group *g, unsigned components, const struct machine *m);

#endif
