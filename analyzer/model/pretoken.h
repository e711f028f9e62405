/* Splitting normalized text into words. Every supported pre-tokenizer of the reference decides by single
 * characters, so a sequence of them is one decision, too: a boundary is where any of them has one. */
#ifndef ANALYZER_MODEL_PRETOKEN_H
#define ANALYZER_MODEL_PRETOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/base/err.h"

enum pretoken_kind {
    PRETOKEN_SPACE,          /* split at white space, which is dropped */
    PRETOKEN_PUNCTUATION,    /* every punctuation character is a word of its own */
    PRETOKEN_NO_PUNCTUATION, /* split at punctuation, which is dropped */
    PRETOKEN_WORD            /* runs of \w, runs of neither \w nor white space */
};

enum { PRETOKEN_MAX_STAGES = 8 };

/* Zeroed = the whole text is one word. */
struct pretoken {
    enum pretoken_kind stage[PRETOKEN_MAX_STAGES];
    int stages;
};

WARN_UNUSED int pretoken_add(struct pretoken *p, enum pretoken_kind kind, struct err *e);

/* True when white space is never part of a word. */
bool pretoken_drops_space(const struct pretoken *p);

/* Finds the next word at or after `*at` in the `n` bytes of UTF-8: false if there is none, else its bounds,
 * with `*at` behind it. */
bool pretoken_next(const struct pretoken *p, const char *text, size_t n, size_t *at, size_t *from,
                   size_t *to);

#endif
