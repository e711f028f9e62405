#include "analyzer/compress/original.h"

#include <stdlib.h>

#include "analyzer/compress/memo.h"
#include "analyzer/data/dataset.h"
#include "analyzer/model/model.h"
#include "analyzer/model/save.h"
#include "analyzer/run/plan.h"
#include "analyzer/run/predict.h"
#include "analyzer/run/weights.h"

int cost_of(struct cost *out, const struct model *m, const struct plan *p, struct err *e)
{
    struct save_options compact = {.compact = true};
    *out = (struct cost){.params = model_param_total(m), .macs = plan_macs(p)};
    for (int c = 0; c < COMPONENTS; c++)
        out->part[c].params = model_param_count(m, c);
    for (int i = 0; i < p->steps; i++)
        out->part[p->step[i].component].macs += p->step[i].macs;
    return model_save_bytes(&out->bytes, m, &compact, e);
}

int original_init(struct original *out, const struct model *m, const struct weights *w, const struct workload *load,
                  const struct dataset *data, const struct encoded *rows, struct err *e)
{
    *out = (struct original){.model = m, .weights = w, .data = data, .rows = rows, .workload = *load, .memo = memo_new()};
    TRY(workload_plan(&out->plan, load, w, e));
    return cost_of(&out->cost, m, out->plan, e);
}

int original_rebase(struct original *o, const struct weights *w, const struct workload *load, struct err *e)
{
    plan_free(o->plan);
    latency_free(&o->latency);
    o->plan = NULL;
    o->latency = (struct latency){0};
    o->weights = w;
    o->workload = *load;
    TRY(workload_plan(&o->plan, load, w, e));
    return cost_of(&o->cost, o->model, o->plan, e);
}

void original_free(struct original *o)
{
    plan_free(o->plan);
    memo_free(o->memo);
    latency_free(&o->latency);
    evaluation_free(&o->evaluation);
    free(o->logits);
    hidden_free(&o->hidden);
    *o = (struct original){0};
}

static int evaluate_labelled(struct original *o, evaluate_fn *on_batch, void *payload, const struct progress *progress, struct err *e)
{
    struct evaluate_options options = {.threads = o->workload.threads, .on_batch = on_batch, .payload = payload, .hidden = &o->hidden};
    return evaluate(&o->evaluation, o->weights, o->data, o->rows, &options, progress, e);
}

static int predict_unlabelled(struct original *o, const struct predict_options *options, const struct progress *progress, struct err *e)
{
    size_t n = (size_t)o->data->rows * (size_t)o->model->config.labels;
    o->logits = malloc(n * sizeof *o->logits + 1);
    if (!o->logits)
        return err_set(e, ERR_NOMEM, "no memory for the outputs of %d rows", o->data->rows);
    return predict_logits(o->logits, o->weights, o->rows->row, o->data->rows, options, progress, e);
}

int original_evaluate(struct original *o, size_t limit, evaluate_fn *on_batch, void *payload, const struct progress *progress,
                      struct err *e)
{
    struct predict_options options = {.threads = o->workload.threads, .hidden = &o->hidden};
    if (o->evaluated || !o->rows)
        return 0;
    TRY(predict_check(o->model, e));
    hidden_free(&o->hidden);
    TRY(predict_hidden(&o->hidden, o->model, o->rows->row, o->data->rows, &options, limit, e));
    int code = o->data->task->metric ? evaluate_labelled(o, on_batch, payload, progress, e)
                                     : predict_unlabelled(o, &options, progress, e);
    o->evaluated = code == 0;
    return code;
}

const float *original_logits(const struct original *o)
{
    return o->logits ? o->logits : o->evaluation.logits;
}

struct materials original_materials(const struct original *o)
{
    return (struct materials){.data = o->scoring_data ? o->scoring_data : o->data,
                              .rows = o->scoring_rows ? o->scoring_rows : o->rows,
                              .threads = o->workload.threads, .cpu = o->weights->cpu, .memo = o->memo,
                              .latency = o->latency.points > 0 ? &o->latency : NULL, .workload = &o->workload};
}
