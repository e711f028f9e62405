#include "analyzer/run/predict.h"

#include <string.h>

#include "analyzer/data/batches.h"
#include "analyzer/model/model.h"
#include "analyzer/run/exec.h"
#include "analyzer/run/rows.h"
#include "analyzer/run/weights.h"

int predict_check(const struct model *m, struct err *e)
{
    if (model_has_classifier(m))
        return 0;
    return err_set(e, ERR_UNSUPPORTED, "%s: %s", m->name, m->note ? m->note : "no classification head");
}

static int run_batch(float *logits, const struct weights *w, const struct encoding *input, const int *row, int rows,
                     const struct plan_options *options, const struct progress *progress, struct err *e)
{
    size_t labels = (size_t)w->model->config.labels;
    struct plan *plan;
    TRY(rows_plan(&plan, w, input, row, rows, options, e));
    int code = exec_run(plan, NULL, progress ? progress->cancel : NULL);
    const float *given = plan_output(plan, PLAN_LOGITS, -1);
    for (int i = 0; code == 0 && i < rows; i++)
        memcpy(logits + (size_t)row[i] * labels, given + (size_t)i * labels, labels * sizeof *logits);
    plan_free(plan);
    return code == 0 ? 0 : err_set(e, code, "the prediction was cancelled");
}

static int run_batches(float *logits, const struct weights *w, const struct encoding *input, const struct batches *b,
                       const struct predict_options *o, struct arena *room, const struct progress *progress,
                       struct err *e)
{
    struct plan_options options = {.threads = o->threads, .room = room};
    for (int i = 0; i < b->n; i++) {
        const int *row = b->row + b->start[i];
        int rows = batch_rows(b, i);
        TRY(run_batch(logits, w, input, row, rows, &options, progress, e));
        if (o->on_batch)
            TRY(o->on_batch(o->payload, row, rows, e));
        TRY(progress_step(progress, "predicting", b->start[i + 1], b->start[b->n], e));
    }
    return 0;
}

int predict_logits(float *logits, const struct weights *w, const struct encoding *input, int n,
                   const struct predict_options *options, const struct progress *progress, struct err *e)
{
    struct arena room = {0};
    struct batches b;
    TRY(predict_check(w->model, e));
    TRY(batches_by_tokens(&b, input, n, options->batch_tokens ? options->batch_tokens : PREDICT_BATCH_TOKENS, e));
    int code = run_batches(logits, w, input, &b, options, &room, progress, e);
    arena_free(&room);
    batches_free(&b);
    return code;
}
