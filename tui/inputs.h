/* The texts that `tokenize` and `predict` work on: words of the command line, a file, or standard input. */
#ifndef TUI_INPUTS_H
#define TUI_INPUTS_H

#include "analyzer/data/lines.h"
#include "analyzer/model/model.h"
#include "analyzer/model/tokenizer.h"
#include "tui/options.h"

struct inputs {
    struct encoding *encoding; /* [n]; owned */
    int n;
};

/* Reads and tokenizes the inputs: the words after the model if there are any, else --data, else standard input. A text has
 * at most as many tokens as the model has positions. The caller frees `out`. */
WARN_UNUSED int inputs_read(struct inputs *out, const struct settings *s, const struct model *m, struct err *e);
void inputs_free(struct inputs *x); /* accepts a zeroed struct */

#endif
