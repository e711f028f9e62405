#include "analyzer/data/fields.h"

#include <string.h>

/* Undoes the quotes of a field that begins at `at` with one; returns where it ends, NULL if it does not. */
static char *unquote(struct field *out, char *at, const char *end)
{
    char *to = at;
    out->text = at;
    for (char *from = at + 1; from < end; from++) {
        if (*from == '"' && (from + 1 == end || from[1] != '"')) {
            out->len = (size_t)(to - at);
            return from + 1;
        }
        from += *from == '"';
        *to++ = *from;
    }
    return NULL;
}

int fields_split(struct field out[FIELDS_MAX], char *line, size_t n, char separator, bool quoted)
{
    char *at = line, *end = line + n;
    for (int count = 0;; count++) {
        struct field f = {at, 0}, *to = count < FIELDS_MAX ? &out[count] : &f;
        if (quoted && at < end && *at == '"') {
            at = unquote(to, at, end);
            if (!at || (at < end && *at != separator))
                return -1;
        } else {
            char *stop = memchr(at, separator, (size_t)(end - at));
            stop = stop ? stop : end;
            *to = (struct field){at, (size_t)(stop - at)};
            at = stop;
        }
        if (at == end)
            return count + 1;
        at++;
    }
}

bool field_is(const struct field *f, const char *text)
{
    return strlen(text) == f->len && memcmp(f->text, text, f->len) == 0;
}
