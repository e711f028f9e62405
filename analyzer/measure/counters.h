/* What the processor (by PAPI) and the system count for a thread. The only file that knows PAPI is counters.c.
 *
 * A counter_source is a struct of functions, so that what measures and shows counts can be tried with numbers that are known. */
#ifndef ANALYZER_MEASURE_COUNTERS_H
#define ANALYZER_MEASURE_COUNTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/base/err.h"

enum counter {
#define COUNTER(symbol, key, title, hardware, rare, name, other) COUNTER_##symbol,
#include "analyzer/measure/counters.def"
#undef COUNTER
    COUNTERS
};

struct counter_row {
    const char *key, *title;
    bool hardware;       /* by the processor; the others by the system */
    bool rare;           /* so that a median says nothing */
    const char *name[2]; /* of PAPI; NULL = none */
};

extern const struct counter_row counter_rows[COUNTERS];

enum { COUNTER_REASON = 256 };

/* Who counts. All functions but `fits` are called in the thread that is counted, number 0.. of its team. */
struct counter_source {
    void *state;
    /* Whether these `n` can be counted at the same time, each by a counter of its own; else why not, in `why`, which stays as it
     * is when they are not of the kind that this source counts. */
    bool (*fits)(void *state, const enum counter *group, int n, char *why, size_t size);
    bool (*begin)(void *state, int thread, const enum counter *group, int n);
    /* Counts since some moment before, value[n] in the order of the group. Neither allocates nor locks. */
    bool (*read)(void *state, int thread, uint64_t *value);
    void (*end)(void *state, int thread);
    void (*close)(void *state);
};

enum { COUNTER_SOURCES = 2 };

struct counter_sources {
    struct counter_source source[COUNTER_SOURCES];
    int n;
    char reason[COUNTER_REASON]; /* why the processor's counters are not there, a sentence; "" if they are */
};

/* For teams of `threads`: the processor's counters, if PAPI can count here, and those of the system. */
WARN_UNUSED int counters_open(struct counter_sources *out, int threads, struct err *e);
void counters_close(struct counter_sources *s); /* accepts a zeroed struct */

/* The system's: processor time, page faults, context switches, and migrations where it lets this process count them. */
WARN_UNUSED int counters_system(struct counter_source *out, int threads, struct err *e);

struct counter_support {
    bool built;        /* compiled with PAPI */
    bool hardware;     /* cycles could be counted just now */
    char reason[COUNTER_REASON]; /* why hardware events are not there; "" if they are */
};

/* Tries it: starts and reads one event. */
void counters_probe(struct counter_support *out);

#endif
