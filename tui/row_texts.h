/* The rows of a data set as people read them: a bounded copy that outlives the data set, which belongs to the engine thread. */
#ifndef TUI_ROW_TEXTS_H
#define TUI_ROW_TEXTS_H

#include <stdbool.h>
#include <stddef.h>

#include "analyzer/base/err.h"

struct dataset;
struct model;

enum { ROW_TEXT_BYTES = 4096 /* of a text; a longer one ends in "..." */, ROW_OUTPUT_BYTES = 48 };

#define ROW_TEXTS_LIMIT ((size_t)64 << 20)

struct row_text {
    const char *text, *pair; /* safe to show; text NULL = not kept, pair NULL = none */
    int label;               /* the output of the model that is the label; -1 = none */
    float target;            /* of a regression */
    int line;                /* in the file */
};

struct row_texts {
    char data[1024], task[64]; /* as they were asked for */
    bool regression;           /* targets mean something */
    int rows, outputs;
    char (*output)[ROW_OUTPUT_BYTES]; /* [outputs] their names, safe to show; owned */
    struct row_text *row;      /* [rows]; owned */
    int left_out;              /* rows whose texts are not kept, the last ones */
    char *bytes;               /* what texts point into; owned */
};

/* `d` as rows for the model; `data` and `task` are how it was asked for. Texts take at most `limit` bytes (0 = ROW_TEXTS_LIMIT). The
 * caller frees it. */
WARN_UNUSED int row_texts_make(struct row_texts **out, const struct dataset *d, const struct model *m, const char *data, const char *task,
                               size_t limit, struct err *e);
void row_texts_free(struct row_texts *t); /* accepts NULL */

#endif
