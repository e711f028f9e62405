/* Measuring all that a report tells about an opened model. */
#ifndef TUI_REPORT_RUN_H
#define TUI_REPORT_RUN_H

#include "reports/report.h"
#include "tui/opened.h"

enum { REPORT_ROWS = 500 }; /* of a data set, unless --rows says something else */

/* Measures the model as `s` says, and its quality and heads if there is data (--data, or that of the demo). `o` was opened. The
 * caller frees `out`, also after a failure. */
WARN_UNUSED int report_run(struct report *out, struct opened *o, const struct settings *s, const struct progress *progress,
                           struct err *e);

/* What --from-report says; ERR_USAGE if there is a model too. The caller frees `out`, also after a failure. */
WARN_UNUSED int report_saved(struct report *out, const struct settings *s, struct err *e);

/* Where it comes from, for reports that are written by the program on behalf of `s`; `data` NULL = no data set. */
void report_provenance(struct provenance *out, const char *command, const struct settings *s, const char *data);

#endif
