/* Counts from the JSON of counters_report. */
#ifndef REPORTS_COUNTERS_READ_H
#define REPORTS_COUNTERS_READ_H

#include "analyzer/measure/counted.h"
#include "reports/parse.h"

/* Into zeroed counts, from the object that `p` is in; the model, its layers and the workload (but for the threads) are given. What this
 * program counts and the report does not know is missing. After a fault there are no counts. The caller frees them. */
void counters_read(struct parse *p, struct counted *out, const char *model, int layers, const struct workload *load);

#endif
