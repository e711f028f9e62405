#include "reports/escape.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/text.h"

/* U+FFFE and U+FFFF are UTF-8 and no XML. */
static bool is_noncharacter(const char *s)
{
    return strncmp(s, "\xef\xbf\xbe", 3) == 0 || strncmp(s, "\xef\xbf\xbf", 3) == 0;
}

typedef const char *replace_fn(const char *at);

static void escape(struct str *out, const char *text, replace_fn *replace)
{
    size_t n = strlen(text), size = 4 * n + 4;
    char *safe = malloc(size);
    if (!safe)
        str_out_of_memory();
    text_escape(safe, size, text, n);
    for (const char *p = safe; *p; p++) {
        const char *other = replace(p);
        if (is_noncharacter(p)) {
            str_add(out, "?");
            p += 2;
        } else if (other)
            str_add(out, other);
        else
            str_add_n(out, p, 1);
    }
    free(safe);
}

static const char *in_xml(const char *at)
{
    switch (*at) {
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

/* Every mark is a character reference, so none of them is markup. */
static const char *in_markdown(const char *at)
{
    static const char marks[] = "\\`*_{}[]()#+-.!|~:@";
    static const char *const references[] = {"&#92;", "&#96;", "&#42;", "&#95;",  "&#123;", "&#125;", "&#91;",
                                             "&#93;", "&#40;", "&#41;", "&#35;",  "&#43;",  "&#45;",  "&#46;",
                                             "&#33;", "&#124;", "&#126;", "&#58;", "&#64;"};
    const char *mark = strchr(marks, *at);
    return mark ? references[mark - marks] : in_xml(at);
}

static const char *in_message(const char *at)
{
    return *at == '%' ? "%25" : *at == '\r' ? "%0D" : *at == '\n' ? "%0A" : NULL;
}

static const char *in_property(const char *at)
{
    return *at == ':' ? "%3A" : *at == ',' ? "%2C" : in_message(at);
}

static const char *in_csv(const char *at)
{
    return *at == '"' ? "\"\"" : NULL;
}

void escape_xml(struct str *out, const char *text)
{
    escape(out, text, in_xml);
}

void escape_markdown(struct str *out, const char *text)
{
    escape(out, text, in_markdown);
}

void escape_annotation(struct str *out, const char *text, int property)
{
    escape(out, text, property ? in_property : in_message);
}

void escape_csv(struct str *out, const char *text)
{
    str_add(out, "\"");
    if (*text && strchr("=+-@", *text))
        str_add(out, "'");
    escape(out, text, in_csv);
    str_add(out, "\"");
}
