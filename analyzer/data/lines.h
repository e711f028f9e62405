/* The lines of a text that comes from outside. */
#ifndef ANALYZER_DATA_LINES_H
#define ANALYZER_DATA_LINES_H

#include <stddef.h>

#include "analyzer/base/err.h"

/* A line longer than this is refused: it is no sentence. So is an input longer than that: it is no data set. */
#define LINES_MAX_BYTES ((size_t)1 << 20)
#define LINES_MAX_INPUT ((size_t)1 << 30)

struct line {
    char *text; /* not terminated; may be changed */
    size_t len;
};

struct lines {
    struct line *line; /* owned */
    int n;
    char *bytes; /* what the lines point into; owned */
};

/* Splits `bytes` (copied). A last line without newline counts, an empty last one does not; \r\n ends a line like \n; a byte
 * order mark (UTF-8) before the first line is left out. A NUL byte is refused: it is in no text, but in UTF-16 and in
 * binary files. `name` stands for the input in sentences. */
WARN_UNUSED int lines_split(struct lines *out, const char *bytes, size_t n, const char *name, struct err *e);

/* Reads a file, or standard input if `path` is "-". */
WARN_UNUSED int lines_read(struct lines *out, const char *path, struct err *e);

/* What sentences call the input at `path`: itself, or "standard input". */
const char *lines_name(const char *path);

void lines_free(struct lines *l); /* accepts a zeroed struct */

#endif
