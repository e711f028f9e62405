/* The executor: runs the steps of a plan. Nothing here allocates, locks or logs. */
#ifndef ANALYZER_RUN_EXEC_H
#define ANALYZER_RUN_EXEC_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "analyzer/base/err.h"
#include "analyzer/run/plan.h"

/* One run. Operations share their work out in tasks of at most a few milliseconds and look at `cancel` before each. */
struct exec {
    const struct plan *plan;
    const atomic_bool *cancel; /* NULL = cannot be cancelled */
};

static inline bool exec_cancelled(const struct exec *x)
{
    return x->cancel && atomic_load_explicit(x->cancel, memory_order_relaxed);
}

/* Runs all steps. With `clock`, writes the clock before the first step and after each: clock[steps + 1], in ns.
 * Returns ERR_CANCELLED if the pass was cut short; its values are then meaningless. */
int exec_run(const struct plan *p, uint64_t *clock, const atomic_bool *cancel);
/* The same, and `mark` says which step runs, for whoever interrupts it: 1 for the first, 0 outside of the pass. */
int exec_run_marked(const struct plan *p, uint64_t *clock, atomic_int *mark, const atomic_bool *cancel);

/* Runs the steps [first, end) only, after those before them: inputs and outputs of the last one then are what they are in a pass. */
int exec_steps(const struct plan *p, int first, int end, const atomic_bool *cancel);

/* Runs the backward pass of a plan with gradients; see plan.h for what comes before. Adds to the gradients of parameters,
 * writes those of gates. Returns ERR_CANCELLED if it was cut short; the gradients are then meaningless. */
int exec_backward(const struct plan *p, const atomic_bool *cancel);

/* The step that some thread of this process runs, NULL outside of passes; for whoever says where the program crashed. */
const struct step *exec_current(void);

#endif
