/* One step of training as a benchmark runs it: forward with dropout of 0.1 (what `train` does by default), cross entropy of two
 * classes, backward, AdamW with clipping (what optimizer_defaults says), weights packed again. */
#ifndef TESTS_BENCH_TRAIN_STEP_H
#define TESTS_BENCH_TRAIN_STEP_H

#include <stdint.h>

#include "analyzer/measure/workload.h"

struct optimizer;

struct train_step {
    struct model *model;         /* a preset with a fresh head; owned */
    struct optimizer *optimizer; /* owned */
    struct weights *weights;     /* owned */
    struct plan *plan;           /* owned */
    int32_t *label;              /* [batch]; owned */
    uint64_t steps;              /* done: the seed of dropout */
};

/* `spec` is a preset; `length` as for workload_plan_with. The caller closes it, after a failure too. */
WARN_UNUSED int train_step_open(struct train_step *out, const char *spec, const struct workload *load, const int *length,
                                uint32_t cpu, struct err *e);
void train_step_close(struct train_step *s);

/* The loss of the batch before the step; not finite if that went wrong. */
double train_step_run(struct train_step *s);

#endif
