/* How fast each kernel variant is here: all rows of an operation race each other on one load, with the multiply-add
 * ceiling beside them. */
#ifndef ANALYZER_MEASURE_KERNEL_BENCH_H
#define ANALYZER_MEASURE_KERNEL_BENCH_H

#include <stddef.h>

#include "analyzer/measure/race.h"
#include "kernels/kernels.h"

/* What rows are run on: m rows, n outputs or columns, k inputs (attention: m queries, n keys, k of a head; read: n floats
 * m times over). flops and bytes are those of one run; what is 0 is not what the operation is measured by. */
struct kernel_load {
    enum kernel_op op;
    int m, n, k;
    double flops, bytes;
};

/* Sizes of BERT-base; the first load of an operation is its most typical one. Every operation has one. */
extern const struct kernel_load kernel_loads[];
extern const int kernel_loads_count;
const struct kernel_load *kernel_load_first(enum kernel_op op);

/* "128 x 768 x 768", "16.4 kB" where only the bytes matter, "-" without a size. Returns out. */
const char *kernel_load_text(const struct kernel_load *l, char *out, size_t size);

struct kernel_speed {
    const struct kernel *kernel;
    const struct kernel_load *load;
    int rounds;
    struct quartiles ns;      /* of one run */
    double flops, bytes;      /* a second, at the median; 0 = not what it is measured by */
    double ceiling_share;     /* of flops; negative without flops. Above 1 it is impossible and must be shown as invalid */
    struct quartiles speedup; /* over the scalar f32 row, by what is done in a second */
    double over_f32; /* of another format: speedup over the fastest f32 row that needs no more; 0 = an f32 row */
};

/* The rows of the operation that `cpu` (CPU_* bits) allows, each on one thread, in the order of the table. The ceiling is
 * the best slice of the multiply-add row of the row's format, or of f32 where the format has none of its own; `machine`
 * (CPU_* bits) chooses it. `out` has room for CONTENDERS; `n` is how many it became. */
WARN_UNUSED int kernel_bench_run(struct kernel_speed *out, int *n, const struct kernel_load *load, uint32_t cpu,
                                 uint32_t machine, double seconds, const struct progress *progress, struct err *e);

/* The weights w[n,k] as panels, by the calling thread. With w NULL what they take at most. */
size_t linear_packed_bytes(const struct linear_kernel *l, const float *w, int n, int k);
void linear_pack_all(const struct linear_kernel *l, void *panels, const float *w, int n, int k);

#endif
