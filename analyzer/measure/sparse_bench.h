/* From which share of zeros on leaving them out is faster: the sparse linear row against the f32 row, which take turns. */
#ifndef ANALYZER_MEASURE_SPARSE_BENCH_H
#define ANALYZER_MEASURE_SPARSE_BENCH_H

#include "analyzer/measure/race.h"
#include "kernels/kernels.h"

enum { SPARSE_SHARES = 8, SPARSE_LOADS = 6 };

/* Shares of zeros that are measured, rising. */
extern const double sparse_bench_shares[SPARSE_SHARES];

/* y[m,n] = x[m,k] w[n,k]^T */
struct sparse_load {
    int m, n, k;
};

/* Linear layers of BERT-base. */
extern const struct sparse_load sparse_loads[SPARSE_LOADS];

struct sparse_speed {
    const struct sparse_load *load;
    const struct kernel *dense, *sparse;
    int rounds;
    struct quartiles dense_ns, sparse_ns[SPARSE_SHARES]; /* of one run */
    struct quartiles speedup[SPARSE_SHARES];             /* dense time over sparse time, by rounds */
};

/* The rows that `cpu` (CPU_* bits) chooses, one thread; inputs are prepared in every run, and several matrices take turns. Zeros are
 * anywhere, and each weight is one with the same probability. */
WARN_UNUSED int sparse_bench_run(struct sparse_speed *out, const struct sparse_load *load, uint32_t cpu, double seconds,
                                 const struct progress *progress, struct err *e);

/* The share of zeros at which both take the same time, on the line between the two shares around it; 0 where the sparse row is never
 * slower, 1 where it is never faster. */
double sparse_break_even(const struct sparse_speed *s);

#endif
