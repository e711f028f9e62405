/* An explanation as a paragraph. */
#ifndef REPORTS_EXPLAIN_TEXT_H
#define REPORTS_EXPLAIN_TEXT_H

#include "analyzer/base/str.h"
#include "analyzer/measure/explain.h"
#include "reports/emit.h"

/* Appends the paragraph on what is called `name`. */
void explain_text(const struct explanation *x, const char *name, struct str *out);

/* One for each component, and their figures. */
void explain_report(struct emit *e, const struct profile *p, const struct machine *m);

#endif
