/* Where whole forward passes were when they were interrupted: call stacks with the step that ran, counted.
 *
 * Stacks begin at the operation: the frames around the executor, and what OpenMP puts between a step and the threads of its
 * team, are left out, so that all threads of a step are one stack. What the functions of OpenMP do themselves (waiting for
 * the team) stays. */
#ifndef ANALYZER_MEASURE_SAMPLED_H
#define ANALYZER_MEASURE_SAMPLED_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/base/progress.h"
#include "analyzer/measure/interrupts.h"
#include "analyzer/measure/stats.h"
#include "analyzer/measure/workload.h"
#include "analyzer/model/component.h"

struct weights;

enum { SAMPLED_HZ = 1000 };

struct sampled_options {
    struct workload workload;
    int hz;          /* samples asked for in a second of processor time of each thread; 0 = SAMPLED_HZ */
    double budget_s; /* 0 = the default (5 s), half of it without samples */
    enum interrupt_clock clock; /* the best that may be used; 0 = any */
};

struct sampled_step {
    char label[64]; /* "query, key, value" */
    enum component component;
    int layer;      /* -1 = not in a layer */
    uint64_t samples;
    double time_ns; /* by the step clock, of all passes with samples together */
};

struct sampled_stack {
    int step;
    uint64_t count;
    int first, depth; /* frame[first + i], the outermost first */
};

struct sampled_name {
    char text[80]; /* of a function; safe to show */
};

struct sampled {
    char model[128]; /* safe to show */
    struct workload workload;
    struct sampled_step *step; /* [steps]; owned */
    int steps;
    struct sampled_name *name; /* [names] by letters; owned */
    int names;
    int *frame; /* [frames]: names; owned */
    int frames;
    struct sampled_stack *stack; /* [stacks] by step, then by frames; owned */
    int stacks;
    int hz;
    enum interrupt_clock clock;
    int passes;       /* with samples */
    double cpu_s;     /* processor time that they took, all threads together */
    uint64_t samples; /* = the sum over the stacks */
    uint64_t lost, merged; /* see sampler.h */
    uint64_t cut;     /* of the samples: stacks that could not be followed to the end */
    struct spread overhead_ratio; /* time of a pass with samples / without, in turns */
};

/* Runs passes with samples and without in turns (A B B A) for the budget. The caller frees `out`. */
WARN_UNUSED int sampled_measure(struct sampled *out, const struct weights *w, const struct sampled_options *options,
                                const struct progress *progress, struct err *e);
WARN_UNUSED int sampled_copy(struct sampled *out, const struct sampled *s, struct err *e);
/* A copy in which steps with the same name in the same component are one, whatever their layer (-1 then). */
WARN_UNUSED int sampled_merge_layers(struct sampled *out, const struct sampled *s, struct err *e);
void sampled_free(struct sampled *s); /* accepts a zeroed struct */

/* Share of the samples, and of the step clock, in a component. */
double sampled_share(const struct sampled *s, enum component c);
double sampled_clock_share(const struct sampled *s, enum component c);

#endif
