#include "analyzer/measure/counted.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/clock.h"
#include "analyzer/base/text.h"
#include "analyzer/measure/samples.h"
#include "analyzer/model/model.h"
#include "analyzer/run/exec.h"
#include "analyzer/run/part.h"
#include "analyzer/run/weights.h"

enum { WARM_PASSES = 2, MOST_PAIRS = 20000 };

static const double default_budget_s = 5;

/* Counters that are read in the same passes. */
struct together {
    const struct counter_source *source;
    enum counter counter[COUNTERS];
    int n;
};

struct session {
    struct counted *out;
    const struct plan *plan;
    const struct counter_sources *sources;
    const struct progress *progress;
    struct together group[COUNTERS];
    struct samples counts[COUNTERS]; /* columns: the steps, and a reading without a step */
    double *sum[COUNTERS];           /* [steps + 1] over the passes; owned */
    uint64_t *seen; /* [steps + 2][threads][COUNTERS]: every reading of a pass; owned */
    bool *failed;   /* [threads]; owned */
    struct samples ratio; /* no steps; the pass that was counted and its neighbour */
    unsigned char *wanted; /* [steps + 1]; owned */
    double *added; /* [threads][COUNTERS]: sums over the passes; owned */
    double budget_s;
};

/* ---- which counters there are -------------------------------------------------------------------------------- */

static bool joins(struct together *g, const struct counter_source *source, enum counter c)
{
    char why[64];
    if (g->source != source)
        return false;
    g->counter[g->n] = c;
    bool fits = source->fits(source->state, g->counter, g->n + 1, why, sizeof why);
    g->n += fits;
    return fits;
}

/* The first group that has room for it, or a new one. */
static void place(struct session *s, const struct counter_source *source, enum counter c)
{
    struct counted *out = s->out;
    if (!source->fits(source->state, &c, 1, out->missing[c], sizeof out->missing[c]))
        return;
    out->missing[c][0] = '\0';
    for (int i = 0; i < out->groups; i++)
        if (joins(&s->group[i], source, c))
            return;
    s->group[out->groups++] = (struct together){source, {c}, 1};
}

static bool placed(const struct session *s, enum counter c)
{
    for (int i = 0; i < s->out->groups; i++)
        for (int k = 0; k < s->group[i].n; k++)
            if (s->group[i].counter[k] == c)
                return true;
    return false;
}

static void find_groups(struct session *s)
{
    for (int c = 0; c < COUNTERS; c++) {
        snprintf(s->out->missing[c], sizeof s->out->missing[c], "not counted here");
        for (int i = s->sources->n - 1; i >= 0 && !placed(s, (enum counter)c); i--)
            place(s, &s->sources->source[i], (enum counter)c);
    }
}

/* ---- passes -------------------------------------------------------------------------------------------------- */

static const atomic_bool *cancel_flag(const struct session *s)
{
    return s->progress ? s->progress->cancel : NULL;
}

static uint64_t *seen_by(const struct session *s, int reading, int thread)
{
    return s->seen + ((size_t)reading * (size_t)s->out->workload.threads + (size_t)thread) * COUNTERS;
}

/* Every thread reads its own counters. */
static void read_all(const struct session *s, const struct together *g, int reading)
{
#pragma omp parallel num_threads(s->out->workload.threads)
    {
        int t = part_thread();
        if (!g->source->read(g->source->state, t, seen_by(s, reading, t)))
            s->failed[t] = true;
    }
}

static void begin_all(const struct session *s, const struct together *g)
{
#pragma omp parallel num_threads(s->out->workload.threads)
    {
        int t = part_thread();
        s->failed[t] = !g->source->begin(g->source->state, t, g->counter, g->n);
    }
}

static void end_all(const struct session *s, const struct together *g)
{
#pragma omp parallel num_threads(s->out->workload.threads)
    g->source->end(g->source->state, part_thread());
}

/* A counter only grows; whoever sees it shrink knows nothing of the pass. */
static bool sound(const struct session *s, const struct together *g)
{
    for (int t = 0; t < s->out->workload.threads; t++) {
        if (s->failed[t])
            return false;
        for (int i = 0; i < s->plan->steps + 1; i++)
            for (int k = 0; k < g->n; k++)
                if (seen_by(s, i + 1, t)[k] < seen_by(s, i, t)[k])
                    return false;
    }
    return true;
}

/* What the team counted until each reading, from the first one on. */
static void sum_team(const struct session *s, int k, uint64_t *sum)
{
    for (int i = 0; i < s->plan->steps + 2; i++) {
        sum[i] = 0;
        for (int t = 0; t < s->out->workload.threads; t++)
            sum[i] += seen_by(s, i, t)[k] - seen_by(s, 0, t)[k];
    }
}

static int keep(struct session *s, const struct together *g, struct err *e)
{
    int steps = s->plan->steps;
    uint64_t *sum = malloc(((size_t)steps + 2) * sizeof *sum);
    int code = sum ? 0 : err_set(e, ERR_NOMEM, "no memory for the counts of %d steps", steps);
    for (int k = 0; code == 0 && k < g->n; k++) {
        enum counter c = g->counter[k];
        code = samples_grow(&s->counts[c], e);
        if (code != 0)
            break;
        sum_team(s, k, sum);
        samples_add(&s->counts[c], sum, 0);
        for (int i = 0; i < steps + 1; i++)
            s->sum[c][i] += (double)(sum[i + 1] - sum[i]);
        for (int t = 0; t < s->out->workload.threads; t++)
            s->added[t * COUNTERS + (int)c] += (double)(seen_by(s, steps, t)[k] - seen_by(s, 0, t)[k]);
    }
    free(sum);
    return code;
}

static int cancelled(struct err *e)
{
    return err_set(e, ERR_CANCELLED, "the measurement was cancelled");
}

/* One pass with a reading before the first step, after each, and another one. */
static int counted_pass(struct session *s, const struct together *g, uint64_t *ns, struct err *e)
{
    int code = 0, steps = s->plan->steps;
    begin_all(s, g);
    uint64_t start = clock_ns();
    read_all(s, g, 0);
    for (int i = 0; i < steps && code == 0; i++) {
        code = exec_steps(s->plan, i, i + 1, cancel_flag(s));
        read_all(s, g, i + 1);
    }
    *ns = clock_ns() - start;
    read_all(s, g, steps + 1);
    end_all(s, g);
    if (code != 0)
        return cancelled(e);
    if (!sound(s, g)) {
        s->out->spoiled++;
        return 0;
    }
    s->out->passes++;
    return keep(s, g, e);
}

static int plain_pass(struct session *s, uint64_t *ns, struct err *e)
{
    uint64_t start = clock_ns();
    if (exec_run(s->plan, NULL, cancel_flag(s)) != 0)
        return cancelled(e);
    *ns = clock_ns() - start;
    return 0;
}

/* A B, B A, ...: each group takes part in both orders. */
static int pair(struct session *s, int number, struct err *e)
{
    uint64_t with = 0, without = 0;
    const struct together *g = &s->group[number % s->out->groups];
    bool plain_first = number / s->out->groups % 2;
    TRY(samples_grow(&s->ratio, e));
    if (plain_first)
        TRY(plain_pass(s, &without, e));
    TRY(counted_pass(s, g, &with, e));
    if (!plain_first)
        TRY(plain_pass(s, &without, e));
    samples_add(&s->ratio, (uint64_t[]){0, with}, (double)without);
    return 0;
}

static int run_passes(struct session *s, struct err *e)
{
    uint64_t start, ns;
    double elapsed = 0;
    for (int i = 0; i < WARM_PASSES; i++)
        TRY(plain_pass(s, &ns, e));
    start = clock_ns();
    for (int i = 0; i < MOST_PAIRS && (i < s->out->groups || elapsed < s->budget_s); i++) {
        TRY(pair(s, i, e));
        elapsed = (double)(clock_ns() - start) * 1e-9;
        TRY(progress_step(s->progress, "counting", elapsed, s->budget_s, e));
    }
    return 0;
}

/* ---- summary ------------------------------------------------------------------------------------------------- */

typedef bool belongs_fn(const struct counted *c, int column, int key);

static bool to_step(const struct counted *c, int column, int key)
{
    (void)c;
    return column == key;
}

static bool to_component(const struct counted *c, int column, int key)
{
    return column < c->steps && (int)c->step[column].component == key;
}

static bool to_all(const struct counted *c, int column, int key)
{
    (void)key;
    return column < c->steps;
}

static void set_group(struct session *s, struct counted_group *g, belongs_fn *belongs, int key)
{
    const struct counted *out = s->out;
    for (int i = 0; i < out->steps + 1; i++)
        s->wanted[i] = belongs(out, i, key);
    for (int i = 0; i < out->steps; i++)
        g->bytes += s->wanted[i] ? s->plan->step[i].bytes : 0;
    for (int c = 0; c < COUNTERS; c++) {
        int passes = s->counts[c].passes;
        double sum = 0;
        if (passes == 0)
            continue;
        for (int i = 0; i < out->steps + 1; i++)
            sum += s->wanted[i] ? s->sum[c][i] : 0;
        g->count[c] = (struct count){samples_group(&s->counts[c], s->wanted), sum / passes};
    }
}

static void summarize(struct session *s)
{
    struct counted *out = s->out;
    for (int i = 0; i < out->steps; i++)
        set_group(s, &out->step[i].group, to_step, i);
    for (int c = 0; c < COMPONENTS; c++)
        set_group(s, &out->component[c], to_component, c);
    set_group(s, &out->total, to_all, 0);
    set_group(s, &out->reading, to_step, out->steps);
    for (int c = 0; c < COUNTERS; c++) {
        int passes = s->counts[c].passes;
        if (passes == 0 && !out->missing[c][0])
            snprintf(out->missing[c], sizeof out->missing[c], "no pass could be counted");
        for (int t = 0; t < out->workload.threads && passes > 0; t++)
            out->thread[t][c] = s->added[t * COUNTERS + c] / passes;
    }
    out->overhead_ratio = samples_overhead(&s->ratio);
}

/* ---- all of it ----------------------------------------------------------------------------------------------- */

static int describe(struct counted *out, const struct model *m, const struct plan *plan, const struct counted_options *o,
                    struct err *e)
{
    out->workload = o->workload;
    out->steps = plan->steps;
    out->step = calloc((size_t)plan->steps, sizeof *out->step);
    out->thread = calloc((size_t)o->workload.threads, sizeof *out->thread);
    text_escape(out->model, sizeof out->model, m->name, strlen(m->name));
    if (!out->step || !out->thread)
        return err_set(e, ERR_NOMEM, "no memory for the counts of %d steps", plan->steps);
    for (int i = 0; i < plan->steps; i++) {
        const struct step *s = &plan->step[i];
        char *label = out->step[i].label;
        size_t size = sizeof out->step[i].label;
        out->step[i].component = s->component;
        out->step[i].layer = s->layer;
        if (s->layer >= 0)
            snprintf(label, size, "layer %d: %s", s->layer, s->label);
        else
            snprintf(label, size, "%s", s->label);
    }
    return 0;
}

static int make_room(struct session *s, struct err *e)
{
    size_t columns = (size_t)s->plan->steps + 1, threads = (size_t)s->out->workload.threads;
    s->seen = calloc((columns + 1) * threads, COUNTERS * sizeof *s->seen);
    s->failed = calloc(threads, sizeof *s->failed);
    s->wanted = calloc(columns, 1);
    s->added = calloc(threads, COUNTERS * sizeof *s->added);
    s->ratio.steps = 1;
    bool good = s->seen && s->failed && s->wanted && s->added;
    for (int c = 0; c < COUNTERS; c++) {
        s->counts[c].steps = (int)columns;
        s->sum[c] = calloc(columns, sizeof **s->sum);
        good = good && s->sum[c];
    }
    return good ? 0 : err_set(e, ERR_NOMEM, "no memory for the counts of %d steps", s->plan->steps);
}

static void give_back(struct session *s)
{
    for (int c = 0; c < COUNTERS; c++) {
        samples_free(&s->counts[c]);
        free(s->sum[c]);
    }
    samples_free(&s->ratio);
    free(s->seen);
    free(s->failed);
    free(s->wanted);
    free(s->added);
    free(s);
}

static int run(struct session *s, struct err *e)
{
    TRY(make_room(s, e));
    find_groups(s);
    snprintf(s->out->reason, sizeof s->out->reason, "%s", s->sources->reason);
    if (s->out->groups == 0)
        return err_set(e, ERR_MACHINE, "nothing can be counted here");
    TRY(run_passes(s, e));
    summarize(s);
    return 0;
}

int counted_measure(struct counted *out, const struct weights *w, const struct counted_options *options,
                    const struct counter_sources *sources, const struct progress *progress, struct err *e)
{
    struct plan *plan = NULL;
    *out = (struct counted){.steps = 0};
    struct session *s = calloc(1, sizeof *s);
    if (!s)
        return err_set(e, ERR_NOMEM, "no memory to count passes");
    s->out = out;
    s->sources = sources;
    s->progress = progress;
    s->budget_s = options->budget_s > 0 ? options->budget_s : default_budget_s;
    int code = workload_plan(&plan, &options->workload, w, e);
    s->plan = plan;
    if (code == 0)
        code = describe(out, w->model, plan, options, e);
    if (code == 0)
        code = run(s, e);
    give_back(s);
    plan_free(plan);
    if (code != 0)
        counted_free(out);
    return code;
}

int counted_here(struct counted *out, const struct weights *w, const struct counted_options *options,
                 const struct progress *progress, struct err *e)
{
    struct counter_sources sources;
    *out = (struct counted){.steps = 0};
    TRY(counters_open(&sources, options->workload.threads, e));
    int code = counted_measure(out, w, options, &sources, progress, e);
    counters_close(&sources);
    return code;
}

int counted_copy(struct counted *out, const struct counted *c, struct err *e)
{
    size_t steps = (size_t)c->steps * sizeof *c->step, threads = (size_t)c->workload.threads * sizeof *c->thread;
    *out = *c;
    out->step = malloc(steps ? steps : 1);
    out->thread = malloc(threads ? threads : 1);
    if (!out->step || !out->thread) {
        counted_free(out);
        return err_set(e, ERR_NOMEM, "no memory to copy counts");
    }
    memcpy(out->step, c->step, steps);
    memcpy(out->thread, c->thread, threads);
    return 0;
}

void counted_free(struct counted *c)
{
    free(c->step);
    free(c->thread);
    *c = (struct counted){.steps = 0};
}

bool counted_has(const struct counted *c, enum counter k)
{
    return c->total.count[k].spread.n > 0;
}

bool counted_hardware(const struct counted *c)
{
    for (int k = 0; k < COUNTERS; k++)
        if (counter_rows[k].hardware && counted_has(c, (enum counter)k))
            return true;
    return false;
}

double counted_per(const struct counted_group *g, enum counter k, enum counter of)
{
    const struct spread *above = &g->count[k].spread, *below = &g->count[of].spread;
    return above->n > 0 && below->n > 0 && below->median > 0 ? above->median / below->median : -1;
}

void counted_sum(struct counted_group *out, const struct counted *c, int layer, int component)
{
    *out = (struct counted_group){.bytes = 0};
    for (int i = 0; i < c->steps; i++) {
        const struct counted_step *s = &c->step[i];
        if (s->layer != layer || (component >= 0 && (int)s->component != component))
            continue;
        out->bytes += s->group.bytes;
        for (int k = 0; k < COUNTERS; k++) {
            const struct count *x = &s->group.count[k];
            out->count[k].mean += x->mean;
            out->count[k].spread.median += x->spread.median;
            out->count[k].spread.n = x->spread.n;
        }
    }
}

double counted_bytes_per_cycle(const struct counted_group *g)
{
    const struct spread *cycles = &g->count[COUNTER_CYCLES].spread;
    return cycles->n > 0 && cycles->median > 0 && g->bytes > 0 ? (double)g->bytes / cycles->median : -1;
}
