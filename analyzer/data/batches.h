/* Rows cut into batches. The sequences of a batch follow each other without padding (plan.h), so rows of different lengths
 * cost nothing more; what differs is which rows come together and when. */
#ifndef ANALYZER_DATA_BATCHES_H
#define ANALYZER_DATA_BATCHES_H

#include <stdint.h>

#include "analyzer/base/err.h"
#include "analyzer/model/tokenizer.h"

struct batches {
    int *row;   /* [rows] all batches, one after the other: each row once; owned */
    int *start; /* [n + 1] batch i is row[start[i]] .. row[start[i + 1] - 1]; owned */
    int n;
    int most_rows, most_tokens; /* of a batch */
};

/* For training: `per_batch` rows each (the last batch may have fewer), another order each epoch. Rows are shuffled, cut
 * into windows of WINDOW batches, sorted by length within a window, cut into batches, and the batches of all windows are
 * shuffled: rows of a batch are about as long as each other, and no row knows its neighbours. The same (seed, epoch) gives the
 * same batches on every machine. The caller frees `out`. */
WARN_UNUSED int batches_shuffled(struct batches *out, const struct encoding *row, int rows, int per_batch, uint64_t seed,
                                 uint64_t epoch, struct err *e);

/* For evaluation: as many rows as fit in `max_tokens` (in the first five batches: in a 32nd, 16th, ... half of that), at least one, always in the same shuffled order: after any number of
 * batches the rows seen so far are a random sample of all, so that an estimate in between is one of the whole. */
WARN_UNUSED int batches_by_tokens(struct batches *out, const struct encoding *row, int rows, int max_tokens, struct err *e);

static inline int batch_rows(const struct batches *b, int i)
{
    return b->start[i + 1] - b->start[i];
}

void batches_free(struct batches *b); /* accepts a zeroed struct */

#endif
