/* The rows of a data set as tokens. */
#ifndef ANALYZER_DATA_ENCODED_H
#define ANALYZER_DATA_ENCODED_H

#include <stdint.h>

#include "analyzer/base/progress.h"
#include "analyzer/data/dataset.h"
#include "analyzer/model/tokenizer.h"

struct encoded {
    struct encoding *row; /* [rows] in the order of the data set; owned */
    int rows;
    int max_tokens;       /* that a row may have */
    int truncated;        /* rows that did not fit */
    int longest;          /* tokens of the longest row */
    uint64_t tokens;      /* of all rows */
};

/* Tokenizes every row, with at most `max_tokens` (3 .. the model's positions) each. The result does not depend on `threads`.
 * A row that cannot be tokenized is named by its line. The caller frees `out`. */
WARN_UNUSED int encode_dataset(struct encoded *out, const struct tokenizer *t, const struct dataset *d, int max_tokens,
                               int threads, const struct progress *progress, struct err *e);

/* The same rows as another tokenizer makes them. */
WARN_UNUSED int encode_again(struct encoded *out, const struct encoded *x, const struct tokenizer *t, const struct dataset *d, int threads,
                             const struct progress *progress, struct err *e);

void encoded_free(struct encoded *x); /* accepts a zeroed struct */

#endif
