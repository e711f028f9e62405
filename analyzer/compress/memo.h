/* Scores that were worked out before, so that trying the next recipe does not cost them again. Valid for one model and one set of rows. */
#ifndef ANALYZER_COMPRESS_MEMO_H
#define ANALYZER_COMPRESS_MEMO_H

#include "analyzer/measure/heads.h"

struct memo;

struct memo *memo_new(void); /* NULL without memory, which all others accept as an empty memo */
void memo_free(struct memo *x);

/* Borrowed until the next memo_add; NULL if it is not known. `key`: the steps that led to the model. */
const struct head_scores *memo_find(const struct memo *x, const char *key);
/* Keeps a copy, if there is memory; the oldest entry may go. */
void memo_add(struct memo *x, const char *key, const struct head_scores *s);

#endif
