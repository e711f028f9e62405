/* Logits for tokenized inputs, in packed batches without padding. */
#ifndef ANALYZER_RUN_PREDICT_H
#define ANALYZER_RUN_PREDICT_H

#include "analyzer/base/progress.h"
#include "analyzer/model/tokenizer.h"

struct model;
struct weights;

/* Whether the model predicts labels at all; ERR_UNSUPPORTED with the reason. */
WARN_UNUSED int predict_check(const struct model *m, struct err *e);

/* `logits` [n, labels] for `input` [n]. A batch takes as many inputs, in their order, as fit in a few thousand tokens.
 * The model must pass predict_check. */
WARN_UNUSED int predict_logits(float *logits, const struct weights *w, const struct encoding *input, int n, int threads,
                               const struct progress *progress, struct err *e);

#endif
