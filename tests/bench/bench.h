/* Benchmarks: groups of races (analyzer/measure/race.h) whose figures all have the same form. */
#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

#include <stdint.h>

#include "analyzer/measure/ceilings.h"
#include "analyzer/measure/machine.h"
#include "analyzer/measure/race.h"
#include "reports/emit.h"

struct bench_options {
    struct machine machine;
    double seconds;    /* for each race */
    struct emit *json; /* inside the table of rows; NULL = nobody asked */
};

#define BENCH(name, summary) int bench_##name(const struct bench_options *options, struct err *e);
#include "tests/bench/benches.def"
#undef BENCH

/* One figure. */
struct bench_row {
    const char *group, *name, *load;
    int threads, rounds;
    struct quartiles ns;      /* of one run */
    double flops, bytes;      /* a second; 0 = not what it is measured by */
    double ceiling_share;     /* of flops; negative = not known */
    const char *against;      /* what the speedup is over */
    struct quartiles speedup; /* its time / ours, round by round */
    double over_f32;          /* 0 = none: see struct kernel_speed */
};

void bench_report(const struct bench_options *options, const struct bench_row *row);

/* A contender that runs a slice of multiply-adds and keeps the best rate it saw. */
struct ceiling_slice {
    struct ceiling_probe *probe;
    struct ceilings best;
};
WARN_UNUSED int ceiling_slice_open(struct ceiling_slice *s, int threads, struct err *e);
void ceiling_slice_run(void *payload);

#endif
