/* A vocabulary: texts to ids and back. Texts are UTF-8 without NUL. */
#ifndef ANALYZER_MODEL_VOCAB_H
#define ANALYZER_MODEL_VOCAB_H

#include <stddef.h>
#include <stdint.h>

#include "analyzer/base/err.h"

enum {
    VOCAB_MAX_IDS = 10000000, /* ids are below this */
    VOCAB_MAX_TEXT = 512      /* bytes of an entry */
};

/* Zeroed = empty. The hash is seeded per vocabulary, so a file cannot be made to collide. */
struct vocab {
    char *text; /* all entries, each terminated */
    size_t text_len, text_cap;
    uint32_t *at; /* [ids] offset into `text`, plus one; 0 = the id has no entry */
    int32_t ids, at_cap;
    uint64_t *slot; /* [slots] open addressing: hash in the high half, id + 1 in the low half; 0 = free */
    size_t slots, used;
    size_t longest; /* bytes of the longest entry that vocab_find can give */
    uint64_t seed;
};

/* Adds an entry that vocab_find will give. An entry with the same text gets the new id, and its old id is no
 * longer in the vocabulary (as in the reference, where the last line wins). */
WARN_UNUSED int vocab_add(struct vocab *v, int32_t id, const char *text, size_t n, struct err *e);

/* Gives an id a text, only to be shown: vocab_find does not know it. The id must be free. */
WARN_UNUSED int vocab_label(struct vocab *v, int32_t id, const char *text, size_t n, struct err *e);

/* The next line of a vocab.txt, which ends in LF, CRLF or CR; NULL at the end. vocab_add_lines adds all, with
 * ids counting from 0. */
const char *vocab_line(const char **at, const char *end, size_t *n);
WARN_UNUSED int vocab_add_lines(struct vocab *v, const char *text, size_t n, struct err *e);

/* The id, or -1. */
int32_t vocab_find(const struct vocab *v, const char *text, size_t n);

/* The entry of an id; NULL for an id without one. Borrowed. */
const char *vocab_text(const struct vocab *v, int32_t id);

/* The same search in steps, for one who tries many prefixes of one text: start, add bytes, find. `head` and
 * `tail` are the two parts of the text whose bytes were added. */
uint64_t vocab_hash(const struct vocab *v);
static inline uint64_t vocab_hash_byte(uint64_t h, char c)
{
    return (h ^ (unsigned char)c) * 0x100000001b3u; /* FNV-1a */
}
int32_t vocab_find_hash(const struct vocab *v, uint64_t h, const char *head, size_t head_len,
                        const char *tail, size_t tail_len);

void vocab_free(struct vocab *v); /* accepts a zeroed struct */

#endif
