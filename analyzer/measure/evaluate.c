#include "analyzer/measure/evaluate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/clock.h"
#include "analyzer/model/model.h"
#include "analyzer/run/predict.h"
#include "analyzer/run/weights.h"
#include "analyzer/train/loss.h"

enum { ESTIMATES_SHARE = 20 }; /* metrics in between take at most this part of the time */

/* An evaluation under way. */
struct run {
    struct evaluation *x;
    const struct dataset *d;
    const struct encoded *encoded;
    const struct evaluate_options *options;
    struct evaluation seen; /* the same rows in the order in which they came: want, got, target, logits of a regression */
    struct evaluation other; /* likewise what the model gave that this one is compared with */
    float *gradient;        /* [outputs]: what a loss also writes */
    double loss;            /* sum over the rows so far */
    uint64_t since_ns;      /* when the passes of this batch began */
    uint64_t passes_ns, estimates_ns;
};

static bool is_regression(const struct evaluation *x)
{
    return x->labels.match == LABELS_NONE;
}

static int arrays_new(struct evaluation *x, int rows, int outputs, struct err *e)
{
    size_t n = (size_t)rows + 1;
    x->rows = rows;
    x->outputs = outputs;
    x->logits = malloc(n * (size_t)outputs * sizeof *x->logits);
    x->want = is_regression(x) ? NULL : malloc(n * sizeof *x->want);
    x->got = is_regression(x) ? NULL : malloc(n * sizeof *x->got);
    x->target = is_regression(x) ? malloc(n * sizeof *x->target) : NULL;
    if (x->logits && (is_regression(x) ? x->target != NULL : x->want && x->got))
        return 0;
    return err_set(e, ERR_NOMEM, "no memory for the outputs of %d rows", rows);
}

static struct scores scores_of(const struct evaluation *x, int rows)
{
    return (struct scores){.rows = rows,
                           .classes = x->labels.classes,
                           .want = x->want,
                           .got = x->got,
                           .target = x->target,
                           .value = is_regression(x) ? x->logits : NULL};
}

struct scores evaluation_scores(const struct evaluation *x)
{
    return scores_of(x, x->rows);
}

static int largest(const float *x, int n)
{
    int best = 0;
    for (int i = 1; i < n; i++)
        best = x[i] > x[best] ? i : best;
    return best;
}

static int check_numbers(const struct run *r, int row, const float *logits, struct err *e)
{
    for (int i = 0; i < r->x->outputs; i++)
        if (!isfinite(logits[i]))
            return err_set(e, ERR_FORMAT, "%s: line %d: output %d of the model is %s", r->d->name, r->d->row[row].line, i,
                           isnan(logits[i]) ? "not a number" : "infinite");
    return 0;
}

static double loss_of(const struct run *r, int row, const float *logits)
{
    static const struct loss_options plain = {0};
    const struct example *example = &r->d->row[row];
    int32_t label = is_regression(r->x) ? -1 : r->x->labels.output[example->label];
    struct loss_target target = {&label, &example->target};
    const struct loss *loss = is_regression(r->x) ? &loss_mse : &loss_cross_entropy;
    return loss->run(r->gradient, logits, &target, &plain, 1, 1, r->x->outputs);
}

static void take_other(struct run *r, int row, int at)
{
    const struct evaluation *from = r->options->against;
    if (is_regression(r->x)) {
        r->other.target[at] = from->target[row];
        r->other.logits[at] = from->logits[row];
    } else {
        r->other.want[at] = from->want[row];
        r->other.got[at] = from->got[row];
    }
}

/* Takes in the row whose logits have come, as number `at` of those that came. */
static int take_row(struct run *r, int row, int at, struct err *e)
{
    struct evaluation *x = r->x, *seen = &r->seen;
    const float *logits = x->logits + (size_t)row * (size_t)x->outputs;
    TRY(check_numbers(r, row, logits, e));
    r->loss += loss_of(r, row, logits);
    x->quality.tokens += (uint64_t)r->encoded->row[row].n;
    if (is_regression(x)) {
        x->target[row] = seen->target[at] = r->d->row[row].target;
        seen->logits[at] = *logits;
    } else {
        x->want[row] = seen->want[at] = r->d->row[row].label;
        x->got[row] = seen->got[at] = x->labels.class[largest(logits, x->outputs)];
    }
    if (r->options->against)
        take_other(r, row, at);
    return 0;
}

/* From the rows of `s`; `other`: what the other model gave for them, or NULL. */
static int estimate_all(struct quality *q, const struct scores *s, const struct scores *other, int threads, struct err *e)
{
    for (int i = 0; i < q->metrics; i++)
        TRY(metric_estimate(&q->value[i], q->metric[i], s, threads, e));
    return other ? paired_compare(&q->paired, q->metric[0], other, s, threads, e) : 0;
}

/* Tells what is known so far, if that does not cost much of the time. */
static int tell(struct run *r, struct err *e)
{
    struct quality *q = &r->x->quality;
    uint64_t now = clock_ns();
    if (!r->options->on_batch || q->rows == q->rows_total || r->estimates_ns > r->passes_ns / ESTIMATES_SHARE)
        return 0;
    struct scores s = scores_of(&r->seen, q->rows), other = scores_of(&r->other, q->rows);
    TRY(estimate_all(q, &s, r->options->against ? &other : NULL, r->options->threads, e));
    r->options->on_batch(r->options->payload, q);
    r->estimates_ns += clock_ns() - now;
    return 0;
}

static int on_batch(void *payload, const int *row, int rows, struct err *e)
{
    struct run *r = payload;
    struct quality *q = &r->x->quality;
    r->passes_ns += clock_ns() - r->since_ns;
    for (int i = 0; i < rows; i++)
        TRY(take_row(r, row[i], q->rows++, e));
    q->loss = r->loss / q->rows;
    q->seconds = (double)r->passes_ns / 1e9;
    TRY(tell(r, e));
    r->since_ns = clock_ns();
    return 0;
}

/* All metrics, from the rows in their order, so that neither batches nor threads matter. */
static int finish(struct run *r, struct err *e)
{
    const struct evaluation *against = r->options->against;
    struct scores s = evaluation_scores(r->x), other = against ? evaluation_scores(against) : (struct scores){0};
    struct quality *q = &r->x->quality;
    TRY(estimate_all(q, &s, against ? &other : NULL, r->options->threads, e));
    r->loss = 0;
    for (int i = 0; i < r->x->rows; i++)
        r->loss += loss_of(r, i, r->x->logits + (size_t)i * (size_t)r->x->outputs);
    q->loss = r->x->rows ? r->loss / r->x->rows : (double)NAN;
    if (r->options->on_batch)
        r->options->on_batch(r->options->payload, q);
    return 0;
}

static void quality_init(struct quality *q, const struct dataset *d, enum label_match match)
{
    *q = (struct quality){.task = d->task, .match = match, .rows_total = d->rows};
    for (; q->metrics < EVALUATE_METRICS && d->task->metric[q->metrics]; q->metrics++)
        q->metric[q->metrics] = d->task->metric[q->metrics];
}

static int run_rows(struct run *r, const struct weights *w, const struct progress *progress, struct err *e)
{
    const struct evaluate_options *o = r->options;
    struct predict_options predict = {o->threads, o->batch_tokens, on_batch, r, o->hidden};
    TRY(arrays_new(r->x, r->d->rows, w->model->config.labels, e));
    TRY(arrays_new(&r->seen, r->d->rows, 1, e));
    if (o->against)
        TRY(arrays_new(&r->other, r->d->rows, 1, e));
    r->gradient = malloc((size_t)r->x->outputs * sizeof *r->gradient);
    if (!r->gradient)
        return err_set(e, ERR_NOMEM, "no memory for %d outputs", r->x->outputs);
    r->since_ns = clock_ns();
    TRY(predict_logits(r->x->logits, w, r->encoded->row, r->d->rows, &predict, progress, e));
    return finish(r, e);
}

int evaluate_check(const struct model *m, const struct dataset *d, struct err *e)
{
    struct label_map map;
    TRY(predict_check(m, e));
    TRY(label_map_make(&map, d, &m->config, e));
    label_map_free(&map);
    return 0;
}

int evaluate(struct evaluation *out, const struct weights *w, const struct dataset *d, const struct encoded *x,
             const struct evaluate_options *options, const struct progress *progress, struct err *e)
{
    struct run r = {.x = out, .d = d, .encoded = x, .options = options};
    *out = (struct evaluation){0};
    TRY(predict_check(w->model, e));
    TRY(label_map_make(&out->labels, d, &w->model->config, e));
    quality_init(&out->quality, d, out->labels.match);
    r.seen.labels = (struct label_map){.match = out->labels.match, .classes = out->labels.classes};
    r.other.labels = r.seen.labels;
    int code = run_rows(&r, w, progress, e);
    evaluation_free(&r.seen);
    evaluation_free(&r.other);
    free(r.gradient);
    if (code != 0)
        evaluation_free(out);
    return code;
}

void evaluation_free(struct evaluation *x)
{
    label_map_free(&x->labels);
    free(x->logits);
    free(x->want);
    free(x->got);
    free(x->target);
    *x = (struct evaluation){0};
}
