/* Unlabelled inputs: one example a line, `text` or `text<TAB>text`. */
#ifndef ANALYZER_DATA_LINES_H
#define ANALYZER_DATA_LINES_H

#include <stddef.h>

#include "analyzer/base/err.h"

/* A line longer than this is refused: it is no sentence. */
#define LINES_MAX_BYTES ((size_t)1 << 20)

struct line {
    const char *text;
    size_t text_len;
    const char *pair; /* NULL = the line has one text */
    size_t pair_len;
};

struct lines {
    struct line *line; /* owned */
    int n;
    char *bytes; /* what the lines point into; owned */
};

/* Splits `bytes` (copied). A last line without newline counts, an empty last one does not; \r\n ends a line like \n. Only
 * the first tab separates. `name` stands for the input in sentences. */
WARN_UNUSED int lines_split(struct lines *out, const char *bytes, size_t n, const char *name, struct err *e);

/* Reads a file, or standard input if `path` is "-". */
WARN_UNUSED int lines_read(struct lines *out, const char *path, struct err *e);

void lines_free(struct lines *l); /* accepts a zeroed struct */

#endif
