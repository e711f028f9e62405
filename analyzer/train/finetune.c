#include "analyzer/train/finetune.h"

#include <inttypes.h>
#include <stdlib.h>

#include "analyzer/measure/evaluate.h"
#include "analyzer/model/model.h"
#include "analyzer/run/rows.h"
#include "analyzer/run/weights.h"
#include "analyzer/train/loss.h"
#include "analyzer/train/settings.h"

/* ---- the head ------------------------------------------------------------------------------------------------- */

/* Whether the outputs of the model are the classes of the data, or may be: names that are all others are another task. */
static bool head_fits(const struct model *m, const struct dataset *d)
{
    struct label_map map;
    struct err e = {0};
    if (!model_has_classifier(m) || label_map_make(&map, d, &m->config, &e) != 0)
        return false;
    bool strangers = map.match == LABELS_BY_NUMBER && d->label && m->config.label_count > 0;
    label_map_free(&map);
    return !strangers;
}

int finetune_head(struct model *m, const struct dataset *d, uint64_t seed, struct err *e)
{
    bool regression = d->task->target == TARGET_VALUE;
    if (d->task->target == TARGET_NONE)
        return err_set(e, ERR_UNSUPPORTED, "%s: the task %s has no labels, and training needs them", d->name, d->task->name);
    if (!head_fits(m, d))
        return model_set_labels(m, regression ? 1 : d->labels, regression ? NULL : d->label, seed, e);
    TRY(model_own(m, NULL, e));
    return d->label && m->config.label_count == 0 ? config_set_labels(&m->config, d->labels, d->label, e) : 0;
}

/* ---- batches -------------------------------------------------------------------------------------------------- */

static int start_epoch(struct finetune *x, int64_t epoch, struct err *e)
{
    if (epoch == x->epoch)
        return 0;
    batches_free(&x->batches);
    x->epoch = epoch;
    return batches_shuffled(&x->batches, x->rows->row, x->rows->rows, x->options.batch_rows, x->options.seed,
                            (uint64_t)epoch, e);
}

static int plan(void *state, struct plan **out, const struct weights *w, const struct plan_options *options,
                int64_t step, struct err *e)
{
    struct finetune *x = state;
    TRY(start_epoch(x, step / x->epoch_batches, e));
    x->batch = (int)(step % x->epoch_batches);
    const int *row = x->batches.row + x->batches.start[x->batch];
    struct plan_options mine = *options;
    mine.pooled_only = true;
    return rows_plan(out, w, x->rows->row, row, batch_rows(&x->batches, x->batch), &mine, e);
}

static double loss(void *state, const struct plan *p)
{
    struct finetune *x = state;
    const int *row = x->batches.row + x->batches.start[x->batch];
    int rows = batch_rows(&x->batches, x->batch), outputs = p->weights->model->config.labels;
    struct loss_options options = {.smoothing = x->options.smoothing};
    struct loss_target target = {x->label, x->value};
    bool regression = x->labels.match == LABELS_NONE;
    for (int i = 0; i < rows; i++) {
        const struct example *example = &x->data->row[row[i]];
        x->label[i] = regression ? -1 : x->labels.output[example->label];
        x->value[i] = example->target;
    }
    const struct loss *l = regression ? &loss_mse : &loss_cross_entropy;
    return l->run(plan_gradient(p, PLAN_LOGITS, -1), plan_output(p, PLAN_LOGITS, -1), &target, &options, 1.0 / rows, rows,
                  outputs);
}

static int evaluate_dev(void *state, struct curve_point *p, const struct weights *w, const struct progress *progress,
                        struct err *e)
{
    const struct finetune *x = state;
    struct evaluate_options options = {.threads = x->options.threads};
    struct progress silent = {.cancel = progress ? progress->cancel : NULL};
    struct evaluation seen;
    TRY(evaluate(&seen, w, x->dev, x->dev_rows, &options, &silent, e));
    p->metric = seen.quality.value[0];
    p->dev_loss = seen.quality.loss;
    evaluation_free(&seen);
    return 0;
}

/* ---- settings ------------------------------------------------------------------------------------------------- */

static uint64_t data_fingerprint(const struct dataset *d, const struct encoded *rows)
{
    uint64_t hash = 0;
    for (int i = 0; i < rows->rows; i++) {
        const struct encoding *row = &rows->row[i];
        hash = fingerprint(hash, row->id, (size_t)row->n * sizeof *row->id);
        hash = fingerprint(hash, row->type, (size_t)row->n * sizeof *row->type);
        hash = fingerprint(hash, &d->row[i].label, sizeof d->row[i].label);
        hash = fingerprint(hash, &d->row[i].target, sizeof d->row[i].target);
    }
    return hash;
}

static void settings(void *state, struct train_settings *s)
{
    const struct finetune *x = state;
    settings_add(s, "task", "%s", x->data->task->name);
    settings_add(s, "rows of a batch", "%d", x->options.batch_rows);
    settings_add(s, "label smoothing", "%.9g", x->options.smoothing);
    settings_add(s, "training rows", "%d", x->data->rows);
    settings_add(s, "training data", "%016" PRIx64, data_fingerprint(x->data, x->rows));
    settings_add(s, "development rows", "%d", x->dev ? x->dev->rows : 0);
    settings_add(s, "development data", "%016" PRIx64, x->dev ? data_fingerprint(x->dev, x->dev_rows) : 0);
}

/* ---- the whole ------------------------------------------------------------------------------------------------ */

static int init(struct finetune *x, const struct model *m, struct err *e)
{
    TRY(label_map_make(&x->labels, x->data, &m->config, e));
    if (x->dev)
        TRY(evaluate_check(m, x->dev, e));
    size_t n = (size_t)x->options.batch_rows;
    x->label = calloc(n, sizeof *x->label);
    x->value = calloc(n, sizeof *x->value);
    if (!x->label || !x->value)
        return err_set(e, ERR_NOMEM, "no memory for batches of %zu rows", n);
    TRY(start_epoch(x, 0, e));
    x->epoch_batches = x->batches.n;
    return 0;
}

int finetune_init(struct finetune *out, const struct model *m, const struct dataset *data, const struct encoded *rows,
                  const struct dataset *dev, const struct encoded *dev_rows, const struct finetune_options *options,
                  struct err *e)
{
    *out = (struct finetune){.options = *options, .data = data, .dev = dev, .rows = rows, .dev_rows = dev_rows, .epoch = -1};
    return init(out, m, e);
}

void finetune_free(struct finetune *x)
{
    label_map_free(&x->labels);
    batches_free(&x->batches);
    free(x->label);
    free(x->value);
    *x = (struct finetune){0};
}

struct train_source finetune_source(struct finetune *x)
{
    return (struct train_source){x, x->epoch_batches, x->dev ? x->dev->task->metric[0]->title : NULL, false, plan, loss,
                                 evaluate_dev, settings};
}
