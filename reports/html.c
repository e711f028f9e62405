#include "reports/html.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/text.h"

static const char *reference(char c)
{
    switch (c) {
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '&':
        return "&amp;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void html_text_n(struct str *out, const char *text, size_t n)
{
    char *safe = malloc(4 * n + 4);
    if (!safe)
        abort();
    size_t len = text_escape(safe, 4 * n + 4, text, n);
    for (size_t i = 0; i < len; i++) {
        const char *r = reference(safe[i]);
        if (r)
            str_add(out, r);
        else
            str_add_n(out, safe + i, 1);
    }
    free(safe);
}

void html_text(struct str *out, const char *text)
{
    html_text_n(out, text, strlen(text));
}

void html_json(struct str *out, const char *json, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (json[i] == '<' || json[i] == '>' || json[i] == '&')
            str_addf(out, "\\u%04x", json[i]);
        else
            str_add_n(out, json + i, 1);
}
