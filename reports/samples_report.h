/* Where passes were when they were interrupted, as tables. */
#ifndef REPORTS_SAMPLES_REPORT_H
#define REPORTS_SAMPLES_REPORT_H

#include "analyzer/measure/call_tree.h"
#include "reports/emit.h"

/* `t`: by component, not inverted. */
void samples_report(struct emit *e, const struct sampled *s, const struct call_tree *t);

/* "asked for 1000 Hz, ...": how often the threads were looked at, and what was lost. Into `out`, which is returned. */
const char *samples_quality(const struct sampled *s, char *out, size_t size);
/* The rate, the overhead and the samples where there is little room. */
const char *samples_brief(const struct sampled *s, char *out, size_t size);
/* What sampling costs: "+0.6% (+0.2% to +1.1%)", a median over pairs of passes with and without it and its interval. */
const char *samples_cost(const struct sampled *s, char *out, size_t size);

#endif
