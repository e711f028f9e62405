/* A WordPiece vocabulary made from text.
 *
 * Words (Schuster, Nakajima 2012, Japanese and Korean voice search, section 4; Wu et al. 2016, arXiv 1609.08144, section
 * 4.1) begin as single characters, those behind the first one with ## in front, and the pair of neighbours that is
 * the most frequent becomes a new piece, again and again (Sennrich et al. 2016, arXiv 1508.07909, algorithm 1). The score is
 * the count of the pair, as in the trainer of the `tokenizers` library, not the gain in likelihood of the first paper; of
 * equal pairs the one with the lower ids goes first, so the same text always gives the same bytes. */
#ifndef ANALYZER_MODEL_VOCAB_BUILD_H
#define ANALYZER_MODEL_VOCAB_BUILD_H

#include <stdbool.h>
#include <stddef.h>

#include "analyzer/base/progress.h"
#include "analyzer/base/str.h"

enum {
    VOCAB_MAX_CHARS = 1000, /* different characters; where a text has more, the rarest have no entry */
    VOCAB_MIN_COUNT = 2     /* a pair that is rarer becomes no piece */
};

/* Appends the text of a vocab.txt to `out`: [PAD] [UNK] [CLS] [SEP] [MASK], the characters, the characters with ##, the
 * merged pieces in the order they were made; at most `size` entries, fewer where the text has no more pairs. The lines
 * are cut into words exactly as a tokenizer with this vocabulary will cut them, so none of their words becomes [UNK],
 * except one of more than 100 characters or with a character that has no entry. Fails with ERR_USAGE if the characters
 * alone need more than `size` entries. */
WARN_UNUSED int vocab_build(struct str *out, const char *const *line, const size_t *len, int lines, int size,
                            bool lower_case, const struct progress *progress, struct err *e);

#endif
