#include "analyzer/run/predict.h"

#include <string.h>

#include "analyzer/model/model.h"
#include "analyzer/run/exec.h"
#include "analyzer/run/plan.h"
#include "analyzer/run/rows.h"
#include "analyzer/run/weights.h"

enum { BATCH_TOKENS = 4096 };

/* How many inputs from `first` on make one batch: at least one. */
static int batch_size(const struct encoding *input, int first, int n)
{
    int count = 0, tokens = 0;
    while (first + count < n && (count == 0 || tokens + input[first + count].n <= BATCH_TOKENS))
        tokens += input[first + count++].n;
    return count;
}

static int run_batch(float *logits, const struct weights *w, const struct encoding *input, int count, int threads,
                     const struct progress *progress, struct err *e)
{
    struct plan_options options = {.threads = threads};
    struct plan *p = NULL;
    TRY(rows_plan(&p, w, input, NULL, count, &options, e));
    int code = exec_run(p, NULL, progress ? progress->cancel : NULL);
    if (code == 0)
        memcpy(logits, plan_output(p, PLAN_LOGITS, -1), (size_t)count * (size_t)w->model->config.labels * sizeof *logits);
    else
        err_set(e, code, "the prediction was cancelled");
    plan_free(p);
    return code;
}

int predict_check(const struct model *m, struct err *e)
{
    if (model_has_classifier(m))
        return 0;
    return err_set(e, ERR_UNSUPPORTED, "%s: %s", m->name, m->note ? m->note : "no classification head");
}

int predict_logits(float *logits, const struct weights *w, const struct encoding *input, int n, int threads,
                   const struct progress *progress, struct err *e)
{
    const struct model *m = w->model;
    TRY(predict_check(m, e));
    for (int first = 0; first < n;) {
        int count = batch_size(input, first, n);
        TRY(run_batch(logits + (size_t)first * (size_t)m->config.labels, w, input + first, count, threads, progress,
                      e));
        first += count;
        TRY(progress_step(progress, "predicting", first, n, e));
    }
    return 0;
}
