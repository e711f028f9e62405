/* What this machine can do at most, measured: the best of many short slices, because shared machines change speed
 * and a ceiling is never exceeded by luck. BERTSCOPE_CPU does not lower a ceiling: it is what the machine could do. */
#ifndef ANALYZER_MEASURE_CEILINGS_H
#define ANALYZER_MEASURE_CEILINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/base/err.h"
#include "kernels/kernels.h"

struct ceilings {
    int threads;
    double f32_flops;   /* FLOP/s of all threads together; 0 = not measured */
    enum kernel_format narrow; /* the format that narrow_flops is of */
    double narrow_flops; /* the same of a format that has a ceiling of its own, a product and its sum as two; 0 = none */
    double memory_read; /* bytes/s from memory, all threads together; 0 = not measured */
    double l2_read, l3_read; /* bytes/s; 0 = not measured or no such cache */
    int slices;         /* how many slices f32_flops is the best of */
};

struct ceiling_probe; /* owns its buffers, so that slices do not allocate */

/* What bounds products in this format on this machine: a row of its own in kernels.def, or (f32, f16, int4, kmeans, bf16 where the
 * processor only multiplies floats) that of f32. */
const struct kernel *ceiling_kernel(enum kernel_format format, uint32_t machine);
bool ceiling_is_narrow(enum kernel_format format, uint32_t machine); /* it is not that of f32 */

/* The ceiling of `format` is measured too if it is not that of f32. */
WARN_UNUSED int ceiling_probe_open(struct ceiling_probe **out, int threads, enum kernel_format format, struct err *e);
/* One slice of about a millisecond of multiply-adds; raises best->f32_flops (and narrow_flops) where it was beaten.
 * Touches no memory, so it may run between measured passes. */
void ceiling_probe_compute(struct ceiling_probe *p, struct ceilings *best);
/* One slice of reading from each level; raises the bandwidths. Empties the caches of everything else. */
void ceiling_probe_read(struct ceiling_probe *p, struct ceilings *best);
void ceiling_probe_close(struct ceiling_probe *p); /* accepts NULL */

#endif
