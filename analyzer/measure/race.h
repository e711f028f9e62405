/* Races between ways to do the same thing.
 *
 * Machines change speed under a measurement. So contenders take turns, in short slices and rotating order; the figures are
 * medians with quartiles, and ratios are formed within a round before their median is taken. */
#ifndef ANALYZER_MEASURE_RACE_H
#define ANALYZER_MEASURE_RACE_H

#include "analyzer/base/progress.h"

enum { CONTENDERS = 64 };

struct contender {
    void (*run)(void *payload);
    void *payload;
};

struct quartiles {
    double low, median, high, best; /* best = smallest */
};

/* Sorts the n >= 1 values. */
struct quartiles quartiles_of(double *x, int n);

struct race {
    int rounds;
    struct quartiles ns[CONTENDERS];      /* of one run */
    struct quartiles speedup[CONTENDERS]; /* ns of contender 0 / ns of contender i in the same round */
};

/* Each contender runs as often as fills about 2 ms, then the next one does, until `seconds` are over (at least 7 rounds).
 * One round before that is not counted. `threads` is the most that a contender uses: with 1 the clock is the CPU time of
 * the thread, which leaves out what others took of the core; with more it is the real time, and waiting threads are given
 * a pause to fall asleep before the next contender. Cancelling gives ERR_CANCELLED. */
WARN_UNUSED int race_run(struct race *out, const struct contender *contender, int contenders, double seconds,
                         int threads, const struct progress *progress, struct err *e);

#endif
