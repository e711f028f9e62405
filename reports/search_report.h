/* What a search found, as tables. */
#ifndef REPORTS_SEARCH_REPORT_H
#define REPORTS_SEARCH_REPORT_H

#include "analyzer/compress/search.h"
#include "reports/emit.h"

/* "trials", "frontier", "best". */
void search_report(struct emit *e, const struct search *s);

#endif
