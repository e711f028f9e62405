#include "tests/unit/app_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/data/task.h"
#include "tests/unit/counted_fixture.h"
#include "tests/unit/sampled_fixture.h"

enum { TOKENS = 128, HIDDEN = 768, FFN = 3072, HEADS = 12, VOCAB = 30522, POSITIONS = 512, LAYERS = 4 };

static int submit(void *payload, const struct request *r, struct err *e)
{
    struct fixture_host *h = payload;
    (void)e;
    h->last = *r;
    h->submitted++;
    return 0;
}

static void cancel(void *payload)
{
    ((struct fixture_host *)payload)->cancelled++;
}

struct facts *fixture_facts(void)
{
    struct facts *f = calloc(1, sizeof *f);
    struct profile *p = fixture_profile(LAYERS);
    if (!f || !p)
        abort();
    *f = (struct facts){.name = "models/bert-four", .arch = "bert", .layers = LAYERS, .hidden = HIDDEN, .heads = HEADS,
                        .ffn = FFN, .vocab = VOCAB, .positions = POSITIONS, .labels = 2,
                        .origin = "safetensors in models/bert-four",
                        .note = "no classification head: outputs are hidden states", .params_total = p->total.params,
                        .machine = {.cpu = "Example CPU 9000", .kernel = "Linux 6.1", .cores = 6,
                                    .memory_bytes = 16000000000, .cpu_bits = 1, .cpu_cap = (uint32_t)-1}};
    for (int c = 0; c < COMPONENTS; c++)
        f->params[c] = p->component[c].params;
    profile_free(p);
    free(p);
    return f;
}

/* ---- the profile --------------------------------------------------------------------------------------------- */

/* A median with an interval of 2 % and tails, all from one number. */
static struct spread spread_of(double median)
{
    return (struct spread){median, 1.1 * median, 1.25 * median, 0.99 * median, 1.01 * median, 120};
}

static void add_step(struct profile *p, const char *name, const char *kernel, enum component c, int layer,
                     uint64_t params, uint64_t macs, uint64_t bytes, double ns)
{
    struct profile_step *s = &p->step[p->steps++];
    *s = (struct profile_step){.component = c, .layer = layer, .params = params, .macs = macs, .bytes = bytes,
                               .weight_bytes = 4 * params, .time_ns = spread_of(ns)};
    if (layer >= 0)
        snprintf(s->name, sizeof s->name, "layer %d: %s", layer, name);
    else
        snprintf(s->name, sizeof s->name, "%s", name);
    snprintf(s->kernel, sizeof s->kernel, "%s", kernel);
    snprintf(s->format, sizeof s->format, "%s", strncmp(kernel, "linear", 6) == 0 ? "f32" : "");
}

static void add_linear(struct profile *p, const char *name, enum component c, int layer, uint64_t in, uint64_t out,
                       double ns)
{
    uint64_t rows = layer >= 0 ? TOKENS : 1; /* the pooler reads the first token only */
    add_step(p, name, "linear_f32_avx2", c, layer, in * out + out, in * out * rows,
             4 * (in * out + out + rows * (in + out)), ns);
}

static void add_norm(struct profile *p, const char *name, int layer, double ns)
{
    add_step(p, name, "layernorm_f32_avx2", COMPONENT_OTHER, layer, 2 * HIDDEN, 0, 12 * TOKENS * HIDDEN, ns);
}

static void add_layer(struct profile *p, int i)
{
    add_linear(p, "query, key, value", COMPONENT_LINEAR_BEFORE, i, HIDDEN, 3 * HIDDEN, 1.9e6 + 1e4 * i);
    add_step(p, "attention", "attention_f32_avx2", COMPONENT_ATTENTION, i, 0, 2ull * TOKENS * TOKENS * HIDDEN,
             16 * TOKENS * HIDDEN, 0.61e6 - 1e4 * i);
    add_linear(p, "attention output", COMPONENT_LINEAR_AFTER, i, HIDDEN, HIDDEN, 0.66e6);
    add_norm(p, "attention norm", i, 4.1e4);
    add_linear(p, "feed-forward up", COMPONENT_FEED_FORWARD, i, HIDDEN, FFN, 2.7e6);
    /* the last layer's second half is faster than the machine can be */
    add_linear(p, "feed-forward down", COMPONENT_FEED_FORWARD, i, FFN, HIDDEN, i == LAYERS - 1 ? 1.0e6 : 2.6e6);
    add_norm(p, "feed-forward norm", i, 4.0e4);
}

static void add_to(struct profile_group *g, const struct profile_step *s)
{
    g->params += s->params;
    g->macs += s->macs;
    g->bytes += s->bytes;
    g->weight_bytes += s->weight_bytes;
    g->time_ns = spread_of(g->time_ns.median + s->time_ns.median);
}

struct profile *fixture_profile(int layers)
{
    struct profile *p = calloc(1, sizeof *p);
    *p = (struct profile){.model = "models/bert-four", .workload = {.batch = 1, .seq = TOKENS, .threads = 6}, .tokens = TOKENS, .layers = layers,
                          .ceilings = {.threads = 6, .f32_flops = 245e9, .memory_read = 24.1e9, .l2_read = 310e9,
                                       .l3_read = 82e9, .slices = 120},
                          .finished = true, .converged = true};
    p->step = calloc((size_t)layers * 7 + 3, sizeof *p->step);
    p->layer = calloc((size_t)layers, sizeof *p->layer);
    p->layer_component = calloc((size_t)layers, sizeof *p->layer_component);
    add_step(p, "embedding", "embed_f32_avx2", COMPONENT_EMBEDDING, -1, (VOCAB + POSITIONS + 2ull) * HIDDEN, 0,
             16 * TOKENS * HIDDEN, 8.2e4);
    add_norm(p, "embedding norm", -1, 4.0e4);
    for (int i = 0; i < layers; i++)
        add_layer(p, i);
    add_linear(p, "pooler", COMPONENT_OTHER, -1, HIDDEN, HIDDEN, 2.1e5);
    for (int i = 0; i < p->steps; i++) {
        const struct profile_step *s = &p->step[i];
        add_to(&p->total, s);
        add_to(&p->component[s->component], s);
        if (s->layer >= 0) {
            add_to(&p->layer[s->layer], s);
            add_to(&p->layer_component[s->layer][s->component], s);
        }
    }
    p->unattributed_ns = -3.0e4;
    p->total.time_ns = spread_of(p->total.time_ns.median + p->unattributed_ns);
    return p;
}

/* ---- heads --------------------------------------------------------------------------------------------------- */

enum { ROWS = 872, FIRST_ROWS = 96 };

/* Some number in 0..1 for head i. */
static double some(int i, int seed)
{
    return (double)((uint32_t)(i * 7 + seed * 13 + 5) * 2654435761u >> 16 & 0xfff) / 4096;
}

static struct ablation *fixture_ablation(const struct head_grid *g, enum head_mode mode)
{
    struct ablation *a = calloc(1, sizeof *a);
    struct err e;
    int order[LAYERS * HEADS];
    for (int i = 0; i < LAYERS * HEADS; i++)
        order[i] = i * 7 % (LAYERS * HEADS);
    int code = mode == HEADS_REMOVED ? ablation_removed(a, g, &e) : mode == HEADS_KEPT ? ablation_kept(a, g, &e) : ablation_curve(a, g, order, &e);
    if (code != 0)
        abort();
    snprintf(a->metric, sizeof a->metric, "accuracy");
    a->full = 0.9232;
    a->rows = a->rows_total = ROWS;
    a->finished = true;
    for (int i = 0; i < a->variants; i++) {
        double lost = mode == HEADS_GRADIENT ? 0.4 * i * i * i / 1000 : 0.02 * some(i, mode) * some(i, mode) - 0.001;
        a->effect[i] = (struct ablation_effect){a->full - lost, -lost, -lost - 0.006, -lost + 0.006};
    }
    return a;
}

struct head_study *fixture_heads(bool finished)
{
    struct head_study *s = calloc(1, sizeof *s);
    int heads[LAYERS], neurons[LAYERS];
    for (int l = 0; l < LAYERS; l++) {
        heads[l] = HEADS;
        neurons[l] = 2;
    }
    if (!s || !(s->scores = calloc(1, sizeof *s->scores)))
        abort();
    struct head_scores *x = s->scores;
    if (head_grid_make(&x->grid, heads, LAYERS, NULL) != 0 || head_grid_make(&x->neurons, neurons, LAYERS, NULL) != 0)
        abort();
    x->score = calloc(LAYERS * HEADS, sizeof *x->score);
    x->fisher = calloc(LAYERS * HEADS, sizeof *x->fisher);
    x->neuron_fisher = calloc(LAYERS * 2, sizeof *x->neuron_fisher);
    for (int i = 0; i < LAYERS * HEADS; i++) {
        x->score[i] = 0.0005 + 0.02 * some(i, 0) * some(i, 0);
        x->fisher[i] = 3 * x->score[i] * x->score[i];
    }
    x->rows = finished ? ROWS : FIRST_ROWS;
    x->rows_total = ROWS;
    x->labelled = true;
    x->finished = finished;
    snprintf(s->data, sizeof s->data, "dev.tsv");
    if (finished) {
        s->ablation[HEADS_REMOVED] = fixture_ablation(&x->grid, HEADS_REMOVED);
        s->ablation[HEADS_KEPT] = fixture_ablation(&x->grid, HEADS_KEPT);
        s->curve = fixture_ablation(&x->grid, HEADS_GRADIENT);
    }
    return s;
}

void app_fixture_heads(struct app *a, struct fixture_host *host, bool finished)
{
    app_fixture_measured(a, host);
    struct news heads = {.heads = fixture_heads(finished), .job = {.running = !finished, .job = JOB_HEADS}};
    heads.job.phase_ns = a->now_ns - 1000000000u;
    heads.job.done = FIRST_ROWS;
    heads.job.total = ROWS;
    a->facts->has_classifier = true;
    a->facts->note[0] = '\0';
    snprintf(a->data, sizeof a->data, "dev.tsv");
    app_news(a, &heads);
}

void app_fixture_samples(struct app *a, struct fixture_host *host)
{
    app_fixture_measured(a, host);
    struct news news = {.sampled = calloc(1, sizeof *news.sampled)};
    if (!news.sampled)
        abort();
    sampled_fixture(news.sampled);
    if (!(news.counted = calloc(1, sizeof *news.counted)))
        abort();
    counted_fixture(news.counted);
    app_news(a, &news);
}

/* ---- a training ---------------------------------------------------------------------------------------------- */

enum { STEPS = 300, STEPS_DONE = 174, EVERY = 30 };

/* A loss that falls, with some noise, and a metric that is best in the middle. */
static void fixture_curves(struct train_status *s)
{
    s->curve = calloc(STEPS / EVERY, sizeof *s->curve);
    if (!s->curve)
        abort();
    for (int i = 0; i < s->step; i++) {
        if (!train_status_add_loss(s, i, 0.7 / (1 + i / 60.0) + 0.1 * (some(i, 3) - 0.5)))
            abort();
        if ((i + 1) % EVERY == 0) {
            double metric = 0.91 - 2e-6 * (i - 130) * (i - 130);
            s->curve[s->points] = (struct curve_point){.step = i + 1, .epoch = (i + 1) / 100.0, .tokens = 900u * (unsigned)(i + 1),
                                                       .loss = 0.7 / (1 + i / 60.0), .metric = {metric, metric - 0.02, metric + 0.018},
                                                       .dev_loss = 0.75 / (1 + i / 70.0), .lr = 5e-5 * (STEPS - i - 1) / 270,
                                                       .seconds = 0.4 * (i + 1)};
            if (metric > (s->best < 0 ? 0 : s->curve[s->best].metric.value))
                s->best = s->points;
            s->points++;
        }
    }
}

struct train_status *fixture_training(enum train_state state)
{
    struct train_status *s = calloc(1, sizeof *s);
    if (!s)
        abort();
    *s = (struct train_status){.state = state, .model = "models/bert-four", .data = "train.tsv", .dev = "dev.tsv", .metric = "accuracy",
                               .choice = train_choice_usual(), .steps = STEPS, .best = -1};
    s->choice.lr = 5e-5;
    if (state == TRAIN_FAILED) {
        snprintf(s->note, sizeof s->note, "train.tsv:3: \"x\" is not a label of sst2 (0 or 1)");
        return s;
    }
    s->step = state == TRAIN_PREPARING ? 0 : state == TRAIN_FINISHED ? STEPS : STEPS_DONE;
    s->epoch = (double)s->step / 100;
    s->tokens = 900 * (uint64_t)s->step;
    s->seconds = 0.4 * (double)s->step;
    s->tokens_per_second = 2500;
    fixture_curves(s);
    return s;
}

void app_fixture_training(struct app *a, struct fixture_host *host, enum train_state state)
{
    app_fixture_measured(a, host);
    bool running = state == TRAIN_RUNNING || state == TRAIN_PREPARING;
    struct news news = {.training = fixture_training(state), .job = {.running = running, .job = JOB_TRAIN, .what = "training"}};
    news.job.phase_ns = a->now_ns - 3000000000u;
    news.job.done = (double)news.training->step;
    news.job.total = STEPS;
    snprintf(a->data, sizeof a->data, "train.tsv");
    snprintf(a->dev, sizeof a->dev, "dev.tsv");
    snprintf(a->task, sizeof a->task, "sst2");
    app_news(a, &news);
}

/* ---- recipes ------------------------------------------------------------------------------------------------- */

/* What a trial saves, it saves in the feed-forward part. */
static void split(struct cost *c)
{
    static const double params[COMPONENTS] = {0.35, 0.12, 0, 0.05, 0, 0.02}, macs[COMPONENTS] = {0, 0.24, 0.03, 0.08, 0, 0};
    struct part_cost *rest = &c->part[COMPONENT_FEED_FORWARD];
    *rest = (struct part_cost){.params = c->params, .macs = c->macs};
    for (struct part_cost *p = c->part; p < c->part + COMPONENTS; p++)
        if (p != rest) {
            *p = (struct part_cost){.params = (uint64_t)(109e6 * params[p - c->part]), .macs = (uint64_t)(11e9 * macs[p - c->part])};
            rest->params -= p->params;
            rest->macs -= p->macs;
        }
}

/* Shares of the original's pass. */
static void split_time(double *before, double *after, double share)
{
    static const double time[COMPONENTS] = {0.01, 0.23, 0.08, 0.08, 0.57, 0.02};
    for (int c = 0; c < COMPONENTS; c++) {
        before[c] = time[c];
        after[c] = time[c] - (c == COMPONENT_FEED_FORWARD ? 1 - share : 0);
    }
}

static struct trial_news *fixture_trial(const struct app *a, int attempt, enum attempt_stage stage, double share, double lost)
{
    struct trial_news *n = calloc(1, sizeof *n);
    struct trial *t = &n->trial;
    const struct task *sst2;
    bool all = stage >= ATTEMPT_EVALUATED;
    int rows = all ? ROWS : FIRST_ROWS;
    if (task_word("sst2", &sst2, NULL) != 0)
        abort();
    *n = (struct trial_news){.era = a->bench.era, .attempt = attempt, .stage = stage, .hidden_bytes = 181600000};
    *t = (struct trial){.recipe = strdup(stage == ATTEMPT_FAILED ? "int8\n" : a->bench.attempt[attempt].recipe),
                        .workload = a->workload,
                        .before = {.params = 109000000, .macs = 11000000000, .bytes = 437000000},
                        .forecast = {.by_macs = 1 / share, .ceiling_by_macs = 3.2, .timed = all, .time_ns = 9e6, .speedup = 0.96 / share,
                                     .ceiling = 2.9}};
    t->cost = (struct cost){.params = (uint64_t)(109e6 * share), .macs = (uint64_t)(11e9 * share), .bytes = (uint64_t)(437e6 * share)};
    if (stage >= ATTEMPT_RUNNING) {
        t->evaluated = true;
        t->quality = (struct quality){.task = sst2, .rows = rows, .rows_total = ROWS, .metrics = 1, .metric = {sst2->metric[0]}};
        t->quality.value[0] = (struct estimate){0.9232 - lost, 0.9032 - lost, 0.94 - lost};
        if (attempt > 0)
            t->quality.paired = (struct paired){sst2->metric[0], {-lost, -lost - 0.008, -lost + 0.004}, {rows, 9, 4}, 0.267};
    }
    if (all)
        t->fidelity = (struct fidelity){ROWS, 2, {0.978, 0.966, 0.986}, 0.00731, 0.9};
    if (stage == ATTEMPT_DONE && attempt > 0)
        t->time = (struct versus){.first_ns = spread_of(12e6), .second_ns = spread_of(12e6 * share), .speedup = spread_of(0.97 / share)};
    split(&t->before);
    split(&t->cost);
    split_time(t->forecast.before, t->forecast.after, share);
    split_time(t->time.first_part, t->time.second_part, share);
    return n;
}

static void tell(struct app *a, struct trial_news *t)
{
    struct news n = {.trials = t};
    app_news(a, &n);
}

void app_fixture_compress(struct app *a, struct fixture_host *host, enum attempt_stage stage)
{
    static const char *const steps[] = {"prune-heads fraction=0.25", "int8 components=embedding,ffn", "off f16 layers=0-1  # not now"};
    struct err e;
    app_fixture_heads(a, host, true);
    tell(a, fixture_trial(a, 0, ATTEMPT_DONE, 1, 0));
    for (int i = 0; i < 3; i++) {
        if (workbench_insert(&a->bench, i, steps[i], &e) != 0)
            abort();
        if (i < 2)
            tell(a, fixture_trial(a, i + 1, ATTEMPT_DONE, 0.9 - 0.2 * i, 0.002 + 0.01 * i));
    }
    workbench_name(&a->bench, 2, "small");
    struct trial_news *last = fixture_trial(a, 3, stage == ATTEMPT_FAILED ? ATTEMPT_COUNTED : stage, 0.7, 0.012);
    if (stage == ATTEMPT_FAILED) {
        last->stage = ATTEMPT_FAILED;
        snprintf(last->note, sizeof last->note, "the recipe: line 1: prune-heads: there is no layer 12 (any more)");
    }
    tell(a, last);
    a->job = (struct job_state){.running = stage < ATTEMPT_DONE, .job = JOB_TRIAL, .what = "evaluating", .done = FIRST_ROWS, .total = ROWS,
                                .phase_ns = a->now_ns - 40000000u};
}

/* One of the parts: layers first, then components; or cells. */
static struct sensitive fixture_part(int i, bool cells)
{
    static const enum component component[] = {COMPONENT_EMBEDDING, COMPONENT_FEED_FORWARD};
    double lost = i == 1 ? -0.11 : i == 2 ? 0 : 0.4 * i * some(i, 1);
    struct sensitive x = {.layer = cells ? i / 2 : i < LAYERS ? i : -1, .component = -1};
    if (cells || i >= LAYERS)
        x.component = (int)component[i % 2];
    x.bytes_saved = 21000000 + 1000000 * i;
    x.macs_saved = i % 2 ? 500000000 : 0;
    x.ns_saved = i == 3 ? -2e4 : 3e5 + 1e5 * i;
    x.lost = lost;
    x.lost_low = lost - (i == LAYERS - 1 ? 0.1 : 0.6);
    x.lost_high = lost + 0.5;
    x.kl = i == 2 ? 0 : 0.0004 * (i + 1);
    return x;
}

void app_fixture_parts(struct app *a, const char *step, bool cells, int rows)
{
    int total = cells ? 2 * LAYERS : LAYERS + 2;
    struct part_study *s = calloc(1, sizeof *s);
    struct news n = {.job = a->job};
    if (!s || !(s->layer = calloc(LAYERS, sizeof *s->layer)) || !(s->parts.row = calloc((size_t)total, sizeof *s->parts.row)))
        abort();
    s->step = strdup(step);
    s->era = a->bench.era;
    s->cells = cells;
    s->layers = LAYERS;
    s->labelled = true;
    snprintf(s->metric, sizeof s->metric, "accuracy");
    s->bytes = 437000000;
    s->macs = 11000000000;
    s->pass_ns = 12e6;
    s->parts.total = total;
    s->parts.rows = rows < total ? rows : total;
    for (int i = 0; i < LAYERS; i++)
        s->layer[i] = i;
    for (int i = 0; i < total; i++)
        s->parts.row[i] = fixture_part(i, cells);
    n.parts[cells] = s;
    app_news(a, &n);
}

/* ---- the state ----------------------------------------------------------------------------------------------- */

void app_fixture_start(struct app *a, struct fixture_host *host, const char *model)
{
    struct app_host h = {host, submit, cancel};
    struct settings s = {.args = &model, .arg_count = model ? 1 : 0};
    struct err e = {0};
    *host = (struct fixture_host){.submitted = 0};
    if (app_init(a, &s, &h, &e) != 0)
        abort();
    a->now_ns = 5000000000u;
    a->wall = 1000000000; /* 01:46:40 UTC */
    app_start(a);
    a->job = (struct job_state){.running = true, .job = JOB_OPEN, .what = "opening", .phase_ns = a->now_ns};
}

void app_fixture_measured(struct app *a, struct fixture_host *host)
{
    app_fixture_start(a, host, "models/bert-four");
    struct news opened = {.facts = fixture_facts()}, measured = {.profile = fixture_profile(LAYERS)};
    app_news(a, &opened);
    app_news(a, &measured);
    log_add(&a->log, LOG_DONE, a->wall, "opened models/bert-four in 0.02 s");
    log_add(&a->log, LOG_WARNING, a->wall + 1, "3 tensors of the files have no use: cls.predictions.bias, "
            "cls.predictions.transform.dense.weight, cls.seq_relationship.weight");
    log_add(&a->log, LOG_DONE, a->wall + 4, "measured 120 passes of batch 1 x 128 tokens with 6 threads");
    a->message[0] = '\0';
}

void fixture_keys(struct app *a, const char *keys)
{
    for (const char *s = keys; *s; s += strspn(s, " ")) {
        size_t n = strcspn(s, " ");
        struct event ev = {.kind = EVENT_KEY, .key = key_parse(s, n)};
        if (ev.key == K_NONE)
            abort();
        app_event(a, &ev);
        s += n;
    }
}

void fixture_type(struct app *a, const char *text)
{
    for (; *text; text++)
        app_event(a, &(struct event){.kind = EVENT_KEY, .key = (unsigned char)*text});
}
