/* What a step costs and gives on each part of a model alone, as a table. */
#ifndef REPORTS_SENSITIVITY_REPORT_H
#define REPORTS_SENSITIVITY_REPORT_H

#include "analyzer/compress/sensitivity.h"
#include "reports/emit.h"

/* A table `key`; those that are worth least come first. */
void sensitivity_report(struct emit *e, const char *key, const char *step, const struct sensitivity *s);
/* "fallback": how many of the cells stay as they are to lose at most `points`. The trial of the rest follows. */
void fallback_report(struct emit *e, int left_out, int cells, double points);

#endif
