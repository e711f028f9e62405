/* The only allocator of the run path: one block of memory handed out from the front and freed as a whole.
 *
 * Three lifetimes use it: model, plan, scratch. Memory is zeroed, pieces are 64-byte aligned, nothing inside is
 * freed alone. Pages that were never touched cost nothing, so a generous capacity is cheap. */
#ifndef ANALYZER_BASE_ARENA_H
#define ANALYZER_BASE_ARENA_H

#include <stddef.h>

#include "analyzer/base/err.h"

#define ARENA_ALIGN 64

struct arena {
    char *base;  /* owned; NULL in a zeroed arena */
    size_t used; /* bytes handed out, padding included */
    size_t cap;  /* bytes reserved */
};

/* Reserves `cap` bytes. `what` names the use for the error sentence ("the weights of bert-base"). */
WARN_UNUSED int arena_init(struct arena *a, size_t cap, const char *what, struct err *e);

/* Empties `a`, which may be zeroed, and makes it hold at least `cap` bytes. What it has is used again if that is enough: its pieces
 * are then not zeroed, and none of its pages has to be had from the system a second time. */
WARN_UNUSED int arena_renew(struct arena *a, size_t cap, const char *what, struct err *e);

/* A zeroed piece (but see arena_renew); NULL when the arena is full (size it first, see arena_size). */
void *arena_alloc(struct arena *a, size_t bytes);

/* A terminated copy of `n` bytes. */
char *arena_text(struct arena *a, const char *s, size_t n);

/* What a piece of `bytes` takes, padding included: the sum over all pieces is the exact capacity. */
size_t arena_size(size_t bytes);

/* Gives everything back; accepts a zeroed arena and leaves it zeroed. */
void arena_free(struct arena *a);

#endif
