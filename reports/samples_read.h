/* Samples from the JSON of samples_report. */
#ifndef REPORTS_SAMPLES_READ_H
#define REPORTS_SAMPLES_READ_H

#include "analyzer/measure/sampled.h"
#include "reports/parse.h"

enum { SAMPLES_MOST_STACKS = 20000, SAMPLES_MOST_FRAMES = 200000 };

/* Into zeroed samples, from the object that `p` is in; model and workload are given. After a fault there are none. The caller frees them. */
void samples_read(struct parse *p, struct sampled *out, const char *model, const struct workload *load);

#endif
