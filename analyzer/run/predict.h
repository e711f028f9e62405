/* Logits for tokenized inputs, in packed batches without padding. */
#ifndef ANALYZER_RUN_PREDICT_H
#define ANALYZER_RUN_PREDICT_H

#include "analyzer/base/progress.h"
#include "analyzer/model/tokenizer.h"

struct hidden_cache;
struct model;
struct weights;

enum { PREDICT_BATCH_TOKENS = 2048 };

/* Called after every batch with the inputs whose logits it brought: row [rows]. Not 0 ends the prediction with that code. */
typedef int predict_fn(void *payload, const int *row, int rows, struct err *e);

struct predict_options {
    int threads;
    int batch_tokens;     /* at most, unless one input has more; 0 = PREDICT_BATCH_TOKENS */
    predict_fn *on_batch; /* or NULL */
    void *payload;
    /* Hidden states of these inputs in these batches, or NULL. Not filled: they are kept while this model runs. Filled: the model was derived
     * from the one that filled it, and starts before the first layer that differs. The same logits in both cases. */
    struct hidden_cache *hidden;
};

/* Whether the model predicts labels at all; ERR_UNSUPPORTED with the reason. */
WARN_UNUSED int predict_check(const struct model *m, struct err *e);

/* Makes room for the hidden states of a prediction with these options (analyzer/run/hidden.h). */
WARN_UNUSED int predict_hidden(struct hidden_cache *out, const struct model *m, const struct encoding *input, int n,
                               const struct predict_options *options, size_t limit, struct err *e);

/* `logits` [n, labels] for `input` [n], in batches of random inputs (batches_by_tokens). The logits of an input do not
 * depend on the others of its batch. The model must pass predict_check. */
WARN_UNUSED int predict_logits(float *logits, const struct weights *w, const struct encoding *input, int n,
                               const struct predict_options *options, const struct progress *progress, struct err *e);

#endif
