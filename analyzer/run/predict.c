#include "analyzer/run/predict.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/data/batches.h"
#include "analyzer/model/model.h"
#include "analyzer/run/exec.h"
#include "analyzer/run/hidden.h"
#include "analyzer/run/rows.h"
#include "analyzer/run/weights.h"

/* What all batches of a prediction share. */
struct prediction {
    float *logits;
    const struct weights *w;
    const struct encoding *input;
    const struct batches *batches;
    struct plan_options options;
    struct hidden_cache *hidden; /* or NULL */
    const struct progress *progress;
};

int predict_check(const struct model *m, struct err *e)
{
    if (model_has_classifier(m))
        return 0;
    return err_set(e, ERR_UNSUPPORTED, "%s: %s", m->name, m->note ? m->note : "no classification head");
}

static size_t state_bytes(const struct plan *p)
{
    return (size_t)p->tokens * (size_t)p->weights->model->config.hidden * sizeof(float);
}

static void start_from_hidden(const struct prediction *x, struct plan *p, int batch)
{
    if (x->options.from_hidden)
        memcpy(p->input, hidden_state(x->hidden, x->options.first_layer, batch), state_bytes(p));
}

static void keep_hidden(const struct prediction *x, const struct plan *p, int batch)
{
    for (int layer = 1; x->options.keep_hidden && layer <= x->hidden->layers; layer++)
        if (hidden_layer(x->hidden, layer) == layer)
            memcpy(hidden_state(x->hidden, layer, batch), plan_output(p, PLAN_HIDDEN, layer - 1), state_bytes(p));
}

static int run_batch(const struct prediction *x, int batch, struct err *e)
{
    size_t labels = (size_t)x->w->model->config.labels;
    const int *row = x->batches->row + x->batches->start[batch];
    int rows = batch_rows(x->batches, batch);
    struct plan *plan;
    TRY(rows_plan(&plan, x->w, x->input, row, rows, &x->options, e));
    start_from_hidden(x, plan, batch);
    int code = exec_run(plan, NULL, x->progress ? x->progress->cancel : NULL);
    const float *given = plan_output(plan, PLAN_LOGITS, -1);
    for (int i = 0; code == 0 && i < rows; i++)
        memcpy(x->logits + (size_t)row[i] * labels, given + (size_t)i * labels, labels * sizeof *given);
    if (code == 0)
        keep_hidden(x, plan, batch);
    plan_free(plan);
    return code == 0 ? 0 : err_set(e, code, "the prediction was cancelled");
}

static int run_batches(const struct prediction *x, const struct predict_options *o, struct err *e)
{
    const struct batches *b = x->batches;
    for (int i = 0; i < b->n; i++) {
        TRY(run_batch(x, i, e));
        if (o->on_batch)
            TRY(o->on_batch(o->payload, b->row + b->start[i], batch_rows(b, i), e));
        TRY(progress_step(x->progress, "predicting", b->start[i + 1], b->start[b->n], e));
    }
    return 0;
}

static void use_hidden(struct prediction *x, struct hidden_cache *hidden)
{
    x->hidden = hidden;
    if (!hidden || hidden->stride == 0)
        return;
    int first = hidden->filled ? hidden_layer(hidden, hidden_first_change(x->w->model, hidden->model)) : 0;
    x->options.keep_hidden = !hidden->filled;
    x->options.from_hidden = first > 0;
    x->options.first_layer = first;
}

static int make_batches(struct batches *out, const struct encoding *input, int n, const struct predict_options *o, struct err *e)
{
    return batches_by_tokens(out, input, n, o->batch_tokens ? o->batch_tokens : PREDICT_BATCH_TOKENS, e);
}

static int batch_tokens(const struct batches *b, int batch, const struct encoding *input)
{
    int tokens = 0;
    for (int i = b->start[batch]; i < b->start[batch + 1]; i++)
        tokens += input[b->row[i]].n;
    return tokens;
}

int predict_hidden(struct hidden_cache *out, const struct model *m, const struct encoding *input, int n,
                   const struct predict_options *options, size_t limit, struct err *e)
{
    struct batches b;
    *out = (struct hidden_cache){0};
    TRY(make_batches(&b, input, n, options, e));
    int *tokens = malloc((size_t)b.n * sizeof *tokens + 1);
    int code = tokens ? 0 : err_set(e, ERR_NOMEM, "no memory for %d batches", b.n);
    for (int i = 0; code == 0 && i < b.n; i++)
        tokens[i] = batch_tokens(&b, i, input);
    if (code == 0)
        code = hidden_init(out, m, tokens, b.n, limit, e);
    free(tokens);
    batches_free(&b);
    return code;
}

int predict_logits(float *logits, const struct weights *w, const struct encoding *input, int n,
                   const struct predict_options *options, const struct progress *progress, struct err *e)
{
    struct arena room = {0};
    struct batches b;
    TRY(predict_check(w->model, e));
    TRY(make_batches(&b, input, n, options, e));
    struct prediction x = {logits, w, input, &b, {.threads = options->threads, .room = &room}, NULL, progress};
    use_hidden(&x, options->hidden);
    x.options.pooled_only = true;
    int code = run_batches(&x, options, e);
    if (code == 0 && x.options.keep_hidden)
        x.hidden->filled = true;
    arena_free(&room);
    batches_free(&b);
    return code;
}
