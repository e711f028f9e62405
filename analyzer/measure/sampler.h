/* Where threads are, looked at again and again: a clock of the processor time of each thread of a team interrupts it (interrupts.h), and
 * the handler writes down its call stack and the step that runs.
 *
 * The handler runs on an alternate stack and neither allocates nor locks: each thread has room of its own, and what does not
 * fit is counted. Names come later (symbols.h). SIGPROF belongs to the sampler while one is open; there is one at a time. */
#ifndef ANALYZER_MEASURE_SAMPLER_H
#define ANALYZER_MEASURE_SAMPLER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/base/err.h"
#include "analyzer/measure/interrupts.h"

enum { SAMPLER_DEPTH = 64, SAMPLER_MAX_HZ = 10000 };

struct sampler;

/* For teams of `threads` made by the calling thread. `mark` is read by handlers (exec_run_marked; 0: nothing is written down) and
 * outlives the sampler. `seconds`: how much processor time of each thread there is room for. `clock` is the better one that may be used:
 * where the task clock is not allowed, timers take its place. Nothing runs yet. ERR_UNSUPPORTED without libunwind, ERR_MACHINE if the
 * system gives no timers either. */
WARN_UNUSED int sampler_open(struct sampler **out, int threads, int hz, double seconds, enum interrupt_clock clock, const atomic_int *mark,
                             struct err *e);
enum interrupt_clock sampler_clock(const struct sampler *s); /* the one that is used */
/* Starts or stops the clocks; `phase` as in interrupts.h. */
void sampler_run(struct sampler *s, bool on, double phase);
/* No sample is taken any more. From the thread that opened it, before what follows is read. */
void sampler_stop(struct sampler *s);

/* What a thread was seen doing. */
struct stack_sample {
    int mark;
    int depth;
    bool whole;          /* the stack ends where the thread began */
    const uintptr_t *pc; /* [depth], the innermost first */
};

/* Calls back for every sample, thread by thread in the order of time; the sample is borrowed for the call. */
void sampler_each(const struct sampler *s, void (*fn)(void *payload, const struct stack_sample *x), void *payload);

struct sampler_counts {
    uint64_t taken;  /* samples */
    uint64_t lost;   /* for which there was no room */
    uint64_t merged; /* that came together with another one, because the kernel looks at its timers less often or the thread was inside of
                        it; of the task clock they are known when the sampler was stopped */
};
struct sampler_counts sampler_counts(const struct sampler *s);

void sampler_close(struct sampler *s); /* accepts NULL */

#endif
