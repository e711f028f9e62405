/* WordPiece: greedy longest match of one word against a vocabulary (Wu et al. 2016, arXiv 1609.08144,
 * section 4.1; Song et al. 2020, arXiv 2012.15524, algorithm 1 is the same function). */
#ifndef ANALYZER_MODEL_WORDPIECE_H
#define ANALYZER_MODEL_WORDPIECE_H

#include <stddef.h>
#include <stdint.h>

#include "analyzer/base/err.h"
#include "analyzer/model/vocab.h"

struct wordpiece {
    char prefix[64]; /* of a piece that continues a word; "##" */
    size_t prefix_len;
    int32_t unk;      /* the id of a word that cannot be made of pieces */
    size_t max_chars; /* a longer word (in characters) is `unk` */
};

/* Ids in the order they come. Only the first `limit` are kept; `n` counts all. */
struct token_list {
    int32_t *id; /* [min(n, limit)] owned */
    size_t n, limit, cap;
};

WARN_UNUSED int token_list_push(struct token_list *l, int32_t id, struct err *e);
void token_list_free(struct token_list *l);

/* Appends the pieces of a word of `n` > 0 bytes of UTF-8, or `unk`. Linear in n. */
WARN_UNUSED int wordpiece_encode(const struct wordpiece *w, const struct vocab *v, const char *word, size_t n,
                                 struct token_list *out, struct err *e);

#endif
