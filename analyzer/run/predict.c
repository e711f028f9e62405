#include "analyzer/run/predict.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/model/model.h"
#include "analyzer/run/exec.h"
#include "analyzer/run/plan.h"
#include "analyzer/run/weights.h"

enum { BATCH_TOKENS = 4096 };

/* Room for one batch. */
struct batch {
    int *length;       /* [inputs]; owned */
    int32_t *id, *type; /* [tokens]; owned */
};

static void batch_free(struct batch *b)
{
    free(b->length);
    free(b->id);
    free(b->type);
}

/* How many inputs from `first` on make one batch: at least one. */
static int batch_size(const struct encoding *input, int first, int n, int *tokens)
{
    int count = 0;
    *tokens = 0;
    while (first + count < n && (count == 0 || *tokens + input[first + count].n <= BATCH_TOKENS))
        *tokens += input[first + count++].n;
    return count;
}

static int batch_fill(struct batch *b, const struct encoding *input, int count, int tokens, struct err *e)
{
    *b = (struct batch){malloc((size_t)count * sizeof(int)), malloc((size_t)tokens * sizeof(int32_t)),
                        malloc((size_t)tokens * sizeof(int32_t))};
    if (!b->length || !b->id || !b->type)
        return err_set(e, ERR_NOMEM, "no memory for a batch of %d tokens", tokens);
    for (int i = 0, at = 0; i < count; at += input[i++].n) {
        b->length[i] = input[i].n;
        memcpy(b->id + at, input[i].id, (size_t)input[i].n * sizeof *b->id);
        memcpy(b->type + at, input[i].type, (size_t)input[i].n * sizeof *b->type);
    }
    return 0;
}

static int run_plan(float *logits, struct plan *p, const struct batch *b, const struct progress *progress, struct err *e)
{
    const struct model *m = p->weights->model;
    TRY(plan_set_tokens(p, b->id, m->config.types > 1 ? b->type : NULL, e));
    if (exec_run(p, NULL, progress ? progress->cancel : NULL) != 0)
        return err_set(e, ERR_CANCELLED, "the prediction was cancelled");
    memcpy(logits, plan_output(p, PLAN_LOGITS, -1),
           (size_t)p->sequences * (size_t)m->config.labels * sizeof *logits);
    return 0;
}

static int run_batch(float *logits, const struct weights *w, const struct encoding *input, int count, int tokens,
                     int threads, const struct progress *progress, struct err *e)
{
    struct plan_options options = {.threads = threads};
    struct plan *plan = NULL;
    struct batch b;
    int code = batch_fill(&b, input, count, tokens, e);
    if (code == 0)
        code = plan_build(&plan, w, b.length, count, &options, e);
    if (code == 0)
        code = run_plan(logits, plan, &b, progress, e);
    plan_free(plan);
    batch_free(&b);
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
    for (int first = 0, tokens; first < n;) {
        int count = batch_size(input, first, n, &tokens);
        TRY(run_batch(logits + (size_t)first * (size_t)m->config.labels, w, input + first, count, tokens, threads,
                      progress, e));
        first += count;
        TRY(progress_step(progress, "predicting", first, n, e));
    }
    return 0;
}
