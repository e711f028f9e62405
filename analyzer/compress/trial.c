#include "analyzer/compress/trial.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/compress/apply.h"
#include "analyzer/data/dataset.h"
#include "analyzer/model/model.h"
#include "analyzer/run/plan.h"
#include "analyzer/run/predict.h"
#include "analyzer/run/weights.h"

static int take_rows(struct changed *c, const struct original *o, const struct progress *progress, struct err *e)
{
    if (!o->rows || c->model->tokenizer == o->model->tokenizer)
        return 0;
    return encode_again(&c->rows, o->rows, c->model->tokenizer, o->data, o->workload.threads, progress, e);
}

static int make(struct changed *c, const struct original *o, const struct recipe *r, const char *name, const struct progress *progress,
                struct err *e)
{
    struct materials x = original_materials(o);
    struct weights_options options = {.cpu = o->weights->cpu, .threads = o->workload.threads, .format = o->workload.format,
                                      .like = o->weights};
    TRY(recipe_apply(&c->model, o->model, r, name, &x, progress, e));
    TRY(take_rows(c, o, progress, e));
    TRY(weights_build(&c->weights, c->model, &options, progress, e));
    return workload_plan(&c->plan, &o->workload, c->weights, e);
}

int changed_make(struct changed *out, const struct original *o, const struct recipe *r, const char *name,
                 const struct progress *progress, struct err *e)
{
    *out = (struct changed){0};
    int code = make(out, o, r, name, progress, e);
    if (code != 0)
        changed_free(out);
    return code;
}

void changed_free(struct changed *c)
{
    encoded_free(&c->rows);
    plan_free(c->plan);
    weights_free(c->weights);
    model_free(c->model);
    *c = (struct changed){0};
}

const struct encoded *changed_encoded(const struct changed *c, const struct original *o)
{
    return c->rows.row ? &c->rows : o->rows;
}

int trial_init(struct trial *out, const struct original *o, const struct recipe *r, const struct changed *c, struct err *e)
{
    struct str text;
    *out = (struct trial){.hash = recipe_hash(r), .workload = o->workload, .before = o->cost, .forecast = forecast_of(o, c->plan)};
    TRY(cost_of(&out->cost, c->model, c->plan, e));
    str_init(&text);
    recipe_print(r, &text);
    out->recipe = strdup(text.text);
    str_free(&text);
    return out->recipe ? 0 : err_set(e, ERR_NOMEM, "no memory for a recipe");
}

/* Which rows are right, as a list of the trial's own; nothing to do for a regression. */
static int take_right(struct trial *t, const struct evaluation *x, struct err *e)
{
    if (!x->got)
        return 0;
    t->right = malloc((size_t)x->rows + 1);
    if (!t->right)
        return err_set(e, ERR_NOMEM, "no memory for the answers to %d rows", x->rows);
    for (int i = 0; i < x->rows; i++)
        t->right[i] = x->got[i] == x->want[i];
    return 0;
}

int trial_of_original(struct trial *out, const struct original *o, struct err *e)
{
    static const struct recipe nothing = {0};
    size_t n = o->evaluated ? (size_t)o->data->rows * (size_t)o->model->config.labels : 0;
    *out = (struct trial){.recipe = strdup(""), .hash = recipe_hash(&nothing), .workload = o->workload, .cost = o->cost, .before = o->cost,
                          .forecast = forecast_of(o, o->plan), .evaluated = o->evaluated, .quality = o->evaluation.quality,
                          .logits = o->evaluated ? malloc(n * sizeof *out->logits + 1) : NULL};
    if (!out->recipe || (o->evaluated && !out->logits)) {
        trial_free(out);
        return err_set(e, ERR_NOMEM, "no memory for a trial");
    }
    if (o->evaluated) {
        memcpy(out->logits, original_logits(o), n * sizeof *out->logits);
        out->fidelity = fidelity_of(out->logits, out->logits, o->data->rows, o->model->config.labels);
    }
    int code = take_right(out, &o->evaluation, e);
    if (code != 0)
        trial_free(out);
    return code;
}

int trial_time(struct trial *t, const struct original *o, const struct changed *c, double seconds, const struct progress *progress,
               struct err *e)
{
    return versus_run(&t->time, o->plan, c->plan, seconds, progress, e);
}

static int evaluate_labelled(struct trial *t, struct original *o, const struct changed *c, evaluate_fn *on_batch, void *payload,
                             const struct progress *progress, struct err *e)
{
    struct evaluation x;
    struct evaluate_options options = {.threads = o->workload.threads, .on_batch = on_batch, .payload = payload,
                                       .against = &o->evaluation, .hidden = &o->hidden};
    TRY(evaluate(&x, c->weights, o->data, changed_encoded(c, o), &options, progress, e));
    t->quality = x.quality;
    t->logits = x.logits;
    x.logits = NULL;
    int code = take_right(t, &x, e);
    evaluation_free(&x);
    return code;
}

static int predict_unlabelled(struct trial *t, struct original *o, const struct changed *c, const struct progress *progress,
                              struct err *e)
{
    struct predict_options options = {.threads = o->workload.threads, .hidden = &o->hidden};
    t->logits = malloc((size_t)o->data->rows * (size_t)o->model->config.labels * sizeof *t->logits + 1);
    if (!t->logits)
        return err_set(e, ERR_NOMEM, "no memory for the outputs of %d rows", o->data->rows);
    return predict_logits(t->logits, c->weights, changed_encoded(c, o)->row, o->data->rows, &options, progress, e);
}

int trial_evaluate(struct trial *t, struct original *o, const struct changed *c, evaluate_fn *on_batch, void *payload,
                   const struct progress *progress, struct err *e)
{
    free(t->logits);
    free(t->right);
    t->logits = NULL;
    t->right = NULL;
    int code = o->logits ? predict_unlabelled(t, o, c, progress, e) : evaluate_labelled(t, o, c, on_batch, payload, progress, e);
    if (code != 0)
        return code;
    t->fidelity = fidelity_of(original_logits(o), t->logits, o->data->rows, o->model->config.labels);
    t->evaluated = true;
    return 0;
}

void trial_free(struct trial *t)
{
    free(t->recipe);
    free(t->logits);
    free(t->right);
    *t = (struct trial){0};
}

int trial_copy(struct trial *out, const struct trial *t, struct err *e)
{
    size_t rows = (size_t)t->fidelity.rows, n = rows * (size_t)t->fidelity.outputs;
    *out = *t;
    out->recipe = strdup(t->recipe);
    out->logits = t->logits ? malloc(n * sizeof *out->logits + 1) : NULL;
    out->right = t->right ? malloc(rows + 1) : NULL;
    if (!out->recipe || (t->logits && !out->logits) || (t->right && !out->right)) {
        trial_free(out);
        return err_set(e, ERR_NOMEM, "no memory for a trial");
    }
    if (t->logits)
        memcpy(out->logits, t->logits, n * sizeof *out->logits);
    if (t->right)
        memcpy(out->right, t->right, rows);
    return 0;
}

bool trial_discordant(struct discordant *out, const struct trial *first, const struct trial *second)
{
    *out = (struct discordant){.rows = first->fidelity.rows};
    if (!first->right || !second->right || first->fidelity.rows != second->fidelity.rows)
        return false;
    for (int i = 0; i < out->rows; i++) {
        out->first += first->right[i] && !second->right[i];
        out->second += second->right[i] && !first->right[i];
    }
    return true;
}
