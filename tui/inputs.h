/* The texts that `tokenize` and `predict` work on: words of the command line, a file, or standard input. */
#ifndef TUI_INPUTS_H
#define TUI_INPUTS_H

#include "analyzer/data/encoded.h"
#include "analyzer/model/model.h"
#include "tui/options.h"

/* ERR_UNSUPPORTED, with the reason, for a model without a tokenizer. */
WARN_UNUSED int inputs_check(const struct model *m, struct err *e);

/* Reads and tokenizes the inputs: the words after the model if there are any, else --data, else standard input. A text has
 * at most as many tokens as the model has positions. The caller frees `out`. */
WARN_UNUSED int inputs_read(struct encoded *out, const struct settings *s, const struct model *m, int threads,
                            const struct progress *progress, struct err *e);

#endif
