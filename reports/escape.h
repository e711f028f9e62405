/* Texts from outside inside of other languages. Each appends to `out`; what a terminal could not show becomes \xNN first (see
 * analyzer/base/text.h). */
#ifndef REPORTS_ESCAPE_H
#define REPORTS_ESCAPE_H

#include "analyzer/base/str.h"

/* Text or attribute value of XML or HTML. */
void escape_xml(struct str *out, const char *text);
/* A cell of a Markdown table: no markup, no HTML, no end of the cell. */
void escape_markdown(struct str *out, const char *text);
/* The message of a workflow command, or, with `property`, one of its properties. */
void escape_annotation(struct str *out, const char *text, int property);
/* A field of a CSV file (RFC 4180); one that a spreadsheet would take for a formula begins with a quote mark. */
void escape_csv(struct str *out, const char *text);

#endif
