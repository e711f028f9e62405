#include "analyzer/base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "analyzer/base/text.h"

int (err_set)(struct err *e, int code, const char *fmt, ...)
{
    if (!e)
        return code;
    char raw[sizeof e->text];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(raw, sizeof raw, fmt, ap);
    va_end(ap);
    e->code = code;
    text_escape(e->text, sizeof e->text, raw, strlen(raw));
    return code;
}

int (err_wrap)(struct err *e, const char *fmt, ...)
{
    if (!e)
        return ERR_FORMAT;
    char prefix[sizeof e->text], whole[2 * sizeof e->text + 3];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(prefix, sizeof prefix, fmt, ap);
    va_end(ap);
    snprintf(whole, sizeof whole, "%s: %s", prefix, e->text);
    text_escape(e->text, sizeof e->text, whole, strlen(whole));
    return e->code;
}

int (err_add)(struct err *e, const char *fmt, ...)
{
    if (!e)
        return ERR_FORMAT;
    char more[sizeof e->text], whole[2 * sizeof e->text];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(more, sizeof more, fmt, ap);
    va_end(ap);
    snprintf(whole, sizeof whole, "%s%s", e->text, more);
    text_escape(e->text, sizeof e->text, whole, strlen(whole));
    return e->code;
}
