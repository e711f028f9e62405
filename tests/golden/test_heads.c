/* Head scores against the golden gradients; heads taken out by gates against models that never had them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/data/dataset.h"
#include "analyzer/data/encoded.h"
#include "analyzer/data/metric.h"
#include "analyzer/measure/ablation.h"
#include "analyzer/measure/heads.h"
#include "analyzer/run/exec.h"
#include "analyzer/run/rows.h"
#include "kernels/cpu.h"
#include "tests/golden/golden.h"

static struct golden golden;
static const char *name;

static const struct metric *const golden_metrics[] = {&metric_accuracy, NULL};
/* Labels are the numbers of the model's outputs. */
static const struct task golden_task = {.name = "golden", .target = TARGET_OPEN, .metric = golden_metrics};

/* The four inputs as a data set. */
struct data {
    struct dataset set;
    struct encoded rows;
    struct example example[GOLDEN_INPUTS];
    struct encoding encoding[GOLDEN_INPUTS];
};

static void data_fill(struct data *x, const struct task *task)
{
    *x = (struct data){.set = {.task = task, .name = (char *)"golden", .row = x->example, .rows = GOLDEN_INPUTS, .labels = 2},
                       .rows = {.row = x->encoding, .rows = GOLDEN_INPUTS}};
    for (int i = 0; i < GOLDEN_INPUTS; i++) {
        x->example[i] = (struct example){.label = golden.label[i], .line = i + 1};
        x->encoding[i] = (struct encoding){golden.id + golden.start[i], golden.type + golden.start[i], golden.length[i], 0, false};
    }
}

/* ---- models -------------------------------------------------------------------------------------------------- */

struct opened {
    struct model *model;
    struct weights *weights;
};

static bool open_model(struct opened *o)
{
    char path[64];
    struct err e = {0};
    *o = (struct opened){NULL, NULL};
    snprintf(path, sizeof path, "tests/golden/%s", name);
    if (model_open(&o->model, unit_source(path), NULL, NULL, &e) == 0)
        return true;
    printf("\n    %s\n", e.text);
    CU_FAIL("no model");
    return false;
}

static bool pack(struct opened *o, uint32_t cpu, enum kernel_format format, int threads)
{
    struct weights_options options = {.cpu = cpu, .threads = threads, .format = format, .gradients = true};
    struct err e = {0};
    if (weights_build(&o->weights, o->model, &options, NULL, &e) == 0)
        return true;
    printf("\n    %s\n", e.text);
    CU_FAIL("no weights");
    return false;
}

static void close_model(struct opened *o)
{
    weights_free(o->weights);
    model_free(o->model);
}

/* ---- scores -------------------------------------------------------------------------------------------------- */

static bool agrees(const char *what, const double *value, int n, struct distance *d)
{
    float narrow[3 * 102];
    for (int i = 0; i < n; i++)
        narrow[i] = (float)value[i];
    return golden_compare_tensor(&golden.gradients, what, narrow, d);
}

static bool scores_agree(const struct head_scores *s, struct distance *d)
{
    int heads = head_grid_heads(&s->grid), neurons = head_grid_heads(&s->neurons);
    double normalized[16], loss = 0;
    head_scores_values(s, true, normalized, NULL);
    for (int i = 0; i < GOLDEN_INPUTS; i++)
        loss += golden_value(&golden.gradients, "losses", (size_t)i) / GOLDEN_INPUTS;
    CU_ASSERT_DOUBLE_EQUAL(s->loss, loss, golden_bound(&golden.gradients, "loss", 0));
    return agrees("heads.importance", s->score, heads, d) && agrees("heads.importance.l2", normalized, heads, d) &&
           agrees("heads.fisher", s->fisher, heads, d) && agrees("neurons.fisher", s->neuron_fisher, neurons, d);
}

static void check_scores(const char *cap, uint32_t cpu, int threads, struct distance *d)
{
    struct opened o;
    struct data x;
    struct head_scores s, again;
    struct err e = {0};
    struct heads_options options = {.threads = threads};
    data_fill(&x, &golden_task);
    if (open_model(&o) && pack(&o, cpu, KERNEL_F32, threads)) {
        CU_ASSERT_EQUAL_FATAL(heads_score(&s, o.weights, &x.set, &x.rows, &options, NULL, NULL, NULL, &e), 0);
        CU_ASSERT(s.finished && s.labelled && s.rows == GOLDEN_INPUTS && s.rows_total == GOLDEN_INPUTS);
        bool good = scores_agree(&s, d);
        if (!good)
            printf("\n    %s, cap %s, %d thread(s): %s\n", name, cap, threads, d->failed);
        CU_ASSERT_TRUE(good);
        CU_ASSERT_EQUAL_FATAL(heads_score(&again, o.weights, &x.set, &x.rows, &options, NULL, NULL, NULL, &e), 0);
        size_t heads = (size_t)head_grid_heads(&s.grid), neurons = (size_t)head_grid_heads(&s.neurons);
        CU_ASSERT_EQUAL(memcmp(s.score, again.score, heads * sizeof *s.score), 0);
        CU_ASSERT_EQUAL(memcmp(s.neuron_fisher, again.neuron_fisher, neurons * sizeof *s.neuron_fisher), 0);
        head_scores_free(&s);
        head_scores_free(&again);
    }
    close_model(&o);
}

static void check_cap(const char *cap, uint32_t cpu)
{
    struct distance d = {0};
    for (int threads = 1; threads <= 2; threads++)
        check_scores(cap, cpu, threads, &d);
    printf("\n    %s, cap %s: largest error is %.2f of its bound (%s) ", name, cap, d.worst, d.where);
}

/* Without labels the target is the model's own answer: the same scores as with labels that are those answers. */
static void own_predictions(void)
{
    static const struct task bare = {.name = "lines", .target = TARGET_NONE};
    struct opened o;
    struct data labelled, unlabelled;
    struct head_scores a, b, c;
    struct err e = {0};
    struct heads_options options = {.threads = 1};
    data_fill(&labelled, &golden_task);
    data_fill(&unlabelled, &bare);
    if (open_model(&o) && pack(&o, cpu_detect(NULL), KERNEL_F32, 1)) {
        for (int i = 0; i < GOLDEN_INPUTS; i++) {
            char what[32];
            snprintf(what, sizeof what, "%d.logits", i);
            int best = 0;
            for (int k = 1; k < o.model->config.labels; k++)
                if (golden_value(&golden.file, what, (size_t)k) > golden_value(&golden.file, what, (size_t)best))
                    best = k;
            labelled.example[i].label = best;
            unlabelled.example[i].label = -1;
        }
        CU_ASSERT_EQUAL_FATAL(heads_score(&a, o.weights, &labelled.set, &labelled.rows, &options, NULL, NULL, NULL, &e), 0);
        CU_ASSERT_EQUAL_FATAL(heads_score(&b, o.weights, &unlabelled.set, &unlabelled.rows, &options, NULL, NULL, NULL, &e), 0);
        options.unlabelled = true;
        CU_ASSERT_EQUAL_FATAL(heads_score(&c, o.weights, &labelled.set, &labelled.rows, &options, NULL, NULL, NULL, &e), 0);
        CU_ASSERT(a.labelled && !b.labelled && !c.labelled);
        size_t bytes = (size_t)head_grid_heads(&a.grid) * sizeof *a.score;
        CU_ASSERT_EQUAL(memcmp(a.score, b.score, bytes), 0);
        CU_ASSERT_EQUAL(memcmp(a.score, c.score, bytes), 0);
        head_scores_free(&a);
        head_scores_free(&b);
        head_scores_free(&c);
    }
    close_model(&o);
}

/* What a snapshot of the last batch says. */
struct seen {
    int snapshots, rows;
    bool finished;
};

static void on_scores(void *payload, const struct head_scores *s)
{
    struct seen *x = payload;
    x->snapshots++;
    x->rows = s->rows;
    x->finished = s->finished;
}

static void on_ablation(void *payload, const struct ablation *a)
{
    struct seen *x = payload;
    x->snapshots++;
    x->rows = a->rows;
    x->finished = a->finished;
}

/* Batches of single rows give a snapshot each; a run that is cancelled says so and leaves nothing. */
static void snapshots(void)
{
    struct opened o;
    struct data x;
    struct head_grid g;
    struct head_scores s;
    struct ablation a;
    struct err e = {0};
    struct seen scores = {0}, effects = {0};
    atomic_bool stop = true;
    struct progress cancelled = {.cancel = &stop};
    struct heads_options options = {.threads = 1};
    struct ablation_options single = {.threads = 1, .memory_bytes = 1};
    data_fill(&x, &golden_task);
    if (open_model(&o) && pack(&o, cpu_detect(NULL), KERNEL_F32, 1)) {
        CU_ASSERT_EQUAL_FATAL(heads_score(&s, o.weights, &x.set, &x.rows, &options, on_scores, &scores, NULL, &e), 0);
        CU_ASSERT(scores.snapshots >= 1 && scores.rows == GOLDEN_INPUTS && scores.finished);
        head_scores_free(&s);
        CU_ASSERT_EQUAL(heads_score(&s, o.weights, &x.set, &x.rows, &options, NULL, NULL, &cancelled, &e), ERR_CANCELLED);
        CU_ASSERT_PTR_NULL(s.score);
        CU_ASSERT_EQUAL_FATAL(head_grid_init(&g, o.model, NULL), 0);
        CU_ASSERT_EQUAL_FATAL(ablation_removed(&a, &g, NULL), 0);
        CU_ASSERT_EQUAL(ablation_batch_tokens(o.model, 1), 1);
        CU_ASSERT_EQUAL(ablation_run(&a, o.weights, &x.set, &x.rows, &single, on_ablation, &effects, NULL, &e), 0);
        CU_ASSERT(effects.snapshots >= 1 && effects.rows == GOLDEN_INPUTS && effects.finished);
        CU_ASSERT_EQUAL(ablation_run(&a, o.weights, &x.set, &x.rows, &single, NULL, NULL, &cancelled, &e), ERR_CANCELLED);
        ablation_free(&a);
        head_grid_free(&g);
    }
    close_model(&o);
}

/* ---- ablation ------------------------------------------------------------------------------------------------ */

/* All inputs in one pass over the whole model, with these heads gone; logits [inputs, labels]. */
static void full_pass(const struct opened *o, const struct data *x, const struct head_grid *g, const unsigned char *gone,
                      float *logits)
{
    struct plan_options options = {.threads = 2};
    struct plan *p;
    struct err e = {0};
    CU_ASSERT_EQUAL_FATAL(rows_plan(&p, o->weights, x->encoding, NULL, GOLDEN_INPUTS, &options, &e), 0);
    for (int l = 0; l < g->layers; l++)
        for (int i = g->first[l]; i < g->first[l + 1]; i++)
            plan_gates(p, l)[i - g->first[l]] = gone[i] ? 0 : 1;
    CU_ASSERT_EQUAL(exec_run(p, NULL, NULL), 0);
    memcpy(logits, plan_output(p, PLAN_LOGITS, -1), (size_t)GOLDEN_INPUTS * (size_t)o->model->config.labels * sizeof *logits);
    plan_free(p);
}

/* The same from the hidden states before `layer` of a pass without gates. */
static void reused_pass(const struct opened *o, const struct data *x, const struct head_grid *g, const unsigned char *gone,
                        int layer, float *logits)
{
    struct plan_options whole = {.threads = 2, .keep_hidden = true}, rest = {.threads = 2, .from_hidden = true, .first_layer = layer};
    struct plan *p, *q;
    struct err e = {0};
    CU_ASSERT_EQUAL_FATAL(rows_plan(&p, o->weights, x->encoding, NULL, GOLDEN_INPUTS, &whole, &e), 0);
    CU_ASSERT_EQUAL_FATAL(rows_plan(&q, o->weights, x->encoding, NULL, GOLDEN_INPUTS, &rest, &e), 0);
    CU_ASSERT_EQUAL(exec_run(p, NULL, NULL), 0);
    memcpy(q->input, plan_output(p, PLAN_HIDDEN, layer - 1), (size_t)p->tokens * (size_t)o->model->config.hidden * sizeof *q->input);
    for (int l = layer; l < g->layers; l++)
        for (int i = g->first[l]; i < g->first[l + 1]; i++)
            plan_gates(q, l)[i - g->first[l]] = gone[i] ? 0 : 1;
    CU_ASSERT_EQUAL(exec_run(q, NULL, NULL), 0);
    memcpy(logits, plan_output(q, PLAN_LOGITS, -1), (size_t)GOLDEN_INPUTS * (size_t)o->model->config.labels * sizeof *logits);
    plan_free(p);
    plan_free(q);
}

enum { MOST = GOLDEN_INPUTS * 8 };

static double accuracy(const struct opened *o, const float *logits)
{
    int right = 0, labels = o->model->config.labels;
    for (int i = 0; i < GOLDEN_INPUTS; i++) {
        int best = 0;
        for (int k = 1; k < labels; k++)
            best = logits[i * labels + k] > logits[i * labels + best] ? k : best;
        right += best == golden.label[i];
    }
    return (double)right / GOLDEN_INPUTS;
}

/* Every variant: its hidden states may be reused without changing a bit, and its metric is that of a full pass. */
static void check_ablation(const struct opened *o, const struct data *x, struct ablation *a)
{
    struct ablation_options options = {.threads = 2};
    struct err e = {0};
    float reused[MOST], whole[MOST];
    int heads = head_grid_heads(&a->grid), code = ablation_run(a, o->weights, &x->set, &x->rows, &options, NULL, NULL, NULL, &e);
    if (code != 0)
        printf("\n    %s\n", e.text);
    CU_ASSERT_EQUAL_FATAL(code, 0);
    CU_ASSERT(a->finished && a->rows == GOLDEN_INPUTS);
    for (int i = 0; i < a->variants; i++) {
        const unsigned char *gone = a->gone + i * heads;
        int layer = ablation_first_layer(a, i);
        size_t bytes = (size_t)GOLDEN_INPUTS * (size_t)o->model->config.labels * sizeof *whole;
        full_pass(o, x, &a->grid, gone, whole);
        reused_pass(o, x, &a->grid, gone, layer, reused);
        CU_ASSERT_EQUAL(memcmp(whole, reused, bytes), 0);
        CU_ASSERT_DOUBLE_EQUAL(a->effect[i].value, accuracy(o, whole), 1e-12);
        CU_ASSERT_DOUBLE_EQUAL(a->effect[i].difference, accuracy(o, whole) - a->full, 1e-12);
        CU_ASSERT(a->effect[i].low <= a->effect[i].difference && a->effect[i].difference <= a->effect[i].high);
    }
}

static void ablations(void)
{
    struct opened o;
    struct data x;
    struct head_grid g;
    struct ablation a;
    int order[16];
    data_fill(&x, &golden_task);
    if (open_model(&o) && pack(&o, cpu_detect(NULL), KERNEL_F32, 2)) {
        x.set.labels = o.model->config.labels;
        CU_ASSERT_EQUAL_FATAL(head_grid_init(&g, o.model, NULL), 0);
        for (int i = 0; i < head_grid_heads(&g); i++)
            order[i] = head_grid_heads(&g) - 1 - i;
        CU_ASSERT_EQUAL_FATAL(ablation_removed(&a, &g, NULL), 0);
        check_ablation(&o, &x, &a);
        CU_ASSERT(a.cost > 1 && a.cost < 1 + a.variants); /* the full pass, and less than a pass for each variant */
        ablation_free(&a);
        CU_ASSERT_EQUAL_FATAL(ablation_kept(&a, &g, NULL), 0);
        check_ablation(&o, &x, &a);
        ablation_free(&a);
        CU_ASSERT_EQUAL_FATAL(ablation_curve(&a, &g, order, NULL), 0);
        check_ablation(&o, &x, &a);
        CU_ASSERT_EQUAL(a.effect[0].difference, 0);
        ablation_free(&a);
        head_grid_free(&g);
    }
    close_model(&o);
}

/* Takes the first or the last head of a layer out of the model itself: its rows of query, key and value, and its columns of the
 * output projection. */
static void remove_head(struct model *m, int layer, bool first)
{
    static const enum role rows[] = {ROLE_QUERY_WEIGHT, ROLE_QUERY_BIAS, ROLE_KEY_WEIGHT,
                                     ROLE_KEY_BIAS,     ROLE_VALUE_WEIGHT, ROLE_VALUE_BIAS};
    size_t size = (size_t)m->config.head_size;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct tensor *t = (struct tensor *)&model_param(m, rows[i], layer)->tensor;
        t->dim[0] -= size;
        if (first)
            t->data = (const float *)t->data + size * t->stride[0];
    }
    struct tensor *out = (struct tensor *)&model_param(m, ROLE_ATTENTION_OUTPUT_WEIGHT, layer)->tensor;
    out->dim[1] -= size;
    if (first)
        out->data = (const float *)out->data + size * out->stride[1];
    m->layer[layer].heads--;
}

/* A head behind a gate of 0 is a head that is not there. Both are float passes of the same function, so each may be as far from
 * the exact one as the golden bound of its logits, which is that of the whole model. */
static void check_removed(const char *cap, uint32_t cpu, int layer, bool first, const float *gated)
{
    struct opened o;
    struct data x;
    struct head_grid g;
    float without[MOST];
    unsigned char none[16] = {0};
    data_fill(&x, &golden_task);
    if (open_model(&o)) {
        remove_head(o.model, layer, first);
        CU_ASSERT_EQUAL_FATAL(head_grid_init(&g, o.model, NULL), 0);
        if (pack(&o, cpu, KERNEL_F32, 2)) {
            full_pass(&o, &x, &g, none, without);
            for (int i = 0; i < GOLDEN_INPUTS * o.model->config.labels; i++) {
                char what[32];
                snprintf(what, sizeof what, "%d.logits", i / o.model->config.labels);
                double bound = 2 * golden_bound(&golden.file, what, 0);
                if (fabs((double)without[i] - (double)gated[i]) > bound)
                    printf("\n    %s, cap %s, layer %d: %g behind the gate, %g without the head, bound %g\n", name, cap, layer,
                           (double)gated[i], (double)without[i], bound);
                CU_ASSERT(fabs((double)without[i] - (double)gated[i]) <= bound);
            }
        }
        head_grid_free(&g);
    }
    close_model(&o);
}

static void removed_heads(const char *cap, uint32_t cpu)
{
    struct opened o;
    struct data x;
    struct head_grid g;
    float gated[MOST];
    data_fill(&x, &golden_task);
    if (open_model(&o) && pack(&o, cpu, KERNEL_F32, 2)) {
        CU_ASSERT_EQUAL_FATAL(head_grid_init(&g, o.model, NULL), 0);
        for (int layer = 0; layer < g.layers; layer++)
            for (int first = 0; first < 2; first++) {
                unsigned char gone[16] = {0};
                gone[first ? g.first[layer] : g.first[layer + 1] - 1] = 1;
                full_pass(&o, &x, &g, gone, gated);
                check_removed(cap, cpu, layer, first, gated);
            }
        head_grid_free(&g);
    }
    close_model(&o);
}

/* ---- both models --------------------------------------------------------------------------------------------- */

static void check_model(const char *model)
{
    name = model;
    if (!golden_open(&golden, model))
        return;
    for_each_cap(check_cap);
    own_predictions();
    snapshots();
    ablations();
    for_each_cap(removed_heads);
    golden_close(&golden);
}

static void check_bert(void)
{
    check_model("bert");
}

static void check_distilbert(void)
{
    check_model("distilbert");
}

CU_TestInfo suite_heads[] = {
    {"bert: heads scored and taken out", check_bert},
    {"distilbert: heads scored and taken out", check_distilbert},
    CU_TEST_INFO_NULL,
};
