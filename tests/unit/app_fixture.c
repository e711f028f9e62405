#include "tests/unit/app_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
