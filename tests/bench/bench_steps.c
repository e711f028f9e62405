/* Where a step of training and a scoring of heads spend their time: every operation forward and backward, the optimizer and packing, as
 * shares of the whole. Each part of each step is timed in place; what the parts of one kind took is summed in each round. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "analyzer/base/clock.h"
#include "analyzer/measure/workload.h"
#include "analyzer/model/model.h"
#include "analyzer/run/exec.h"
#include "analyzer/run/op.h"
#include "analyzer/run/weights.h"
#include "analyzer/train/optimizer.h"
#include "tests/bench/bench.h"
#include "tests/bench/train_step.h"

enum { MOST_ROUNDS = 400, LEAST_ROUNDS = 7, KINDS = 32 };
enum { FORWARD, BACKWARD, AGAIN, OPTIMIZER, PACKING };

static const char *const doings[] = {"forward", "backward", "again", "optimizer", "packing"};

/* Steps that count as one: the same operation in the same direction. */
struct kind {
    const struct op *op; /* NULL = what follows the passes */
    int doing;
    double macs;            /* of all rounds */
    double ns[MOST_ROUNDS]; /* of each round */
};

struct steps_bench {
    const struct plan *plan;
    struct train_step *train; /* NULL = gates of heads and neurons alone */
    struct kind kind[KINDS];
    int kinds, rounds;
    double total[MOST_ROUNDS]; /* ns of a round */
};

/* A backward of a product is two products where weights learn, else one. */
static double macs_of(const struct step *s, int doing)
{
    if (s->op != &op_linear)
        return 0;
    return (double)s->macs * (doing == BACKWARD ? (s->dx[0] != NULL) + (s->dparam[0] != NULL) : 1);
}

static struct kind *kind_of(struct steps_bench *b, const struct op *op, int doing)
{
    int i = 0;
    while (i < b->kinds && (b->kind[i].op != op || b->kind[i].doing != doing))
        i++;
    assert(i < KINDS);
    if (i == b->kinds)
        b->kind[b->kinds++] = (struct kind){.op = op, .doing = doing};
    return &b->kind[i];
}

/* What ran since *ns, which becomes the present time. */
static void note(struct steps_bench *b, const struct op *op, int doing, double macs, uint64_t *ns)
{
    double took = (double)(clock_ns() - *ns);
    struct kind *kind = kind_of(b, op, doing);
    kind->ns[b->rounds] += took;
    kind->macs += macs;
    b->total[b->rounds] += took;
    *ns = clock_ns();
}

/* Some gradient at the output, of the size of a mean loss. */
static void seed_gradient(const struct plan *p, enum plan_output output, int columns)
{
    float *d = plan_gradient(p, output, -1);
    for (int i = 0; d && i < p->sequences * columns; i++)
        d[i] = (i % 2 ? 0.5f : -0.5f) / (float)p->sequences;
}

static void run_moment(struct steps_bench *b, int i, uint64_t *ns)
{
    const struct plan *p = b->plan;
    const struct exec x = {p, NULL};
    const struct step *s = &p->step[p->moment[i].step];
    int doing = i < p->steps ? FORWARD : p->moment[i].backward ? BACKWARD : AGAIN;
    (doing == BACKWARD ? s->op->backward : s->op->forward)(&x, s);
    note(b, s->op, doing, macs_of(s, doing), ns);
}

static void run_round(struct steps_bench *b)
{
    const struct plan *p = b->plan;
    uint64_t ns = clock_ns();
    for (int i = 0; i < p->steps; i++)
        run_moment(b, i, &ns);
    seed_gradient(p, b->train ? PLAN_LOGITS : PLAN_POOLED, b->train ? 2 : p->weights->model->config.hidden);
    ns = clock_ns();
    for (int i = p->steps; i < p->moments; i++)
        run_moment(b, i, &ns);
    if (b->train) {
        (void)optimizer_step(b->train->optimizer, 1e-9);
        note(b, NULL, OPTIMIZER, 0, &ns);
        weights_refresh(b->train->weights, p->options.threads);
        note(b, NULL, PACKING, 0, &ns);
    }
    b->rounds++;
}

static void report(const struct bench_options *options, struct steps_bench *b, const char *name, const char *load)
{
    double share[MOST_ROUNDS];
    for (int i = 0; i < b->kinds; i++) {
        struct kind *k = &b->kind[i];
        char text[64];
        for (int n = 0; n < b->rounds; n++)
            share[n] = k->ns[n] / b->total[n];
        struct quartiles ns = quartiles_of(k->ns, b->rounds), of_all = quartiles_of(share, b->rounds);
        snprintf(text, sizeof text, "the whole: %s %s", doings[k->doing], k->op ? k->op->name : "");
        bench_report(options, &(struct bench_row){"steps", name, load, b->plan->options.threads, b->rounds, ns,
                                                  2e9 * k->macs / b->rounds / ns.median, 0, -1, text, of_all, 0});
    }
}

static int measure(const struct bench_options *options, const struct plan *plan, struct train_step *train, const char *name,
                   const char *load, struct err *e)
{
    uint64_t end = clock_ns() + (uint64_t)(options->seconds * 1e9);
    struct steps_bench *b = calloc(1, sizeof *b);
    if (!b)
        return err_set(e, ERR_NOMEM, "no memory for the times of steps");
    *b = (struct steps_bench){.plan = plan, .train = train};
    run_round(b); /* first touch */
    *b = (struct steps_bench){.plan = plan, .train = train};
    while (b->rounds < MOST_ROUNDS && (b->rounds < LEAST_ROUNDS || clock_ns() < end))
        run_round(b);
    report(options, b, name, load);
    free(b);
    return 0;
}

static int bench_training(const struct bench_options *options, const char *spec, const struct workload *w, struct err *e)
{
    struct train_step step;
    char name[64], load[32];
    int code = train_step_open(&step, spec, w, NULL, machine_bits(&options->machine), e);
    if (code == 0) {
        snprintf(name, sizeof name, "%s %s", step.model->name, kernel_format_name(w->format));
        snprintf(load, sizeof load, "training %d x %d", w->batch, w->seq);
        code = measure(options, step.plan, &step, name, load, e);
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
    snprintf(name, sizeof name, "%s %s", weights->model->name, kernel_format_name(w->format));
    snprintf(load, sizeof load, "gates %d x %d", w->batch, w->seq);
    int code = measure(options, p, NULL, name, load, e);
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
