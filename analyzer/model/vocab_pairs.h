/* Counts of neighbouring pieces, kept up to date while pieces merge, and the most frequent pair at any time: a hash table
 * and a heap whose outdated entries are put right when they come up. Zeroed = empty. */
#ifndef ANALYZER_MODEL_VOCAB_PAIRS_H
#define ANALYZER_MODEL_VOCAB_PAIRS_H

#include <stddef.h>
#include <stdint.h>

#include "analyzer/base/err.h"

/* Two neighbours. A slot of the table; without words it is free. */
struct vocab_pair {
    uint64_t key; /* first piece in the high half, second in the low half */
    int64_t count;
    int64_t queued; /* the count of its newest entry in the heap */
    int *word;      /* [words] where it was seen; some no longer hold it, some come twice; owned */
    int words, word_cap;
};

struct vocab_queued {
    int64_t count;
    uint64_t key;
};

struct vocab_pairs {
    struct vocab_pair *pair; /* [slots] open addressing */
    size_t slots, used;
    struct vocab_queued *heap; /* the highest count first; among equals the lowest key */
    size_t heaped, heap_cap;
    uint64_t *grown; /* keys whose count may be above what the heap says */
    size_t growns, grown_cap;
};

/* The pair (a, b) stands `count` > 0 times more in the word numbered `word`. */
WARN_UNUSED int vocab_pairs_add(struct vocab_pairs *p, int32_t a, int32_t b, int64_t count, int word, struct err *e);
/* It stands there `count` times less. It must have been added. */
void vocab_pairs_remove(struct vocab_pairs *p, int32_t a, int32_t b, int64_t count);

/* The pair with the highest count, of equals the one with the lowest pieces; NULL in *out if no count is above 0. It is
 * valid until the next call. */
WARN_UNUSED int vocab_pairs_best(struct vocab_pairs *p, const struct vocab_pair **out, struct err *e);

void vocab_pairs_free(struct vocab_pairs *p); /* accepts a zeroed struct */

#endif
