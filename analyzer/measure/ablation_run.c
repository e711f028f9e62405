/* The run that fills in an ablation. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/clock.h"
#include "analyzer/data/batches.h"
#include "analyzer/data/dataset.h"
#include "analyzer/data/encoded.h"
#include "analyzer/data/label_map.h"
#include "analyzer/data/metric.h"
#include "analyzer/measure/ablation.h"
#include "analyzer/measure/paired.h"
#include "analyzer/model/model.h"
#include "analyzer/run/exec.h"
#include "analyzer/run/plan.h"
#include "analyzer/run/predict.h"
#include "analyzer/run/rows.h"
#include "analyzer/run/weights.h"

/* Answers of one model to the rows so far, in the order in which they were run. */
struct answers {
    int *got;     /* [rows] */
    float *value; /* [rows] */
};

/* One run of ablation_run. Owns its arrays. */
struct run {
    struct ablation *a;
    const struct weights *weights;
    const struct dataset *data;
    const struct encoded *rows;
    const struct progress *progress;
    int threads, outputs;
    struct label_map labels;
    int *want;               /* [rows] */
    float *target;           /* [rows] */
    struct answers full;
    struct answers *variant; /* [variants] */
    struct batches batches;
    struct arena full_room, room; /* of plans of the whole model, and of variants, that follow each other */
    uint64_t macs, full_macs, start_ns;
};

/* ---- answers ---------------------------------------------------------------------------------------------------- */

static bool answers_new(struct answers *x, int rows)
{
    *x = (struct answers){calloc((size_t)rows + 1, sizeof *x->got), calloc((size_t)rows + 1, sizeof *x->value)};
    return x->got && x->value;
}

static void answers_free(struct answers *x)
{
    free(x->got);
    free(x->value);
}

static int run_new(struct run *r, struct err *e)
{
    size_t rows = (size_t)r->rows->rows;
    r->want = calloc(rows + 1, sizeof *r->want);
    r->target = calloc(rows + 1, sizeof *r->target);
    r->variant = calloc((size_t)r->a->variants + 1, sizeof *r->variant);
    bool good = r->want && r->target && r->variant && answers_new(&r->full, r->rows->rows);
    for (int i = 0; i < r->a->variants && good; i++)
        good = answers_new(&r->variant[i], r->rows->rows);
    return good ? 0 : err_set(e, ERR_NOMEM, "no memory for the answers of %d variants to %zu rows", r->a->variants, rows);
}

static void run_free(struct run *r)
{
    for (int i = 0; r->variant && i < r->a->variants; i++)
        answers_free(&r->variant[i]);
    answers_free(&r->full);
    free(r->variant);
    free(r->want);
    free(r->target);
    batches_free(&r->batches);
    label_map_free(&r->labels);
    arena_free(&r->full_room);
    arena_free(&r->room);
}

/* ---- passes -------------------------------------------------------------------------------------------------- */

static int pass(struct run *r, const struct plan *p, struct err *e)
{
    if (exec_run(p, NULL, r->progress ? r->progress->cancel : NULL) != 0)
        return err_set(e, ERR_CANCELLED, "the removal of heads was cancelled");
    r->macs += plan_macs(p);
    return 0;
}

static void take_answers(const struct run *r, struct answers *x, int at, const struct plan *p)
{
    const float *logits = plan_output(p, PLAN_LOGITS, -1);
    for (int i = 0; i < p->sequences; i++, logits += r->outputs) {
        int best = 0;
        for (int k = 1; k < r->outputs; k++)
            best = logits[k] > logits[best] ? k : best;
        x->got[at + i] = r->labels.classes ? r->labels.class[best] : 0;
        x->value[at + i] = logits[0];
    }
}

static void copy_answers(struct answers *to, const struct answers *from, int at, int n)
{
    memcpy(to->got + at, from->got + at, (size_t)n * sizeof *to->got);
    memcpy(to->value + at, from->value + at, (size_t)n * sizeof *to->value);
}

static void set_gates(const struct ablation *a, int variant, const struct plan *p, int from)
{
    const unsigned char *gone = a->gone + (size_t)variant * (size_t)head_grid_heads(&a->grid);
    for (int l = from; l < a->grid.layers; l++)
        for (int i = a->grid.first[l]; i < a->grid.first[l + 1]; i++)
            plan_gates(p, l)[i - a->grid.first[l]] = gone[i] ? 0 : 1;
}

/* The variants that first change `layer`, from the hidden states before it. */
static int run_layer(struct run *r, const struct plan *full, const int *row, int at, int layer, struct err *e)
{
    struct plan_options options = {.threads = r->threads, .from_hidden = true, .first_layer = layer, .pooled_only = true,
                                   .room = &r->room};
    struct plan *p = NULL;
    int code = 0;
    for (int i = 0; i < r->a->variants && code == 0; i++) {
        if (ablation_first_layer(r->a, i) != layer)
            continue;
        if (!p) {
            TRY(rows_plan(&p, r->weights, r->rows->row, row, full->sequences, &options, e));
            memcpy(p->input, plan_output(full, PLAN_HIDDEN, layer - 1),
                   (size_t)full->tokens * (size_t)r->weights->model->config.hidden * sizeof *p->input);
        }
        set_gates(r->a, i, p, layer);
        code = pass(r, p, e);
        if (code == 0)
            take_answers(r, &r->variant[i], at, p);
        if (code == 0)
            code = progress_step(r->progress, "removing heads", at + (double)full->sequences * i / r->a->variants,
                                 r->rows->rows, e);
    }
    plan_free(p);
    return code;
}

static int run_variants(struct run *r, const struct plan *full, const int *row, int at, struct err *e)
{
    for (int layer = 0; layer < r->a->grid.layers; layer++)
        TRY(run_layer(r, full, row, at, layer, e));
    for (int i = 0; i < r->a->variants; i++)
        if (ablation_first_layer(r->a, i) == r->a->grid.layers)
            copy_answers(&r->variant[i], &r->full, at, full->sequences);
    return 0;
}

static int run_batch(struct run *r, int batch, struct err *e)
{
    struct plan_options options = {.threads = r->threads, .keep_hidden = true, .pooled_only = true,
                                   .room = &r->full_room};
    const int at = r->batches.start[batch], *row = r->batches.row + at;
    struct plan *p = NULL;
    TRY(rows_plan(&p, r->weights, r->rows->row, row, batch_rows(&r->batches, batch), &options, e));
    for (int i = 0; i < p->sequences; i++) {
        r->want[at + i] = r->data->row[row[i]].label;
        r->target[at + i] = r->data->row[row[i]].target;
    }
    int code = pass(r, p, e);
    if (code == 0) {
        r->full_macs += plan_macs(p);
        take_answers(r, &r->full, at, p);
        code = run_variants(r, p, row, at, e);
    }
    r->a->rows = at + p->sequences;
    plan_free(p);
    return code;
}

/* ---- what came out ------------------------------------------------------------------------------------------- */

static struct scores scores_of(const struct run *r, const struct answers *x)
{
    return (struct scores){.rows = r->a->rows, .classes = r->labels.classes, .want = r->want, .got = x->got,
                           .target = r->target, .value = x->value};
}

static int take_effects(struct run *r, struct err *e)
{
    const struct metric *m = r->data->task->metric[0];
    struct scores full = scores_of(r, &r->full);
    TRY(metric_value(&r->a->full, m, &full, e));
    for (int i = 0; i < r->a->variants; i++) {
        r->a->effect[i] = (struct ablation_effect){r->a->full, 0, 0, 0};
        if (ablation_first_layer(r->a, i) == r->a->grid.layers)
            continue; /* the full model itself: known, not estimated */
        struct scores without = scores_of(r, &r->variant[i]);
        struct paired x;
        TRY(paired_compare(&x, m, &full, &without, r->threads, e));
        r->a->effect[i] = (struct ablation_effect){r->a->full + x.difference.value, x.difference.value, x.difference.low,
                                                   x.difference.high};
    }
    r->a->cost = (double)r->macs / (double)r->full_macs;
    r->a->seconds = (double)(clock_ns() - r->start_ns) * 1e-9;
    return 0;
}

/* A snapshot costs time, so that there is one only when it is a small part of what was run since the one before. */
static int run_all(struct run *r, ablation_fn *on_snapshot, void *payload, struct err *e)
{
    uint64_t next_ns = 0;
    for (int i = 0; i < r->batches.n; i++) {
        bool last = i + 1 == r->batches.n;
        TRY(run_batch(r, i, e));
        uint64_t before = clock_ns();
        if (!last && (!on_snapshot || before < next_ns))
            continue;
        TRY(take_effects(r, e));
        r->a->finished = last;
        if (on_snapshot)
            on_snapshot(payload, r->a);
        next_ns = clock_ns() + 10 * (clock_ns() - before);
    }
    return 0;
}

static int check(const struct run *r, struct err *e)
{
    TRY(predict_check(r->weights->model, e));
    if (r->data->task->target == TARGET_NONE)
        return err_set(e, ERR_UNSUPPORTED, "%s has no labels: what a head is worth can be asked of its gradient only (--mode "
                       "gradient)", r->data->name);
    if (r->rows->rows == 0)
        return err_set(e, ERR_FORMAT, "%s has no rows", r->data->name);
    return 0;
}

int ablation_batch_tokens(const struct model *m, size_t memory_bytes)
{
    size_t token = ((size_t)m->config.layers + 1) * (size_t)m->config.hidden * sizeof(float);
    size_t tokens = (memory_bytes ? memory_bytes : ABLATION_MEMORY) / token;
    return tokens > 4096 ? 4096 : tokens < 1 ? 1 : (int)tokens;
}

int ablation_run(struct ablation *a, const struct weights *w, const struct dataset *d, const struct encoded *x,
                 const struct ablation_options *options, ablation_fn *on_snapshot, void *payload,
                 const struct progress *progress, struct err *e)
{
    struct run r = {.a = a, .weights = w, .data = d, .rows = x, .progress = progress, .threads = options->threads,
                    .outputs = w->model->config.labels, .start_ns = clock_ns()};
    TRY(check(&r, e));
    a->rows_total = x->rows;
    snprintf(a->metric, sizeof a->metric, "%s", d->task->metric[0]->name);
    TRY(label_map_make(&r.labels, d, &w->model->config, e));
    int code = batches_by_tokens(&r.batches, x->row, x->rows, ablation_batch_tokens(w->model, options->memory_bytes), e);
    if (code == 0)
        code = run_new(&r, e);
    if (code == 0)
        code = run_all(&r, on_snapshot, payload, e);
    run_free(&r);
    return code;
}
