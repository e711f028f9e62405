/* The run that fills in head_scores. */
#include "analyzer/measure/heads.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/clock.h"
#include "analyzer/data/batches.h"
#include "analyzer/data/dataset.h"
#include "analyzer/data/encoded.h"
#include "analyzer/measure/row_loss.h"
#include "analyzer/model/model.h"
#include "analyzer/run/exec.h"
#include "analyzer/run/plan.h"
#include "analyzer/run/predict.h"
#include "analyzer/run/rows.h"
#include "analyzer/run/weights.h"

enum { MOST_TOKENS = 512 }; /* more, and what is kept leaves the caches before the backward pass reads it */
static const size_t memory_bytes = (size_t)256 << 20; /* for what a batch keeps for its backward pass */

/* A layer keeps, for each token: query, key and value, context, projection, middle, up before and after the activation, down, and
 * its output, which with their gradients under way is about this many floats. */
static int batch_tokens(const struct config *c)
{
    size_t token = (size_t)c->layers * (9 * (size_t)c->hidden + 2 * (size_t)c->ffn) * sizeof(float);
    size_t tokens = memory_bytes / (token + 1);
    return tokens > MOST_TOKENS ? MOST_TOKENS : tokens < 1 ? 1 : (int)tokens;
}

/* One run of heads_score. */
struct run {
    const struct weights *weights;
    const struct dataset *data;
    const struct encoded *rows;
    struct heads_options options;
    struct head_scores *sum;  /* of the rows so far */
    struct head_scores *mean; /* what is shown */
    uint64_t start_ns;
    struct row_loss loss;
    struct arena room; /* plans that follow each other hand it on */
};

/* Adds |g| and g^2 of the gates g [sequences, gates] of a layer; `absolute` may be NULL. Not finite: false. Squares of floats
 * do not overflow a double, so their sums tell. */
static bool add_gates(double *absolute, double *square, const float *g, int sequences, int gates)
{
    bool finite = true;
    for (int i = 0; i < sequences; i++, g += gates) {
        for (int k = 0; k < gates; k++)
            square[k] += (double)g[k] * (double)g[k];
        for (int k = 0; absolute && k < gates; k++)
            absolute[k] += fabs((double)g[k]);
    }
    for (int k = 0; k < gates; k++)
        finite &= isfinite(square[k]) != 0;
    return finite;
}

/* The gates g [sequences, gates] of a layer into those of all rows. */
static void keep_gates(float *out, size_t ld, const float *g, const int *row, int sequences, int gates)
{
    for (int i = 0; out && i < sequences; i++)
        memcpy(out + (size_t)row[i] * ld, g + (size_t)i * (size_t)gates, (size_t)gates * sizeof *g);
}

static void keep_plan(const struct run *r, const struct plan *p, const int *row)
{
    const struct head_grid *heads = &r->sum->grid, *neurons = &r->sum->neurons;
    for (int l = 0; l < heads->layers; l++) {
        keep_gates(r->options.head_gates ? r->options.head_gates + heads->first[l] : NULL, (size_t)head_grid_heads(heads),
                   plan_head_gates(p, l), row, p->sequences, heads->first[l + 1] - heads->first[l]);
        keep_gates(r->options.neuron_gates ? r->options.neuron_gates + neurons->first[l] : NULL, (size_t)head_grid_heads(neurons),
                   plan_neuron_gates(p, l), row, p->sequences, neurons->first[l + 1] - neurons->first[l]);
    }
}

static int add_plan(struct head_scores *sum, const struct plan *p, struct err *e)
{
    bool finite = true;
#pragma omp parallel for schedule(static) num_threads(p->options.threads) reduction(&& : finite)
    for (int l = 0; l < sum->grid.layers; l++) {
        const int *heads = &sum->grid.first[l], *neurons = &sum->neurons.first[l];
        bool of_heads = add_gates(sum->score + heads[0], sum->fisher + heads[0], plan_head_gates(p, l), p->sequences,
                                  heads[1] - heads[0]);
        bool of_neurons = add_gates(NULL, sum->neuron_fisher + neurons[0], plan_neuron_gates(p, l), p->sequences,
                                    neurons[1] - neurons[0]);
        finite = finite && of_heads && of_neurons;
    }
    sum->rows += p->sequences;
    if (!finite)
        return err_set(e, ERR_UNSUPPORTED, "the gradients of %s are not finite in %s; another --format has more range",
                       p->weights->model->name, kernel_format_name(p->weights->format));
    return 0;
}

static void take_means(struct run *r)
{
    const struct head_scores *sum = r->sum;
    struct head_scores *mean = r->mean;
    for (int i = 0; i < head_grid_heads(&sum->grid); i++) {
        mean->score[i] = sum->score[i] / sum->rows;
        mean->fisher[i] = sum->fisher[i] / sum->rows;
    }
    for (int i = 0; i < head_grid_heads(&sum->neurons); i++)
        mean->neuron_fisher[i] = sum->neuron_fisher[i] / sum->rows;
    mean->rows = sum->rows;
    mean->loss = sum->loss / sum->rows;
    mean->seconds = (double)(clock_ns() - r->start_ns) * 1e-9;
}

/* ---- one batch ----------------------------------------------------------------------------------------------- */

static int run_plan(struct run *r, struct plan *p, const int *row, const struct progress *progress, struct err *e)
{
    const atomic_bool *cancel = progress ? progress->cancel : NULL;
    int code = exec_run(p, NULL, cancel);
    if (code == 0) {
        r->sum->loss += row_loss_run(&r->loss, p, row);
        code = exec_backward(p, cancel);
    }
    if (code == 0)
        keep_plan(r, p, row);
    return code == 0 ? add_plan(r->sum, p, e) : err_set(e, ERR_CANCELLED, "the scoring of heads was cancelled");
}

static int run_batch(struct run *r, const struct batches *b, int i, const struct progress *progress, struct err *e)
{
    struct plan_options options = {.threads = r->options.threads, .gradients = PLAN_GATE_GRADIENTS, .neuron_gates = true,
                                   .pooled_only = true, .losses = PLAN_BIT(PLAN_LOGITS), .room = &r->room};
    const int *row = b->row + b->start[i];
    struct plan *p = NULL;
    TRY(rows_plan(&p, r->weights, r->rows->row, row, batch_rows(b, i), &options, e));
    int code = run_plan(r, p, row, progress, e);
    plan_free(p);
    return code;
}

static int run_all(struct run *r, heads_fn *on_snapshot, void *payload, const struct progress *progress, struct err *e)
{
    struct batches b;
    TRY(batches_by_tokens(&b, r->rows->row, r->rows->rows, batch_tokens(&r->weights->model->config), e));
    int code = row_loss_init(&r->loss, r->weights->model, r->data, r->mean->labelled, b.most_rows, e);
    for (int i = 0; i < b.n && code == 0; i++) {
        code = progress_step(progress, "scoring heads", b.start[i], r->rows->rows, e);
        if (code == 0)
            code = run_batch(r, &b, i, progress, e);
        if (code != 0)
            break;
        take_means(r);
        r->mean->finished = i + 1 == b.n;
        if (on_snapshot)
            on_snapshot(payload, r->mean);
    }
    batches_free(&b);
    row_loss_free(&r->loss);
    return code;
}

/* ---- the run ------------------------------------------------------------------------------------------------- */

int heads_check(const struct model *m, struct err *e)
{
    int heads = 0;
    for (int l = 0; l < m->config.layers; l++)
        heads += m->layer[l].heads;
    if (heads == 0)
        return err_set(e, ERR_UNSUPPORTED, "%s has no attention heads", m->name);
    return predict_check(m, e);
}

static int check(const struct run *r, bool labelled, struct err *e)
{
    const struct model *m = r->weights->model;
    TRY(heads_check(m, e));
    if (r->rows->rows == 0)
        return err_set(e, ERR_FORMAT, "%s has no rows to score heads on", r->data->name);
    if (!labelled && m->config.labels == 1)
        return err_set(e, ERR_UNSUPPORTED, "%s predicts a value, and its error against its own prediction is always 0: heads "
                       "need rows with values", m->name);
    return 0;
}

int heads_score(struct head_scores *out, const struct weights *w, const struct dataset *d, const struct encoded *x,
                const struct heads_options *options, heads_fn *on_snapshot, void *payload,
                const struct progress *progress, struct err *e)
{
    struct head_scores sum = {.rows = 0};
    struct run r = {.weights = w, .data = d, .rows = x, .options = *options, .sum = &sum, .mean = out,
                    .start_ns = clock_ns()};
    bool labelled = !options->unlabelled && d->task->target != TARGET_NONE;
    *out = (struct head_scores){.rows = 0};
    TRY(check(&r, labelled, e));
    int code = head_scores_init(out, w->model, e);
    if (code == 0)
        code = head_scores_init(&sum, w->model, e);
    out->labelled = labelled;
    out->rows_total = x->rows;
    if (code == 0)
        code = run_all(&r, on_snapshot, payload, progress, e);
    head_scores_free(&sum);
    arena_free(&r.room);
    if (code != 0)
        head_scores_free(out);
    return code;
}
