/* A source of counters whose numbers are known. */
#ifndef TESTS_UNIT_COUNTED_FIXTURE_H
#define TESTS_UNIT_COUNTED_FIXTURE_H

#include <stdatomic.h>

#include "analyzer/measure/counted.h"

enum { FAKE_THREADS = 8, FAKE_UNIT = 1000 };

/* In every step, and in a reading without a step, the counter k of thread t counts (k + 1) * FAKE_UNIT + t. */
struct fake_counters {
    unsigned missing;  /* bits of counters that there are not */
    unsigned unread;   /* bits of counters whose groups cannot be read */
    int together;      /* how many fit beside each other; 0 = all */
    int wraps_every;   /* in every so many-th pass the first counter begins again in the middle; 0 = never */
    int passes;        /* that began */
    /* of the pass that runs */
    enum counter group[COUNTERS];
    int n;
    int reading[FAKE_THREADS];
    bool begun[FAKE_THREADS];
    atomic_int wrong;  /* calls in a wrong order */
};

struct counter_source fake_counters(struct fake_counters *f);

/* What was counted by the processor in the passes of the profile of the screens, as it never was. The caller frees it. */
void counted_fixture(struct counted *out);

#endif
