/* Tokens that are cut out of the text before anything else happens to it: [MASK] and the like, and the tokens
 * that a user added to a model. */
#ifndef ANALYZER_MODEL_ADDED_H
#define ANALYZER_MODEL_ADDED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/base/err.h"

enum { ADDED_MAX = 100000 };

struct added_token {
    int32_t id;
    bool single_word; /* no word character may stand beside it */
    bool lstrip;      /* takes the white space before it */
    bool rstrip;      /* takes the white space behind it */
};

/* A set of tokens as a tree of bytes. Zeroed = none. */
struct added {
    struct added_node {
        uint32_t child, next; /* first child; next child of the same parent; 0 = none */
        int32_t token;        /* index of the token that ends here, or -1 */
        unsigned char byte;
    } *node;
    size_t nodes, node_cap;
    struct added_token *token;
    size_t tokens, token_cap;
    bool first[256]; /* the bytes a token can begin with */
};

/* Adds a token of `n` > 0 bytes; one with the same text takes its place. */
WARN_UNUSED int added_put(struct added *a, const char *text, size_t n, const struct added_token *token,
                          struct err *e);

/* Where a walk over a text is. Zero it to begin. */
struct added_walk {
    size_t look;     /* the search goes on here */
    size_t done;     /* all before this was given out */
    size_t from, to; /* a token found but not given out yet, if to > 0 */
    int32_t id;
};

/* Gives the parts of a text in their order: `*id` >= 0 for a token, -1 for text between tokens, with its
 * bounds. False at the end. Leftmost, then longest, match; a match that `single_word` refuses is passed over
 * as a whole. */
bool added_next(const struct added *a, const char *text, size_t n, struct added_walk *w, size_t *from,
                size_t *to, int32_t *id);

void added_free(struct added *a); /* accepts a zeroed struct */

#endif
