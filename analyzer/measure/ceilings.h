/* What this machine can do at most, measured: the best of many short slices, because shared machines change speed
 * and a ceiling is never exceeded by luck. BERTSCOPE_CPU does not lower a ceiling: it is what the machine could do. */
#ifndef ANALYZER_MEASURE_CEILINGS_H
#define ANALYZER_MEASURE_CEILINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/base/err.h"

struct ceilings {
    int threads;
    double f32_flops;   /* FLOP/s of all threads together; 0 = not measured */
    double int8_ops;    /* the same of int8, a product and its sum as two; 0 = not measured */
    double memory_read; /* bytes/s from memory, all threads together; 0 = not measured */
    double l2_read, l3_read; /* bytes/s; 0 = not measured or no such cache */
    int slices;         /* how many slices f32_flops is the best of */
};

struct ceiling_probe; /* owns its buffers, so that slices do not allocate */

/* `int8`: its ceiling is measured too. */
WARN_UNUSED int ceiling_probe_open(struct ceiling_probe **out, int threads, bool int8, struct err *e);
/* One slice of about a millisecond of multiply-adds; raises best->f32_flops (and int8_ops) where it was beaten. Touches no memory, so it
 * may run between measured passes. */
void ceiling_probe_compute(struct ceiling_probe *p, struct ceilings *best);
/* One slice of reading from each level; raises the bandwidths. Empties the caches of everything else. */
void ceiling_probe_read(struct ceiling_probe *p, struct ceilings *best);
void ceiling_probe_close(struct ceiling_probe *p); /* accepts NULL */

#endif
