/* What was counted while passes ran, as tables. */
#ifndef REPORTS_COUNTERS_REPORT_H
#define REPORTS_COUNTERS_REPORT_H

#include "analyzer/measure/counted.h"
#include "reports/emit.h"
#include "reports/format.h"

void counters_report(struct emit *e, const struct counted *c);

/* Why there are no counters of the processor, and what is counted instead; or how they were counted. Into `out`, which is returned. */
const char *counters_quality(const struct counted *c, char *out, size_t size);

/* What people see of a part, column by column: titles, and the cells of a part. */
enum { COUNTERS_SHOWN = 24 };
int counters_titles(const struct counted *c, const char *title[COUNTERS_SHOWN]);
/* The figures behind the cells, for an order; negative = not known. */
void counters_values(const struct counted *c, const struct counted_group *g, double value[COUNTERS_SHOWN]);
void counters_cells(const struct counted *c, const struct counted_group *g, char cell[COUNTERS_SHOWN][FORMAT_SIZE]);

#endif
