/* What interrupts a thread again and again, by its processor time: a thread that sleeps or waits for a core is not interrupted.
 *
 * The kernel's own clock of a task (perf_event_open) fires at the moment. Timers on the processor time of a thread (timer_create) need no
 * permission, but the kernel looks at them with its tick only, 100 to 1000 times a second; the rest is merged. */
#ifndef ANALYZER_MEASURE_INTERRUPTS_H
#define ANALYZER_MEASURE_INTERRUPTS_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

enum interrupt_clock {
    INTERRUPT_TASK,  /* perf_event_open: PERF_COUNT_SW_TASK_CLOCK */
    INTERRUPT_TIMER, /* timer_create: CLOCK_THREAD_CPUTIME_ID */
    INTERRUPT_CLOCKS
};

/* "task-clock", "cpu-timer". */
const char *interrupt_clock_name(enum interrupt_clock c);

struct interrupts {
    enum interrupt_clock clock;
    bool begun;
    int file;      /* INTERRUPT_TASK */
    timer_t timer; /* INTERRUPT_TIMER */
    int64_t period_ns;
};

/* For the calling thread, by that clock; not running yet. Returns 0 or an errno. */
int interrupts_begin(struct interrupts *out, enum interrupt_clock clock, int signal_number, int64_t period_ns);
/* From any thread. `phase` (0..1) is the part of a period until the first signal of a timer; the task clock goes on where it was. */
void interrupts_run(struct interrupts *x, bool on, double phase);
void interrupts_end(struct interrupts *x); /* accepts a zeroed struct */

/* In the handler: how many signals this one stands for, by si_code, si_fd and si_overrun of its siginfo_t; 0 = it is from
 * somebody else. */
uint64_t interrupts_seen(const struct interrupts *x, int code, int file, int overrun);
/* How many signals there should have been while it ran; 0 = only the handler knows. */
uint64_t interrupts_due(const struct interrupts *x);

#endif
