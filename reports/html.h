/* Texts in HTML. */
#ifndef REPORTS_HTML_H
#define REPORTS_HTML_H

#include <stddef.h>

#include "analyzer/base/str.h"

/* Appends `text` with every character that means something in HTML as a reference; what a terminal should not see (control
 * characters, direction marks, broken bytes) becomes \xNN first. Good in elements and in quoted attributes. */
void html_text(struct str *out, const char *text);
void html_text_n(struct str *out, const char *text, size_t n);

/* JSON that stands in a script element: nothing in it can end the element. */
void html_json(struct str *out, const char *json, size_t n);

/* The style sheet of a report. */
extern const char html_style[];

#endif
