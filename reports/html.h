/* What a page is made of besides its texts (escape.h). */
#ifndef REPORTS_HTML_H
#define REPORTS_HTML_H

#include <stddef.h>

#include "analyzer/base/str.h"

/* Appends JSON that stands in a script element: nothing in it can end the element. */
void html_json(struct str *out, const char *json, size_t n);

/* Appends the beginning of a page, up to and with <body>: a policy that allows nothing but this style sheet, the title. */
void html_open(struct str *out, const char *title, const char *style);

/* The style sheet of a report. */
extern const char html_style[];

#endif
