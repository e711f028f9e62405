#include "tests/bench/train_step.h"

#include <math.h>
#include <stdlib.h>

#include "analyzer/model/model.h"
#include "analyzer/run/exec.h"
#include "analyzer/run/weights.h"
#include "analyzer/train/loss.h"
#include "analyzer/train/optimizer.h"

enum { CLASSES = 2 };

static const double RATE = 2e-5;
static const float DROPOUT = 0.1f;

int train_step_open(struct train_step *out, const char *spec, const struct workload *load, const int *length, uint32_t cpu,
                    struct err *e)
{
    struct optimizer_options adamw = optimizer_defaults(load->threads, cpu);
    struct weights_options packing = {.cpu = cpu, .threads = load->threads, .format = load->format, .gradients = true};
    *out = (struct train_step){.label = malloc((size_t)load->batch * sizeof(int32_t))};
    if (!out->label)
        return err_set(e, ERR_NOMEM, "no memory for a batch of %d", load->batch);
    for (int i = 0; i < load->batch; i++)
        out->label[i] = i % CLASSES;
    TRY(model_open(&out->model, spec, NULL, NULL, e));
    TRY(model_set_labels(out->model, CLASSES, NULL, 1, e));
    TRY(optimizer_new(&out->optimizer, out->model, &adamw, e));
    TRY(weights_build(&out->weights, out->model, &packing, NULL, e));
    struct plan_options options = {.gradients = PLAN_ALL_GRADIENTS, .into = out->optimizer->gradients, .pooled_only = true,
                                   .dropout = DROPOUT};
    return workload_plan_with(&out->plan, load, length, &options, out->weights, e);
}

void train_step_close(struct train_step *s)
{
    plan_free(s->plan);
    weights_free(s->weights);
    optimizer_free(s->optimizer);
    model_free(s->model);
    free(s->label);
    *s = (struct train_step){.plan = NULL};
}

double train_step_run(struct train_step *s)
{
    struct loss_target target = {.label = s->label};
    struct loss_options none = {.temperature = 1};
    struct plan *p = s->plan;
    plan_set_seed(p, ++s->steps);
    if (exec_run(p, NULL, NULL) != 0)
        return NAN;
    double loss = loss_cross_entropy.run(plan_gradient(p, PLAN_LOGITS, -1), plan_output(p, PLAN_LOGITS, -1), &target, &none,
                                         1.0 / p->sequences, p->sequences, CLASSES);
    if (exec_backward(p, NULL) != 0 || !isfinite(optimizer_step(s->optimizer, RATE)))
        return NAN;
    weights_refresh(s->weights, p->options.threads);
    return loss;
}
