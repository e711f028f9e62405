#include "analyzer/measure/profile.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/clock.h"
#include "analyzer/base/text.h"
#include "analyzer/measure/samples.h"
#include "analyzer/model/model.h"
#include "analyzer/run/exec.h"
#include "analyzer/run/op.h"
#include "analyzer/run/weights.h"

enum { MIN_PASSES = 10, WARM_PASSES = 2, READ_SLICES = 8, MAX_PASSES = 100000 };

static const double default_budget_s = 5, default_relative_ci = 0.01, snapshot_s = 0.1, warm_s = 0.1;

struct session {
    struct profile *out;
    const struct profile_options *options;
    const struct plan *plan;
    struct ceiling_probe *probe;
    struct samples samples;
    uint64_t *clock;       /* [steps + 1]; owned */
    unsigned char *wanted; /* [steps]: members of the group being summed; owned */
    profile_fn *on_snapshot;
    void *payload;
    const struct progress *progress;
    uint64_t start_ns, snapshot_ns, next_snapshot_ns;
};

/* ---- groups of steps ----------------------------------------------------------------------------------------- */

typedef bool belongs_fn(const struct profile_step *s, int key);

static bool to_all(const struct profile_step *s, int key)
{
    (void)s, (void)key;
    return true;
}

static bool to_component(const struct profile_step *s, int key)
{
    return (int)s->component == key;
}

static bool to_layer(const struct profile_step *s, int key)
{
    return s->layer == key;
}

static bool to_both(const struct profile_step *s, int key)
{
    return s->layer == key / COMPONENTS && (int)s->component == key % COMPONENTS;
}

static void group_cost(struct profile_group *g, const struct profile *p, belongs_fn *belongs, int key)
{
    for (int i = 0; i < p->steps; i++) {
        const struct profile_step *s = &p->step[i];
        if (!belongs(s, key))
            continue;
        g->params += s->params;
        g->macs += s->macs;
        g->bytes += s->bytes;
        g->narrow_macs += s->narrow_macs;
        g->weight_bytes += s->weight_bytes;
    }
}

typedef void group_fn(struct profile_group *g, const struct profile *p, belongs_fn *belongs, int key, void *payload);

static void each_group(struct profile *p, group_fn *fn, void *payload)
{
    fn(&p->total, p, to_all, 0, payload);
    for (int c = 0; c < COMPONENTS; c++)
        fn(&p->component[c], p, to_component, c, payload);
    for (int layer = 0; layer < p->layers; layer++) {
        fn(&p->layer[layer], p, to_layer, layer, payload);
        for (int c = 0; c < COMPONENTS; c++)
            fn(&p->layer_component[layer][c], p, to_both, layer * COMPONENTS + c, payload);
    }
}

static void set_group_cost(struct profile_group *g, const struct profile *p, belongs_fn *belongs, int key,
                           void *payload)
{
    (void)payload;
    group_cost(g, p, belongs, key);
}

static void set_group_time(struct profile_group *g, const struct profile *p, belongs_fn *belongs, int key,
                           void *payload)
{
    const struct session *s = payload;
    for (int i = 0; i < p->steps; i++)
        s->wanted[i] = belongs(&p->step[i], key);
    g->time_ns = belongs == to_all ? samples_total(&s->samples) : samples_group(&s->samples, s->wanted);
}

/* ---- summary ------------------------------------------------------------------------------------------------- */

static double narrow_enough(const struct session *s)
{
    return s->options->relative_ci > 0 ? s->options->relative_ci : default_relative_ci;
}

static void summarize(struct session *s)
{
    struct profile *p = s->out;
    each_group(p, set_group_time, s);
    for (int i = 0; i < p->steps; i++)
        p->step[i].time_ns = samples_step(&s->samples, i);
    p->unattributed_ns = p->total.time_ns.median;
    for (int c = 0; c < COMPONENTS; c++)
        p->unattributed_ns -= p->component[c].time_ns.median;
    p->converged = spread_relative_ci(&p->total.time_ns) <= narrow_enough(s);
    if (s->options->overhead)
        p->overhead_ratio = samples_overhead(&s->samples);
}

/* Shows what is known so far, and takes at most a tenth of the time for it. */
static void snapshot(struct session *s)
{
    uint64_t now = clock_ns();
    if (!s->on_snapshot || now < s->next_snapshot_ns)
        return;
    summarize(s);
    s->on_snapshot(s->payload, s->out);
    uint64_t took = clock_ns() - now;
    uint64_t pause = 10 * took > (uint64_t)(snapshot_s * 1e9) ? 10 * took : (uint64_t)(snapshot_s * 1e9);
    s->next_snapshot_ns = now + pause;
}

static void describe_step(struct profile_step *out, const struct step *s)
{
    char name[sizeof out->name];
    if (s->layer >= 0)
        snprintf(name, sizeof name, "layer %d: %s", s->layer, s->label);
    else
        snprintf(name, sizeof name, "%s", s->label);
    *out = (struct profile_step){.component = s->component, .layer = s->layer, .params = s->params,
                                 .macs = s->macs, .bytes = s->bytes, .weight_bytes = s->param_bytes};
    out->narrow_macs = s->kernel && ceiling_is_narrow(s->kernel->format, cpu_detect(NULL)) ? s->macs : 0;
    memcpy(out->name, name, sizeof name);
    snprintf(out->op, sizeof out->op, "%s", s->op->name);
    snprintf(out->kernel, sizeof out->kernel, "%s", s->kernel ? s->kernel->name : "");
    bool named = s->linear || s->format != KERNEL_F32;
    snprintf(out->format, sizeof out->format, "%s", named ? kernel_format_name(s->kernel->format) : "");
}

/* Everything of the profile that is known before the first pass. */
static int describe(struct profile *p, const struct model *m, const struct plan *plan,
                    const struct profile_options *o, struct err *e)
{
    p->workload = o->workload;
    p->tokens = plan->tokens;
    p->steps = plan->steps;
    p->layers = m->config.layers;
    p->arena_bytes = plan->arena.used;
    text_escape(p->model, sizeof p->model, m->name, strlen(m->name));
    p->step = calloc((size_t)p->steps, sizeof *p->step);
    p->layer = calloc((size_t)p->layers, sizeof *p->layer);
    p->layer_component = calloc((size_t)p->layers, sizeof *p->layer_component);
    if (!p->step || !p->layer || !p->layer_component)
        return err_set(e, ERR_NOMEM, "no memory for a profile of %d steps", p->steps);
    for (int i = 0; i < p->steps; i++)
        describe_step(&p->step[i], &plan->step[i]);
    each_group(p, set_group_cost, NULL);
    return 0;
}

/* ---- measuring ----------------------------------------------------------------------------------------------- */

static const atomic_bool *cancel_flag(const struct session *s)
{
    return s->progress ? s->progress->cancel : NULL;
}

static int cancelled(struct err *e)
{
    return err_set(e, ERR_CANCELLED, "the measurement was cancelled");
}

static int warm_up(struct session *s, struct err *e)
{
    uint64_t end = clock_ns() + (uint64_t)(warm_s * 1e9);
    for (int i = 0; i < WARM_PASSES || clock_ns() < end; i++) {
        TRY(progress_step(s->progress, "warming up", 0, 0, e));
        if (exec_run(s->plan, s->clock, cancel_flag(s)) != 0)
            return cancelled(e);
    }
    return 0;
}

static int plain_pass(struct session *s, double *ns, struct err *e)
{
    uint64_t start = clock_ns();
    if (exec_run(s->plan, NULL, cancel_flag(s)) != 0)
        return cancelled(e);
    *ns = (double)(clock_ns() - start);
    return 0;
}

static int timed_pass(struct session *s, struct err *e)
{
    return exec_run(s->plan, s->clock, cancel_flag(s)) != 0 ? cancelled(e) : 0;
}

/* One measured pass; with overhead also one without clocks, in the order A B, B A, A B ... */
static int one_pass(struct session *s, struct err *e)
{
    double plain_ns = 0;
    TRY(samples_grow(&s->samples, e));
    bool plain_first = s->samples.passes % 2;
    if (s->options->overhead && plain_first)
        TRY(plain_pass(s, &plain_ns, e));
    TRY(timed_pass(s, e));
    if (s->options->overhead && !plain_first)
        TRY(plain_pass(s, &plain_ns, e));
    samples_add(&s->samples, s->clock, plain_ns);
    ceiling_probe_compute(s->probe, &s->out->ceilings);
    return 0;
}

static bool enough(const struct session *s, double elapsed_s, double budget_s)
{
    int n = s->samples.passes;
    if (n >= MAX_PASSES || (elapsed_s >= budget_s && n >= 1))
        return true;
    if (n < MIN_PASSES || (n & (n - 1) && n % 16))
        return false; /* looked at now and then only: it sorts */
    struct spread total = samples_total(&s->samples);
    return spread_relative_ci(&total) <= narrow_enough(s);
}

static int measure_passes(struct session *s, struct err *e)
{
    double budget = s->options->budget_s > 0 ? s->options->budget_s : default_budget_s, elapsed = 0;
    s->start_ns = clock_ns();
    while (!enough(s, elapsed, budget)) {
        TRY(one_pass(s, e));
        elapsed = (double)(clock_ns() - s->start_ns) * 1e-9;
        TRY(progress_step(s->progress, "measuring", elapsed, budget, e));
        snapshot(s);
    }
    return 0;
}

static int measure_reading(struct session *s, struct err *e)
{
    for (int i = 0; i < READ_SLICES; i++) {
        ceiling_probe_read(s->probe, &s->out->ceilings);
        TRY(progress_step(s->progress, "measuring memory bandwidth", i + 1, READ_SLICES, e));
    }
    return 0;
}

/* Reading empties the caches, so it is done before the warm-up. */
static int measure(struct session *s, struct err *e)
{
    s->samples.steps = s->plan->steps;
    s->clock = calloc((size_t)s->plan->steps + 1, sizeof *s->clock);
    s->wanted = calloc((size_t)s->plan->steps, 1);
    if (!s->clock || !s->wanted)
        return err_set(e, ERR_NOMEM, "no memory for a profile");
    TRY(measure_reading(s, e));
    TRY(warm_up(s, e));
    TRY(measure_passes(s, e));
    summarize(s);
    s->out->finished = true;
    return 0;
}

int profile_measure(struct profile *out, const struct weights *w, const struct profile_options *options,
                    profile_fn *on_snapshot, void *payload, const struct progress *progress, struct err *e)
{
    struct session s = {.out = out, .options = options, .on_snapshot = on_snapshot, .payload = payload,
                        .progress = progress};
    struct plan *plan = NULL;
    *out = (struct profile){0};
    int code = workload_plan(&plan, &options->workload, w, e);
    if (code == 0)
        code = describe(out, w->model, plan, options, e);
    if (code == 0)
        code = ceiling_probe_open(&s.probe, options->workload.threads, w->format, e);
    s.plan = plan;
    if (code == 0)
        code = measure(&s, e);
    ceiling_probe_close(s.probe);
    samples_free(&s.samples);
    free(s.clock);
    free(s.wanted);
    plan_free(plan);
    if (code != 0)
        profile_free(out);
    return code;
}

/* ---- copies and derived figures ------------------------------------------------------------------------------ */

static void *copy_of(const void *items, int n, size_t size, bool *failed)
{
    void *copy = malloc((size_t)(n > 0 ? n : 1) * size);
    *failed |= !copy;
    if (copy && n > 0)
        memcpy(copy, items, (size_t)n * size);
    return copy;
}

int profile_copy(struct profile *out, const struct profile *p, struct err *e)
{
    bool failed = false;
    *out = *p;
    out->step = copy_of(p->step, p->steps, sizeof *p->step, &failed);
    out->layer = copy_of(p->layer, p->layers, sizeof *p->layer, &failed);
    out->layer_component = copy_of(p->layer_component, p->layers, sizeof *p->layer_component, &failed);
    if (!failed)
        return 0;
    profile_free(out);
    return err_set(e, ERR_NOMEM, "no memory to copy a profile");
}

void profile_free(struct profile *p)
{
    free(p->step);
    free(p->layer);
    free(p->layer_component);
    *p = (struct profile){0};
}

double profile_flops(uint64_t macs, const struct spread *time_ns)
{
    return time_ns->n > 0 && time_ns->median > 0 ? 2.0 * (double)macs * 1e9 / time_ns->median : 0;
}

double profile_intensity(const struct profile_group *g)
{
    return g->bytes ? 2.0 * (double)g->macs / (double)g->bytes : 0;
}

double profile_ceiling_share(const struct profile *p, const struct profile_group *g)
{
    const struct ceilings *c = &p->ceilings;
    if (profile_flops(g->macs, &g->time_ns) <= 0 || c->f32_flops <= 0 || (g->narrow_macs > 0 && c->narrow_flops <= 0))
        return -1;
    double least_s = 2.0 * (double)(g->macs - g->narrow_macs) / c->f32_flops;
    if (g->narrow_macs > 0)
        least_s += 2.0 * (double)g->narrow_macs / c->narrow_flops;
    return least_s * 1e9 / g->time_ns.median;
}

double profile_time_share(const struct profile *p, const struct spread *time_ns)
{
    return p->total.time_ns.median > 0 ? time_ns->median / p->total.time_ns.median : 0;
}

double profile_mac_share(const struct profile *p, uint64_t macs)
{
    return p->total.macs ? (double)macs / (double)p->total.macs : 0;
}
