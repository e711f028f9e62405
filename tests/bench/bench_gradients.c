/* What gradients cost beside a forward pass over the same rows: those of the gates (head importance), those of everything, and
 * a whole step of training; and what a step in bf16 gives. */
#include <stdio.h>

#include "analyzer/measure/workload.h"
#include "analyzer/model/model.h"
#include "analyzer/run/exec.h"
#include "analyzer/run/gradients.h"
#include "analyzer/run/weights.h"
#include "tests/bench/bench.h"
#include "tests/bench/train_step.h"

/* Passes over one workload: forward alone, and with each kind of gradients. */
struct gradient_race {
    struct plan *plan[PLAN_ALL_GRADIENTS + 1];
    struct gradients *into;
    struct train_step step;
};

static const char *const names[] = {"forward", "gates", "all", "step"};

enum { TRAINING = PLAN_ALL_GRADIENTS + 1 };

static void run_forward(void *payload)
{
    (void)exec_run(payload, NULL, NULL); /* cannot be cancelled, so it cannot fail */
}

/* The gradient of the loss is 1 everywhere: values do not change the time. */
static void run_backward(void *payload)
{
    const struct plan *p = payload;
    float *d = plan_gradient(p, PLAN_POOLED, -1);
    (void)exec_run(p, NULL, NULL);
    for (int i = 0; i < p->sequences * p->weights->model->config.hidden; i++)
        d[i] = 1;
    (void)exec_backward(p, NULL);
}

static void run_step(void *payload)
{
    (void)train_step_run(payload);
}

static int gradient_race_open(struct gradient_race *r, const struct weights *w, const struct workload *load, struct err *e)
{
    TRY(gradients_new(&r->into, w->model, e));
    for (int i = 0; i <= PLAN_ALL_GRADIENTS; i++) {
        struct plan_options options = {.threads = load->threads, .gradients = (enum plan_gradients)i,
                                       .losses = i ? PLAN_BIT(PLAN_POOLED) : 0, .pooled_only = true,
                                       .into = i == PLAN_ALL_GRADIENTS ? r->into : NULL};
        TRY(workload_plan_with(&r->plan[i], load, NULL, &options, w, e));
    }
    return train_step_open(&r->step, w->model->name, load, NULL, w->cpu, e);
}

static void gradient_race_close(struct gradient_race *r)
{
    for (int i = 0; i <= PLAN_ALL_GRADIENTS; i++)
        plan_free(r->plan[i]);
    gradients_free(r->into);
    train_step_close(&r->step);
}

/* How many times longer they take than the forward pass of the same round: its speed over theirs. */
static int run_race(const struct bench_options *options, struct gradient_race *r, const char *name,
                    const struct workload *load, int kind, struct err *e)
{
    struct contender forward = {run_forward, r->plan[PLAN_NO_GRADIENTS]}, contender[] = {{run_step, &r->step}, forward};
    struct race race;
    char text[32], against[32];
    if (kind != TRAINING)
        contender[0] = (struct contender){run_backward, r->plan[kind]};
    TRY(race_run(&race, contender, 2, options->seconds, load->threads, NULL, e));
    snprintf(text, sizeof text, "%d x %d", load->batch, load->seq);
    snprintf(against, sizeof against, "forward, %s", names[kind]);
    double flops = 2e9 * (double)plan_macs(r->plan[PLAN_NO_GRADIENTS]) / race.ns[1].median;
    bench_report(options, &(struct bench_row){"gradients", name, text, load->threads, race.rounds, race.ns[1], flops, 0, -1,
                                              against, race.speedup[1], 0});
    return 0;
}

/* A step that computes in bf16, with parameters that learn in f32, in turns with one in f32. */
static int race_half(const struct bench_options *options, struct gradient_race *r, const char *name, const struct workload *load,
                     uint32_t cpu, struct err *e)
{
    struct workload half = *load;
    struct train_step step;
    struct race race;
    char text[32];
    half.format = KERNEL_BF16;
    int code = train_step_open(&step, name, &half, NULL, cpu, e);
    if (code == 0)
        code = race_run(&race, (struct contender[]){{run_step, &r->step}, {run_step, &step}}, 2, options->seconds, load->threads, NULL, e);
    if (code == 0) {
        snprintf(text, sizeof text, "%d x %d", load->batch, load->seq);
        bench_report(options, &(struct bench_row){"gradients", name, text, load->threads, race.rounds, race.ns[1],
                                                  6e9 * (double)plan_macs(step.plan) / race.ns[1].median, 0, -1, "step in f32, step in bf16",
                                                  race.speedup[1], 0});
    }
    train_step_close(&step);
    return code;
}

static int bench_load(const struct bench_options *options, const struct weights *w, const struct workload *load,
                      struct err *e)
{
    struct gradient_race r = {.into = NULL};
    int code = gradient_race_open(&r, w, load, e);
    for (int kind = PLAN_GATE_GRADIENTS; code == 0 && kind <= TRAINING; kind++)
        code = run_race(options, &r, w->model->name, load, kind, e);
    if (code == 0)
        code = race_half(options, &r, w->model->name, load, w->cpu, e);
    gradient_race_close(&r);
    return code;
}

static int bench_preset(const struct bench_options *options, const char *spec, int batch, int seq, struct err *e)
{
    struct weights_options packing = {.cpu = machine_bits(&options->machine), .threads = 1, .gradients = true};
    struct model *m = NULL;
    struct weights *w = NULL;
    int teams = options->machine.cores < 2 ? 1 : 2;
    int code = model_open(&m, spec, NULL, NULL, e);
    if (code == 0)
        code = weights_build(&w, m, &packing, NULL, e);
    for (int threads = 1; code == 0 && threads <= teams; threads++)
        code = bench_load(options, w, &(struct workload){.batch = batch, .seq = seq, .threads = threads}, e);
    weights_free(w);
    model_free(m);
    return code;
}

int bench_gradients(const struct bench_options *options, struct err *e)
{
    TRY(bench_preset(options, "preset:bert-mini", 32, 64, e));
    return bench_preset(options, "preset:bert-base", 2, 128, e);
}
