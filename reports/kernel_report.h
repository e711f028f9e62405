/* Which kernel variants exist, which this machine can run, which were chosen, and how fast they are. */
#ifndef REPORTS_KERNEL_REPORT_H
#define REPORTS_KERNEL_REPORT_H

#include "analyzer/measure/kernel_bench.h"
#include "analyzer/measure/machine.h"
#include "analyzer/measure/sparse_bench.h"
#include "reports/emit.h"

/* `speed` [n]: of the kernels that were measured, in any order; n = 0: nobody asked. */
void kernel_report(struct emit *e, const struct machine *m, const struct kernel_speed *speed, int n);

/* How fast leaving zeros out is against the f32 row, and from which share of zeros on it pays; speed [n]. */
void kernel_report_sparse(struct emit *e, const struct sparse_speed *speed, int n);

#endif
