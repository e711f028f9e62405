/* Where a step of training and a scoring of heads spend their time: every operation forward and backward, the optimizer and packing, as
 * shares of the whole. Each part of each step is timed in place, many times; the median of a part counts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/clock.h"
#include "analyzer/measure/workload.h"
#include "analyzer/model/model.h"
#include "analyzer/run/exec.h"
#include "analyzer/run/op.h"
#include "analyzer/run/weights.h"
#include "analyzer/train/optimizer.h"
#include "tests/bench/bench.h"
#include "tests/bench/train_step.h"

enum { MOST_ROUNDS = 400, LEAST_ROUNDS = 5, FORWARD = 0, BACKWARD = 1, AGAIN = 2, OPTIMIZER, PACKING };

static const char *const doings[] = {"forward", "backward", "again", "optimizer", "packing"};

/* Steps that count as one: the same operation in the same direction. */
struct kind {
    const struct op *op; /* NULL = what follows the passes */
    int doing;
    double macs;
};

struct steps_bench {
    const struct plan *plan;
    struct train_step *train; /* NULL = gates of heads and neurons alone */
    struct kind kind[32];
    int kinds, rounds;
    int *kind_of;     /* [moments + 2] */
    double *ns;       /* [moments + 2][MOST_ROUNDS] */
};

static int kind_number(struct steps_bench *b, const struct op *op, int doing, double macs)
{
    int i = 0;
    while (i < b->kinds && (b->kind[i].op != op || b->kind[i].doing != doing))
        i++;
    if (i == b->kinds)
        b->kind[b->kinds++] = (struct kind){op, doing, 0};
    b->kind[i].macs += macs;
    return i;
}

/* A backward of a product is two products where weights learn, else one. */
static void find_kinds(struct steps_bench *b)
{
    const struct plan *p = b->plan;
    for (int i = 0; i < p->moments; i++) {
        const struct step *s = &p->step[p->moment[i].step];
        int doing = i < p->steps ? FORWARD : p->moment[i].backward ? BACKWARD : AGAIN;
        double products = doing != BACKWARD ? 1 : (s->dx[0] != NULL) + (s->dparam[0] != NULL);
        b->kind_of[i] = kind_number(b, s->op, doing, s->op == &op_linear ? products * (double)s->macs : 0);
    }
    for (int i = OPTIMIZER; b->train && i <= PACKING; i++)
        b->kind_of[p->moments + i - OPTIMIZER] = kind_number(b, NULL, i, 0);
}

static void note(struct steps_bench *b, int i, uint64_t *ns)
{
    uint64_t now = clock_ns();
    b->ns[(size_t)i * MOST_ROUNDS + (size_t)b->rounds] = (double)(now - *ns);
    *ns = clock_ns();
}

/* Some gradient at the output, of the size of a mean loss. */
static void seed_gradient(const struct plan *p, enum plan_output output, int columns)
{
    float *d = plan_gradient(p, output, -1);
    for (int i = 0; d && i < p->sequences * columns; i++)
        d[i] = (i % 2 ? 0.5f : -0.5f) / (float)p->sequences;
}

static void run_round(struct steps_bench *b)
{
    const struct plan *p = b->plan;
    const struct exec x = {p, NULL};
    uint64_t ns = clock_ns();
    for (int i = 0; i < p->moments; i++) {
        const struct step *s = &p->step[p->moment[i].step];
        if (i == p->steps) {
            seed_gradient(p, b->train ? PLAN_LOGITS : PLAN_POOLED, b->train ? 2 : p->weights->model->config.hidden);
            ns = clock_ns();
        }
        (i >= p->steps && p->moment[i].backward ? s->op->backward : s->op->forward)(&x, s);
        note(b, i, &ns);
    }
    if (b->train) {
        (void)optimizer_step(b->train->optimizer, 1e-9);
        note(b, p->moments, &ns);
        weights_refresh(b->train->weights, p->options.threads);
        note(b, p->moments + 1, &ns);
    }
    b->rounds++;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *x, int n)
{
    qsort(x, (size_t)n, sizeof *x, by_size);
    return n % 2 ? x[n / 2] : (x[n / 2 - 1] + x[n / 2]) / 2;
}

static void report(const struct bench_options *options, struct steps_bench *b, const char *name, const char *load)
{
    int parts = b->plan->moments + (b->train ? 2 : 0);
    double total = 0, ns[32] = {0};
    for (int i = 0; i < parts; i++)
        ns[b->kind_of[i]] += median(b->ns + (size_t)i * MOST_ROUNDS, b->rounds);
    for (int i = 0; i < b->kinds; i++)
        total += ns[i];
    for (int i = 0; i < b->kinds; i++) {
        char text[64];
        double share = ns[i] / total;
        snprintf(text, sizeof text, "%s %s", doings[b->kind[i].doing], b->kind[i].op ? b->kind[i].op->name : "");
        bench_report(options, &(struct bench_row){"steps", name, load, b->plan->options.threads, b->rounds, {ns[i], ns[i], ns[i], ns[i]},
                                                  2e9 * b->kind[i].macs / ns[i], 0, -1, text, {share, share, share, share}, 0});
    }
}

static int measure(const struct bench_options *options, struct steps_bench *b, const char *name, const char *load, struct err *e)
{
    size_t parts = (size_t)b->plan->moments + 2;
    uint64_t end = clock_ns() + (uint64_t)(options->seconds * 1e9);
    b->kind_of = calloc(parts, sizeof *b->kind_of);
    b->ns = calloc(parts * MOST_ROUNDS, sizeof *b->ns);
    int code = b->kind_of && b->ns ? 0 : err_set(e, ERR_NOMEM, "no memory for the times of %zu steps", parts);
    if (code == 0) {
        find_kinds(b);
        run_round(b); /* first touch */
        b->rounds = 0;
        while (b->rounds < MOST_ROUNDS && (b->rounds < LEAST_ROUNDS || clock_ns() < end))
            run_round(b);
        report(options, b, name, load);
    }
    free(b->kind_of);
    free(b->ns);
    return code;
}

static int bench_training(const struct bench_options *options, const char *spec, const struct workload *w, struct err *e)
{
    struct train_step step;
    char name[64], load[32];
    int code = train_step_open(&step, spec, w, NULL, machine_bits(&options->machine), e);
    if (code == 0) {
        struct steps_bench b = {.plan = step.plan, .train = &step};
        snprintf(name, sizeof name, "%s %s", step.model->name, kernel_format_name(w->format));
        snprintf(load, sizeof load, "training %d x %d", w->batch, w->seq);
        code = measure(options, &b, name, load, e);
    }
    train_step_close(&step);
    return code;
}

static int gates_of(const struct bench_options *options, const struct weights *weights, const struct workload *w, struct err *e)
{
    struct plan_options wanted = {.gradients = PLAN_GATE_GRADIENTS, .neuron_gates = true, .pooled_only = true,
                                  .losses = PLAN_BIT(PLAN_POOLED)};
    struct plan *p;
    char name[64], load[32];
    TRY(workload_plan_with(&p, w, NULL, &wanted, weights, e));
    struct steps_bench b = {.plan = p};
    snprintf(name, sizeof name, "%s %s", weights->model->name, kernel_format_name(w->format));
    snprintf(load, sizeof load, "gates %d x %d", w->batch, w->seq);
    int code = measure(options, &b, name, load, e);
    plan_free(p);
    return code;
}

static int bench_gates(const struct bench_options *options, const char *spec, const struct workload *w, struct err *e)
{
    struct weights_options packing = {.cpu = machine_bits(&options->machine), .threads = w->threads, .format = w->format, .gradients = true};
    struct model *m = NULL;
    struct weights *weights = NULL;
    int code = model_open(&m, spec, NULL, NULL, e);
    if (code == 0)
        code = weights_build(&weights, m, &packing, NULL, e);
    if (code == 0)
        code = gates_of(options, weights, w, e);
    weights_free(weights);
    model_free(m);
    return code;
}

int bench_steps(const struct bench_options *options, struct err *e)
{
    int teams = options->machine.cores < 2 ? 1 : 2;
    for (int threads = 1; threads <= teams; threads++) {
        TRY(bench_training(options, "preset:bert-mini", &(struct workload){.batch = 32, .seq = 64, .threads = threads}, e));
        TRY(bench_training(options, "preset:bert-mini", &(struct workload){.batch = 32, .seq = 64, .threads = threads, .format = KERNEL_BF16}, e));
        TRY(bench_training(options, "preset:bert-base", &(struct workload){.batch = 8, .seq = 128, .threads = threads}, e));
        TRY(bench_gates(options, "preset:bert-mini", &(struct workload){.batch = 20, .seq = 26, .threads = threads, .format = KERNEL_INT8}, e));
    }
    return 0;
}
