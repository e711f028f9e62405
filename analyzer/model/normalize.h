/* Text normalization before it is split into words: the steps of the reference's BertNormalizer and of its
 * simple normalizers, in the order a tokenizer.json gives. */
#ifndef ANALYZER_MODEL_NORMALIZE_H
#define ANALYZER_MODEL_NORMALIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/base/err.h"
#include "analyzer/base/str.h"

enum normalize_kind {
    NORMALIZE_CLEAN, /* without NUL, U+FFFD and controls; white space becomes ' ' */
    NORMALIZE_CJK,   /* a space on both sides of an ideograph */
    NORMALIZE_NFD,   /* Unicode Standard Annex 15 */
    NORMALIZE_NFC,
    NORMALIZE_NFKD,
    NORMALIZE_NFKC,
    NORMALIZE_STRIP_NONSPACING, /* without category Mn */
    NORMALIZE_STRIP_MARKS,      /* without categories Mn, Mc, Me */
    NORMALIZE_LOWER,
    NORMALIZE_STRIP_LEFT, /* white space at the ends of the text */
    NORMALIZE_STRIP_RIGHT,
    NORMALIZE_REPLACE /* each occurrence of a text */
};

enum {
    NORMALIZE_MAX_STEPS = 32,
    NORMALIZE_MAX_REPLACE = 64, /* bytes of a pattern or its replacement */
    NORMALIZE_MAX_GROWTH = 64   /* characters out for one character in */
};

struct normalize_step {
    enum normalize_kind kind;
    char pattern[NORMALIZE_MAX_REPLACE + 1], content[NORMALIZE_MAX_REPLACE + 1]; /* NORMALIZE_REPLACE only */
};

/* Zeroed = the text stays as it is. */
struct normalizer {
    struct normalize_step step[NORMALIZE_MAX_STEPS];
    int steps;
};

WARN_UNUSED int normalizer_add(struct normalizer *z, enum normalize_kind kind, struct err *e);
WARN_UNUSED int normalizer_add_replace(struct normalizer *z, const char *pattern, const char *content,
                                       struct err *e);

/* The steps of a BertNormalizer. */
WARN_UNUSED int normalizer_add_bert(struct normalizer *z, bool clean, bool cjk, bool strip_accents,
                                    bool lower, struct err *e);

/* True when a text may be cut before a white-space character and the parts normalized on their own. */
bool normalizer_is_local(const struct normalizer *z);

/* Characters of a text, the working form. */
struct runes {
    int32_t *c; /* [n] owned */
    size_t n, cap;
};

/* Working memory of normalizer_run, to be used again. Zero it, use it, free it. */
struct normalize_scratch {
    struct runes now, next;
};

/* Replaces `out` (an initialized str) by the normalized text; it is UTF-8 whatever the input was. */
WARN_UNUSED int normalizer_run(const struct normalizer *z, const char *text, size_t n, struct str *out,
                               struct normalize_scratch *scratch, struct err *e);
void normalize_scratch_free(struct normalize_scratch *s);

#endif
