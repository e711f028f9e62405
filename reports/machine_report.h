/* What this machine can measure, and why not. */
#ifndef REPORTS_MACHINE_REPORT_H
#define REPORTS_MACHINE_REPORT_H

#include "analyzer/measure/machine.h"
#include "reports/emit.h"

/* One line of `doctor`. Texts are borrowed until machine_report returns. */
struct check {
    const char *name;
    const char *status; /* ok, limited, missing */
    const char *detail; /* what was found */
    const char *fix;    /* what would help; NULL = nothing to do */
};

void machine_report(struct emit *e, const struct check *checks, int n);

#endif
