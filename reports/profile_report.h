/* A profile as facts: total, ceilings, components, layers, steps. */
#ifndef REPORTS_PROFILE_REPORT_H
#define REPORTS_PROFILE_REPORT_H

#include "analyzer/measure/profile.h"
#include "reports/emit.h"

void profile_report(struct emit *e, const struct profile *p);

#endif
