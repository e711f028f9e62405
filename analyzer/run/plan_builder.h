/* What plan_build works with before the plan has its memory. Only for the files that build plans. */
#ifndef ANALYZER_RUN_PLAN_BUILDER_H
#define ANALYZER_RUN_PLAN_BUILDER_H

#include "analyzer/run/graph.h"
#include "analyzer/run/plan.h"

enum { VALUE_SPANS = 2 };

/* Points of time, both included. */
struct span {
    int from, to;
};

/* A value that a graph names, or the gradient of one; where it is kept is decided once all moments are known. */
struct value {
    size_t bytes;
    size_t offset; /* in the activations */
    struct span span[VALUE_SPANS]; /* when it is alive; a value that is computed again has two */
    int spans;
    int maker;    /* step that makes it; -1 = it comes from outside, or is a gradient */
    int gradient; /* the value that holds its gradient, or -1 */
    bool wanted;  /* something whose gradient is wanted depends on its gradient */
    bool kept;    /* outlives the pass, or is there before it */
    bool again;   /* is made again before the backward of its segment */
};

struct plan_kept {
    enum plan_output what;
    int layer, value;
    const float *data;
    float *gradient; /* written by the caller; NULL = none */
};

struct plan_builder {
    struct plan *plan;
    struct step *step;
    int steps, step_cap;
    struct value *value;
    int values, value_cap;
    struct plan_kept *kept;
    int kepts, kept_cap;
    struct moment *moment;
    int moments, moment_cap;
    int input;   /* value given from outside, or -1 */
    bool failed; /* out of memory */
};

int builder_value(struct plan_builder *b, size_t bytes);
void builder_moment(struct plan_builder *b, int step, bool backward);

/* Whether the caller writes the gradient of a kept value. */
bool plan_has_loss(const struct plan_builder *b, int kept);

/* Decides which steps have a backward. */
void plan_backward(struct plan_builder *b);

/* Decides in which order everything happens, and when each value is alive; may be called again.
 * `again`: layers are computed again before their backward, so that their inner values need not wait for it. */
void plan_schedule(struct plan_builder *b, bool again);

/* Gives every value an offset, so that values that are alive at the same time do not overlap; returns the bytes needed. */
size_t plan_place(struct value *value, int values);

#endif
