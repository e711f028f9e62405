/* Where the time of a forward pass goes.
 *
 * The clock is read between the steps of whole passes (never steps in isolation): steps + 1 readings a pass. What
 * lies between a pass and the sum of its components is shown as unattributed, with its sign. */
#ifndef ANALYZER_MEASURE_PROFILE_H
#define ANALYZER_MEASURE_PROFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/base/progress.h"
#include "analyzer/measure/ceilings.h"
#include "analyzer/measure/stats.h"
#include "analyzer/measure/workload.h"
#include "analyzer/model/component.h"
#include "kernels/kernels.h"

struct profile_options {
    struct workload workload;
    double budget_s;    /* stop measuring after this long, 0 = the default (5 s) */
    double relative_ci; /* stop when the 95 % interval of the median pass is this narrow, 0 = the default (0.01) */
    bool overhead;      /* also run passes without step clocks, interleaved, and report the ratio */
};

/* One step of the plan with its cost and time. Texts are owned by the profile. */
struct profile_step {
    char name[64]; /* "layer 3: query, key, value" */
    char op[16];   /* row of the operation table */
    char kernel[32];
    char format[8]; /* of the weights, or of what attention multiplies where that is not f32; else "" */
    enum component component;
    int layer; /* -1 = not in a layer */
    uint64_t narrow_macs; /* of macs: those in a format that has a ceiling of its own */
    uint64_t params, macs, bytes, weight_bytes; /* bytes = moved at least once: inputs + outputs + weights */
    struct spread time_ns;
};

/* A group of steps: a component, a layer, or the whole pass. */
struct profile_group {
    uint64_t params, macs, bytes, weight_bytes;
    struct spread time_ns; /* of the sum over the group within each pass */
    uint64_t narrow_macs;    /* of macs */
};

struct profile {
    char model[128];   /* safe to show */
    struct workload workload;
    int tokens;        /* batch x seq */
    struct profile_step *step; /* [steps], owned */
    int steps;
    struct profile_group component[COMPONENTS];
    struct profile_group *layer; /* [layers], owned */
    struct profile_group (*layer_component)[COMPONENTS]; /* [layers], owned */
    int layers;
    struct profile_group total;
    /* Median pass minus the sum of the component medians: the gaps between steps, and what medians of parts leave of the
     * median of the whole. May be negative. */
    double unattributed_ns;
    struct spread overhead_ratio; /* time with step clocks / without, per pair of passes; n = 0: not asked for */
    struct ceilings ceilings;
    uint64_t arena_bytes; /* activations of a pass, exact */
    bool finished;        /* false while passes still run */
    bool converged;       /* the interval became narrow enough before the budget ended */
};

/* Called from inside profile_measure with a snapshot about ten times a second; borrowed for the call. */
typedef void profile_fn(void *payload, const struct profile *p);

/* Builds a plan for the workload and measures it. The weights are packed in the format of the workload. `on_snapshot` and `progress` may be NULL. The caller frees `out`.
 * Cancelling leaves no profile. Nothing else should run meanwhile. */
WARN_UNUSED int profile_measure(struct profile *out, const struct weights *w, const struct profile_options *options,
                                profile_fn *on_snapshot, void *payload, const struct progress *progress,
                                struct err *e);

/* A deep copy; the caller frees it. */
WARN_UNUSED int profile_copy(struct profile *out, const struct profile *p, struct err *e);
void profile_free(struct profile *p);

/* FLOP/s of a group or step: 2 MACs per multiply-add over the median time; 0 when either is missing. */
double profile_flops(uint64_t macs, const struct spread *time_ns);
/* FLOP for each byte that is moved at least once; 0 without bytes. */
double profile_intensity(const struct profile_group *g);
/* The time that its MACs take at least, by the ceilings for the profile's thread count (narrow MACs by that of their format,
 * all others by that of f32), over the median time; negative when it cannot be said. Above 1 the figure is
 * impossible and must be shown as invalid. */
double profile_ceiling_share(const struct profile *p, const struct profile_group *g);
/* Share of the median pass; shares of the components and of unattributed_ns sum to 1. */
double profile_time_share(const struct profile *p, const struct spread *time_ns);
double profile_mac_share(const struct profile *p, uint64_t macs);

#endif
