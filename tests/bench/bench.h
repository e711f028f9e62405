/* Benchmarks: races between ways to do the same thing.
 *
 * Machines change speed under a benchmark. So contenders take turns, in short slices and rotating order; the
 * figures are medians with quartiles, and ratios are formed within a round before their median is taken. */
#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

#include <stdint.h>

#include "kernels/kernels.h"

struct bench_options {
    uint32_t cpu;   /* bits that may be used */
    double seconds; /* for each race */
};

#define BENCH(name, summary) void bench_##name(const struct bench_options *options);
#include "tests/bench/benches.def"
#undef BENCH

enum { CONTENDERS = 16 };

struct contender {
    void (*run)(void *payload);
    void *payload;
};

struct quartiles {
    double low, median, high, best; /* best = smallest */
};

struct race {
    int rounds;
    struct quartiles seconds[CONTENDERS]; /* of one run */
    struct quartiles
        ratio[CONTENDERS]; /* seconds of contender i / seconds of contender 0 in the same round */
};

/* Each contender runs as often as fills about 2 ms, then the next one does, until `seconds` are over (at
 * least 7 rounds). One round before that is not counted. */
void race_run(struct race *out, const struct contender *contender, int contenders, double seconds,
              int threads);

/* A contender that runs the fastest peak row for about 1 ms, and the best FLOP/s that a race saw of it. */
struct peak_slice {
    peak_fn *peak;
    long rounds;
    double flops; /* of one run */
};
void peak_slice_init(struct peak_slice *p, uint32_t cpu);
void peak_slice_run(void *payload);

/* `n` floats, 64-byte aligned, normal random numbers; never NULL (ends the program). */
float *bench_floats(size_t n);

/* The weights w[n,k] packed for `l`; the caller frees. */
void *bench_pack(const struct linear_kernel *l, const float *w, int n, int k);

#endif
