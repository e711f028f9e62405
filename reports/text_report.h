/* Rows about input lines: their tokens, their predictions. */
#ifndef REPORTS_TEXT_REPORT_H
#define REPORTS_TEXT_REPORT_H

#include "analyzer/model/model.h"
#include "analyzer/model/tokenizer.h"
#include "reports/emit.h"

void tokens_begin(struct emit *e);
void tokens_row(struct emit *e, const struct tokenizer *t, const struct encoding *x);

void predictions_begin(struct emit *e);
/* logits [labels] */
void predictions_row(struct emit *e, const struct model *m, const float *logits);

#endif
