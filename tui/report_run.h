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

/* Where it comes from, for reports that are written by the program on behalf of `s`; `data` NULL = no data set. */
void report_provenance(struct provenance *out, const char *command, const struct settings *s, const char *data);

/* The first of PREFIX-1SUFFIX, PREFIX-2SUFFIX, ... that is not there yet. */
WARN_UNUSED int new_file_name(char *path, size_t size, const char *prefix, const char *suffix, struct err *e);

#endif
