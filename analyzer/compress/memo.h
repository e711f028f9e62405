/* Scores that were worked out before, so that trying the next recipe does not cost them again. Valid for one model and one set of rows. */
#ifndef ANALYZER_COMPRESS_MEMO_H
#define ANALYZER_COMPRESS_MEMO_H

#include "analyzer/compress/gates.h"
#include "analyzer/measure/heads.h"

struct memo;

struct memo *memo_new(void); /* NULL without memory, which all others accept as an empty memo */
void memo_free(struct memo *x);

/* Borrowed until the next memo_add; NULL if it is not known. `key`: the steps that led to the model. */
const struct head_scores *memo_find(const struct memo *x, const char *key);
/* Keeps a copy, if there is memory; the oldest entry may go. */
void memo_add(struct memo *x, const char *key, const struct head_scores *s);

/* The same for the gradients of gates, of which only the last ones are kept: they are large. */
const struct gates *memo_gates(const struct memo *x, const char *key);
/* Takes what `g` owns and zeroes it, if there is memory; where the gradients are then: in the memo, or still in `g`. */
const struct gates *memo_keep_gates(struct memo *x, const char *key, struct gates *g);

/* The same for norms of weights. NULL if they are not known, or are not `n`; borrowed until the next memo_keep_norms. */
const double *memo_norms(const struct memo *x, const char *key, int n);
/* Keeps a copy, if there is memory; the oldest may go. */
void memo_keep_norms(struct memo *x, const char *key, const double *norm, int n);

#endif
