/* Times of repeated passes, by component: what is kept of a measurement so that another one can be compared with it. */
#ifndef ANALYZER_MEASURE_TIMING_H
#define ANALYZER_MEASURE_TIMING_H

#include <stdint.h>

#include "analyzer/measure/subject.h"
#include "analyzer/model/component.h"

/* The components, and the whole pass last. */
enum { PART_TOTAL = COMPONENTS, PARTS };

const char *part_key(int part);
const char *part_title(int part);

/* Quantities that have no spread. */
enum cost_kind { COST_PARAMS, COST_MACS, COST_WEIGHT_BYTES, COST_KINDS };

const char *cost_key(enum cost_kind k);
const char *cost_title(enum cost_kind k);

enum { TIMING_RECIPE = 48, TIMING_STEPS = 256 };

/* One workload. A round is a few passes in a row, of which the fastest is kept (see timing_run.h). */
struct timing_case {
    char recipe[TIMING_RECIPE]; /* which of several recipes made the model: letters, digits, '.', '_', '-'; "" = that of the subject */
    char steps[TIMING_STEPS];   /* what it does; safe to show */
    int batch, seq;
    uint64_t cost[PARTS][COST_KINDS];
    double *ns;        /* [PARTS][cap]: of a pass, for each round; owned */
    double *yardstick; /* [cap]: ns of a fixed piece of arithmetic beside each round; owned */
    int *launch;       /* [cap]: which start of the process; owned */
    int rounds, cap;
};

struct timing {
    struct subject subject;
    struct timing_case *c; /* [cases]; owned */
    int cases;
};

/* Cases with these sizes and no rounds; the caller frees `out`, also after a failure. */
WARN_UNUSED int timing_init(struct timing *out, int cases, struct err *e);
void timing_free(struct timing *t); /* accepts a zeroed struct */

/* Adds a round; ns [PARTS]. */
WARN_UNUSED int timing_add(struct timing_case *c, const double *ns, double yardstick, int launch, struct err *e);

/* The rounds of a part, borrowed. */
const double *timing_part(const struct timing_case *c, int part);

/* The case of this recipe, batch and length; NULL if there is none. */
const struct timing_case *timing_find(const struct timing *t, const char *recipe, int batch, int seq);

/* Moves the cases of `from` behind those of `to`, which takes over the subject if it had none. */
WARN_UNUSED int timing_append(struct timing *to, struct timing *from, struct err *e);

#endif
