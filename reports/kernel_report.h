/* Which kernel variants exist, which this machine can run, and which were chosen. */
#ifndef REPORTS_KERNEL_REPORT_H
#define REPORTS_KERNEL_REPORT_H

#include "analyzer/measure/machine.h"
#include "reports/emit.h"

void kernel_report(struct emit *e, const struct machine *m);

#endif
