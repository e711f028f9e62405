/* The fields of one line of a table. */
#ifndef ANALYZER_DATA_FIELDS_H
#define ANALYZER_DATA_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

enum { FIELDS_MAX = 32 };

struct field {
    char *text; /* into the line; not terminated */
    size_t len;
};

/* Cuts `line` (changed where quotes are undone) at every `separator`. With `quoted` a field may be enclosed in double quotes,
 * inside which a separator is text and two quotes are one (RFC 4180; a field ends on its line). Returns how many fields there
 * are, of which only the first FIELDS_MAX are written, or -1 for a quote that is not closed or is followed by more. */
int fields_split(struct field out[FIELDS_MAX], char *line, size_t n, char separator, bool quoted);

bool field_is(const struct field *f, const char *text);

#endif
