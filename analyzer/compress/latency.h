/* The latency table: how long the steps of a pass take on this machine as a function of what is left of a layer, for the original's
 * workload. It predicts how fast a changed model will be without running it.
 *
 * The times are those of steps inside whole passes of derived models, all of whose layers have the same share of their heads and neurons
 * left (1, 3/4, 1/2, 1/4 and a single one; in sparse: of the numbers of their matrices), in turns with passes of the original, and as shares of its pass: what slows both down does
 * not matter. Between these points times are linear (Kwon et al. 2022, arXiv 2204.09656, section 4.2, who fit such a line). */
#ifndef ANALYZER_COMPRESS_LATENCY_H
#define ANALYZER_COMPRESS_LATENCY_H

#include <stdbool.h>

#include "analyzer/base/progress.h"
#include "kernels/kernels.h"

struct original;
struct plan;
struct step;

/* The time of one kind of step at one size. */
struct latency_point {
    const char *label;         /* of the step; borrowed from the graph */
    enum kernel_format format; /* of its kernel */
    double size;               /* its MACs, or its bytes if it is not measured by them */
    double share;              /* of the original's pass: mean over `runs` measurements, each the median over passes */
    int runs;
};

enum { LATENCY_FAMILIES = KERNEL_FORMATS + 1 }; /* all linear layers in one format, or as they are in the original */

struct latency {
    struct latency_point *point; /* by label, format, size; owned */
    int points;
    double pass_ns; /* of the original */
    bool full[LATENCY_FAMILIES], shares[LATENCY_FAMILIES]; /* what was measured: whole layers, and shares of them */
};

/* Measures what is needed to predict `p`, a plan of the original's workload, and not in the table yet; `seconds` for each derived model
 * (at least 5 passes). Nothing else should run meanwhile. A zeroed table is an empty one; the caller frees it. */
WARN_UNUSED int latency_extend(struct latency *t, const struct original *o, const struct plan *p, double seconds,
                               const struct progress *progress, struct err *e);
/* The same for all plans of the original with fewer heads and neurons. */
WARN_UNUSED int latency_extend_shares(struct latency *t, const struct original *o, double seconds, const struct progress *progress,
                                      struct err *e);
void latency_free(struct latency *t); /* accepts a zeroed struct */

/* A step's time as a share of the original's pass. A kind of step that was not measured is taken to be as fast, per MAC, as all that were
 * measured in its format (or in any). The table is not empty. */
double latency_step(const struct latency *t, const struct step *s);
/* The same for a step like `s` of another size. */
double latency_at(const struct latency *t, const struct step *s, double size);
/* Of all steps. */
double latency_pass(const struct latency *t, const struct plan *p);

double latency_size(const struct step *s);

#endif
