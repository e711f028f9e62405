#include "analyzer/train/pretrain.h"

#include <inttypes.h>
#include <stdlib.h>

#include "analyzer/base/rng.h"
#include "analyzer/model/model.h"
#include "analyzer/run/exec.h"
#include "analyzer/run/predict.h"
#include "analyzer/run/rows.h"
#include "analyzer/run/weights.h"
#include "analyzer/train/loss.h"
#include "analyzer/train/settings.h"

enum {
    MASK_STREAM = 0x6d61736b, /* keeps the numbers of masks apart from those of batches, dropout and heads */
    DEV_SEED = 0x646576       /* of the masks of development rows, whatever the seed of the training */
};

/* ---- steps ---------------------------------------------------------------------------------------------------- */

static int start_epoch(struct pretrain *x, int64_t epoch, struct err *e)
{
    if (epoch == x->epoch)
        return 0;
    batches_free(&x->batches);
    x->epoch = epoch;
    return batches_shuffled(&x->batches, x->rows->row, x->rows->rows, x->options.batch_rows, x->options.seed,
                            (uint64_t)epoch, e);
}

/* The plan of a batch. */
static int plan_batch(struct plan **out, const struct masked_batch *b, const struct weights *w,
                      const struct plan_options *options, struct err *e)
{
    struct plan_options mine = *options;
    mine.masked = b->masked;
    TRY(rows_plan(out, w, b->row, NULL, b->rows, &mine, e));
    int code = plan_set_masked(*out, b->token, e);
    if (code != 0) {
        plan_free(*out);
        *out = NULL;
    }
    return code;
}

static int plan(void *state, struct plan **out, const struct weights *w, const struct plan_options *options,
                int64_t step, struct err *e)
{
    struct pretrain *x = state;
    *out = NULL;
    TRY(start_epoch(x, step / x->epoch_batches, e));
    int batch = (int)(step % x->epoch_batches);
    masked_batch_free(&x->batch);
    TRY(masked_batch_make(&x->batch, x->masking, x->rows->row, x->batches.row + x->batches.start[batch],
                          batch_rows(&x->batches, batch), x->options.seed ^ MASK_STREAM, (uint64_t)step, e));
    free(x->loss);
    x->loss = calloc((size_t)x->batch.masked, sizeof *x->loss);
    if (!x->loss)
        return err_set(e, ERR_NOMEM, "no memory for %d masked tokens", x->batch.masked);
    return plan_batch(out, &x->batch, w, options, e);
}

static double loss(void *state, const struct plan *p)
{
    struct pretrain *x = state;
    const struct loss_options options = {.smoothing = x->options.smoothing};
    const float *logits = plan_output(p, PLAN_MASKED, -1);
    float *d = plan_gradient(p, PLAN_MASKED, -1);
    int masked = x->batch.masked, vocab = p->weights->model->config.vocab;
    double sum = 0;
#pragma omp parallel for schedule(static) num_threads(x->options.threads)
    for (int i = 0; i < masked; i++) {
        struct loss_target target = {.label = x->batch.label + i};
        size_t at = (size_t)i * (size_t)vocab;
        x->loss[i] = loss_cross_entropy.run(d + at, logits + at, &target, &options, 1.0 / masked, 1, vocab);
    }
    for (int i = 0; i < masked; i++)
        sum += x->loss[i];
    return sum;
}

/* ---- evaluation ----------------------------------------------------------------------------------------------- */

struct tally {
    int masked, right;
    double loss;
};

static int most_probable(const float *logits, int n)
{
    int best = 0;
    for (int i = 1; i < n; i++)
        best = logits[i] > logits[best] ? i : best;
    return best;
}

static void count(struct tally *t, const struct plan *p, const struct masked_batch *b)
{
    int vocab = p->weights->model->config.vocab;
    const float *logits = plan_output(p, PLAN_MASKED, -1);
    for (int i = 0; i < b->masked; i++, logits += vocab) {
        t->right += most_probable(logits, vocab) == b->label[i];
        t->loss += loss_log_sum(logits, vocab, 1) - (double)logits[b->label[i]];
        t->masked++;
    }
}

static int count_batch(struct tally *t, const struct masked_batch *b, const struct weights *w,
                       const struct plan_options *options, const struct progress *progress, struct err *e)
{
    struct plan *p;
    TRY(plan_batch(&p, b, w, options, e));
    int code = exec_run(p, NULL, progress ? progress->cancel : NULL);
    if (code == 0)
        count(t, p, b);
    plan_free(p);
    return code == 0 ? 0 : err_set(e, code, "the evaluation was cancelled");
}

static int count_dev(struct tally *t, const struct pretrain *x, const struct weights *w,
                     const struct plan_options *options, const struct progress *progress, struct err *e)
{
    const struct batches *batches = &x->dev_batches;
    int code = 0;
    for (int i = 0; code == 0 && i < batches->n; i++) {
        struct masked_batch b;
        TRY(masked_batch_make(&b, x->masking, x->dev_rows->row, batches->row + batches->start[i], batch_rows(batches, i),
                              DEV_SEED, 0, e));
        code = count_batch(t, &b, w, options, progress, e);
        masked_batch_free(&b);
    }
    return code;
}

static int evaluate_dev(void *state, struct curve_point *p, const struct weights *w, const struct progress *progress,
                        struct err *e)
{
    const struct pretrain *x = state;
    struct arena room = {0};
    struct plan_options options = {.threads = x->options.threads, .room = &room};
    struct tally t = {0};
    int code = count_dev(&t, x, w, &options, progress, e);
    arena_free(&room);
    if (code != 0)
        return code;
    p->metric.value = (double)t.right / t.masked;
    metric_accuracy.interval(&p->metric, t.masked);
    p->dev_loss = t.loss / t.masked;
    return 0;
}

/* ---- settings ------------------------------------------------------------------------------------------------- */

static uint64_t rows_fingerprint(const struct encoded *rows)
{
    uint64_t hash = 0;
    for (int i = 0; rows && i < rows->rows; i++)
        hash = fingerprint(hash, rows->row[i].id, (size_t)rows->row[i].n * sizeof *rows->row[i].id);
    return hash;
}

static void settings(void *state, struct train_settings *s)
{
    const struct pretrain *x = state;
    settings_add(s, "task", "masked");
    settings_add(s, "rows of a batch", "%d", x->options.batch_rows);
    settings_add(s, "label smoothing", "%.9g", x->options.smoothing);
    settings_add(s, "training rows", "%d", x->rows->rows);
    settings_add(s, "training data", "%016" PRIx64, rows_fingerprint(x->rows));
    settings_add(s, "development rows", "%d", x->dev_rows ? x->dev_rows->rows : 0);
    settings_add(s, "development data", "%016" PRIx64, rows_fingerprint(x->dev_rows));
}

/* ---- the whole ------------------------------------------------------------------------------------------------ */

int pretrain_init(struct pretrain *out, const struct masking *masking, const struct encoded *rows,
                  const struct encoded *dev_rows, const struct pretrain_options *options, struct err *e)
{
    *out = (struct pretrain){.options = *options, .masking = masking, .rows = rows, .dev_rows = dev_rows, .epoch = -1};
    if (dev_rows)
        TRY(batches_by_tokens(&out->dev_batches, dev_rows->row, dev_rows->rows, PREDICT_BATCH_TOKENS, e));
    TRY(start_epoch(out, 0, e));
    out->epoch_batches = out->batches.n;
    return 0;
}

void pretrain_free(struct pretrain *x)
{
    batches_free(&x->batches);
    batches_free(&x->dev_batches);
    masked_batch_free(&x->batch);
    free(x->loss);
    *x = (struct pretrain){0};
}

struct train_source pretrain_source(struct pretrain *x)
{
    return (struct train_source){x, x->epoch_batches, x->dev_rows ? "masked accuracy" : NULL, true, plan, loss, evaluate_dev,
                                 settings};
}
