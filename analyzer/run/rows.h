/* Plans for rows that are picked from a list of tokenized texts. */
#ifndef ANALYZER_RUN_ROWS_H
#define ANALYZER_RUN_ROWS_H

#include "analyzer/model/tokenizer.h"
#include "analyzer/run/plan.h"

/* Builds a plan whose sequences are the rows x[row[0]], x[row[1]], ... (`row` NULL: x[0], x[1], ...), `n` of them, and
 * writes their tokens; the texts of a pair are told apart by their types. The caller frees `out`, which is NULL after a failure. */
WARN_UNUSED int rows_plan(struct plan **out, const struct weights *w, const struct encoding *x, const int *row, int n,
                          const struct plan_options *options, struct err *e);

/* Tokens of the first text; all of them where there is only one. */
int rows_first_text(const struct encoding *x);

#endif
