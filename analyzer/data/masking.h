/* Masked tokens: what a masked-language model is given, and what it is to find out (Devlin et al. 2018, arXiv 1810.04805,
 * section 3.1, task 1).
 *
 * 15 % of the tokens of a row are chosen at random, special tokens ([CLS], [SEP], [PAD], [UNK], [MASK]) never, and at least one:
 * floor(0.15 n + u) of n, u uniform, so that the mean is exact for rows of more than six. Of these 80 % become [MASK], 10 % a
 * random word, 10 % stay. All of it is a function of (seed, step, row), so an epoch sees other masks than the one before. */
#ifndef ANALYZER_DATA_MASKING_H
#define ANALYZER_DATA_MASKING_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/data/encoded.h"

struct masking {
    int32_t mask;   /* id of [MASK] */
    bool *special;  /* [vocab]; owned */
    int32_t *word;  /* [words] ids that are not special; owned */
    int vocab, words;
};

/* For the vocabulary of `t`, of which a model takes the first `vocab` ids. ERR_UNSUPPORTED if it has no [MASK]. The caller
 * frees `out`, also after a failure. */
WARN_UNUSED int masking_init(struct masking *out, const struct tokenizer *t, int vocab, struct err *e);
void masking_free(struct masking *m); /* accepts a zeroed struct */

/* Tokens of a row that may be masked. */
int masking_candidates(const struct masking *m, const struct encoding *x);

/* Takes out the rows in which nothing can be masked, empty lines above all, and counts them as left out (d->skipped);
 * ERR_FORMAT if there is no other row. */
WARN_UNUSED int masking_drop_empty(const struct masking *m, struct dataset *d, struct encoded *x, struct err *e);

/* Some rows with their masks. */
struct masked_batch {
    struct encoding *row; /* [rows] with masks; owned, the types in it are those of the rows that were given */
    int rows;
    int32_t *id;    /* what row[].id points into; owned */
    int32_t *token; /* [masked] the masked tokens, counted over all rows */
    int32_t *label; /* [masked] what they were */
    int masked;
};

/* Rows x[row[0]], x[row[1]], ...; each must have a candidate. A row has the same masks in every batch of the same seed and
 * step. The caller frees `out`. */
WARN_UNUSED int masked_batch_make(struct masked_batch *out, const struct masking *m, const struct encoding *x,
                                  const int *row, int rows, uint64_t seed, uint64_t step, struct err *e);
void masked_batch_free(struct masked_batch *b); /* accepts a zeroed struct */

#endif
