#include "analyzer/measure/sampled.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "analyzer/base/clock.h"
#include "analyzer/base/rng.h"
#include "analyzer/base/text.h"
#include "analyzer/measure/sampler.h"
#include "analyzer/measure/symbols.h"
#include "analyzer/model/model.h"
#include "analyzer/run/exec.h"
#include "analyzer/run/weights.h"

enum { WARM_PASSES = 2, MOST_PAIRS = 4096 };

static const double default_budget_s = 5, slice_s = 0.1;

/* ---- from addresses to names --------------------------------------------------------------------------------- */

/* A distinct address and its name. */
struct place {
    uintptr_t pc;
    int name;
};

struct naming {
    struct sampled *out;
    struct place *place; /* [places] by address; owned */
    size_t places, room;
    size_t stacks, frames;
};

static int by_pc(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    return (x->pc > y->pc) - (x->pc < y->pc);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(((const struct sampled_name *)a)->text, ((const struct sampled_name *)b)->text);
}

static void count_frames(void *payload, const struct stack_sample *x)
{
    struct naming *n = payload;
    n->stacks++;
    n->frames += (size_t)x->depth;
}

static void add_places(void *payload, const struct stack_sample *x)
{
    struct naming *n = payload;
    for (int i = 0; i < x->depth; i++)
        n->place[n->places++] = (struct place){x->pc[i], 0};
}

static size_t unique(void *items, size_t n, size_t size, int (*order)(const void *, const void *))
{
    char *at = items;
    size_t kept = 0;
    if (n > 0)
        qsort(items, n, size, order);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || order(at + (kept - 1) * size, at + i * size) != 0)
            memmove(at + kept++ * size, at + i * size, size);
    return kept;
}

/* Sorted distinct names, and the name of each place. */
static int name_places(struct naming *n, struct err *e)
{
    struct symbols *symbols;
    struct sampled *out = n->out;
    TRY(symbols_open(&symbols, e));
    struct sampled_name *all = calloc(n->places + 1, sizeof *all);
    out->name = calloc(n->places + 1, sizeof *out->name);
    for (size_t i = 0; all && i < n->places; i++)
        symbols_name(symbols, n->place[i].pc, all[i].text, sizeof all[i].text);
    symbols_close(symbols);
    if (all && out->name) {
        memcpy(out->name, all, n->places * sizeof *all);
        out->names = (int)unique(out->name, n->places, sizeof *out->name, by_text);
        for (size_t i = 0; i < n->places; i++) {
            const struct sampled_name *found = bsearch(&all[i], out->name, (size_t)out->names, sizeof *all, by_text);
            n->place[i].name = (int)(found - out->name);
        }
    }
    free(all);
    return out->name && all ? 0 : err_set(e, ERR_NOMEM, "no memory for the names of functions");
}

/* What stands between an operation and the threads that share it. */
static bool is_team(const char *name)
{
    static const char *const prefix[] = {"GOMP_parallel", "gomp_thread_start", "start_thread", "clone", "__clone", "__kmp",
                                         "[libgomp", "[libomp", "[libc.", NULL};
    for (int i = 0; prefix[i]; i++)
        if (strncmp(name, prefix[i], strlen(prefix[i])) == 0)
            return true;
    return false;
}

static bool is_executor(const char *name)
{
    return strncmp(name, "exec_run", 8) == 0;
}

static void add_stack(void *payload, const struct stack_sample *x)
{
    struct naming *n = payload;
    struct sampled *out = n->out;
    struct sampled_stack *s = &out->stack[out->stacks++];
    int name[SAMPLER_DEPTH], depth = 0;
    while (depth < x->depth) {
        const struct place *p = bsearch(&(struct place){x->pc[depth], 0}, n->place, n->places, sizeof *p, by_pc);
        if (is_executor(out->name[p->name].text))
            break;
        name[depth++] = p->name;
    }
    *s = (struct sampled_stack){x->mark - 1, 1, out->frames, 0};
    for (int i = depth - 1; i >= 0; i--) {
        bool again = s->depth > 0 && out->frame[out->frames - 1] == name[i];
        if (again || (i > 0 && is_team(out->name[name[i]].text)))
            continue;
        out->frame[out->frames++] = name[i];
        s->depth++;
    }
    out->cut += !x->whole;
    out->step[s->step].samples++;
}

/* ---- equal stacks become one --------------------------------------------------------------------------------- */

static const int *sorting; /* the frames that by_stack compares; there is one sampler at a time */

static int by_stack(const void *a, const void *b)
{
    const struct sampled_stack *x = a, *y = b;
    if (x->step != y->step)
        return x->step - y->step;
    for (int i = 0; i < x->depth && i < y->depth; i++)
        if (sorting[x->first + i] != sorting[y->first + i])
            return sorting[x->first + i] - sorting[y->first + i];
    return x->depth - y->depth;
}

static void merge_stacks(struct sampled *out)
{
    int kept = 0;
    sorting = out->frame;
    if (out->stacks > 0)
        qsort(out->stack, (size_t)out->stacks, sizeof *out->stack, by_stack);
    for (int i = 0; i < out->stacks; i++) {
        out->samples += out->stack[i].count;
        if (kept > 0 && by_stack(&out->stack[kept - 1], &out->stack[i]) == 0)
            out->stack[kept - 1].count += out->stack[i].count;
        else
            out->stack[kept++] = out->stack[i];
    }
    out->stacks = kept;
}

/* Only the frames of the stacks that are left, in their order. */
static int pack_frames(struct sampled *out, struct err *e)
{
    int *frame, frames = 0;
    for (int i = 0; i < out->stacks; i++)
        frames += out->stack[i].depth;
    frame = malloc(((size_t)frames + 1) * sizeof *frame);
    if (!frame)
        return err_set(e, ERR_NOMEM, "no memory for %d frames", frames);
    frames = 0;
    for (int i = 0; i < out->stacks; i++) {
        struct sampled_stack *s = &out->stack[i];
        memcpy(frame + frames, out->frame + s->first, (size_t)s->depth * sizeof *frame);
        s->first = frames;
        frames += s->depth;
    }
    free(out->frame);
    out->frame = frame;
    out->frames = frames;
    return 0;
}

static int name_samples(struct sampled *out, const struct sampler *s, struct err *e)
{
    struct naming n = {.out = out};
    sampler_each(s, count_frames, &n);
    n.place = malloc((n.frames + 1) * sizeof *n.place);
    out->stack = malloc((n.stacks + 1) * sizeof *out->stack);
    out->frame = malloc((n.frames + 1) * sizeof *out->frame);
    int code = n.place && out->stack && out->frame ? 0 : err_set(e, ERR_NOMEM, "no memory for %zu samples", n.stacks);
    if (code == 0) {
        sampler_each(s, add_places, &n);
        n.places = unique(n.place, n.places, sizeof *n.place, by_pc);
        code = name_places(&n, e);
    }
    if (code == 0) {
        sampler_each(s, add_stack, &n);
        merge_stacks(out);
        code = pack_frames(out, e);
    }
    free(n.place);
    return code;
}

/* ---- passes -------------------------------------------------------------------------------------------------- */

struct session {
    struct sampled *out;
    const struct plan *plan;
    struct sampler *sampler;
    const struct progress *progress;
    atomic_int mark;
    uint64_t *clock; /* [steps + 1]; owned */
    double ratio[MOST_PAIRS];
    int pairs;
    uint64_t start_ns;
    double budget_s;
};

static int pass(struct session *s, bool samples, struct err *e)
{
    const atomic_bool *cancel = s->progress ? s->progress->cancel : NULL;
    if (exec_run_marked(s->plan, s->clock, samples ? &s->mark : NULL, cancel) != 0)
        return err_set(e, ERR_CANCELLED, "the measurement was cancelled");
    for (int i = 0; samples && i < s->plan->steps; i++)
        s->out->step[i].time_ns += (double)(s->clock[i + 1] - s->clock[i]);
    return 0;
}

/* Of all threads. */
static double cpu_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Passes for a tenth of a second; *ns = what one of them takes. */
static int slice(struct session *s, bool samples, double *ns, struct err *e)
{
    double cpu = cpu_seconds();
    uint64_t start = clock_ns(), now = start;
    int passes = 0, code = 0;
    if (samples)
        sampler_run(s->sampler, true, rng_uniform(0x5a3b1e, (uint64_t)s->pairs));
    for (; code == 0 && (double)(now - start) < slice_s * 1e9; passes++) {
        code = pass(s, samples, e);
        now = clock_ns();
    }
    if (samples) {
        sampler_run(s->sampler, false, 0);
        s->out->passes += passes;
        s->out->cpu_s += cpu_seconds() - cpu;
    }
    *ns = (double)(now - start) / passes;
    return code;
}

static int pair(struct session *s, struct err *e)
{
    double with = 0, without = 0;
    bool first = s->pairs % 2 == 0;
    TRY(slice(s, first, first ? &with : &without, e));
    TRY(slice(s, !first, first ? &without : &with, e));
    s->ratio[s->pairs++] = with / without;
    return progress_step(s->progress, "sampling", (double)(clock_ns() - s->start_ns) * 1e-9, s->budget_s, e);
}

static int run_passes(struct session *s, struct err *e)
{
    for (int i = 0; i < WARM_PASSES; i++)
        TRY(pass(s, false, e));
    s->start_ns = clock_ns();
    do
        TRY(pair(s, e));
    while (s->pairs < MOST_PAIRS && (double)(clock_ns() - s->start_ns) < s->budget_s * 1e9);
    return 0;
}

static int describe(struct sampled *out, const struct model *m, const struct plan *plan, const struct sampled_options *o,
                    struct err *e)
{
    out->workload = o->workload;
    out->clock = o->clock;
    out->hz = o->hz > 0 ? o->hz : SAMPLED_HZ;
    out->steps = plan->steps;
    out->step = calloc((size_t)plan->steps, sizeof *out->step);
    text_escape(out->model, sizeof out->model, m->name, strlen(m->name));
    if (!out->step)
        return err_set(e, ERR_NOMEM, "no memory for %d steps", plan->steps);
    for (int i = 0; i < plan->steps; i++) {
        out->step[i] = (struct sampled_step){.component = plan->step[i].component, .layer = plan->step[i].layer};
        snprintf(out->step[i].label, sizeof out->step[i].label, "%s", plan->step[i].label);
    }
    return 0;
}

static int run(struct session *s, struct err *e)
{
    struct sampled *out = s->out;
    s->clock = calloc((size_t)out->steps + 1, sizeof *s->clock);
    if (!s->clock)
        return err_set(e, ERR_NOMEM, "no memory for a profile");
    TRY(sampler_open(&s->sampler, out->workload.threads, out->hz, s->budget_s, out->clock, &s->mark, e));
    out->clock = sampler_clock(s->sampler);
    TRY(run_passes(s, e));
    sampler_stop(s->sampler);
    const struct sampler_counts counts = sampler_counts(s->sampler);
    out->lost = counts.lost;
    out->merged = counts.merged;
    out->overhead_ratio = stats_spread(s->ratio, s->pairs);
    return name_samples(out, s->sampler, e);
}

int sampled_measure(struct sampled *out, const struct weights *w, const struct sampled_options *options,
                    const struct progress *progress, struct err *e)
{
    struct plan *plan = NULL;
    *out = (struct sampled){.steps = 0};
    struct session *s = calloc(1, sizeof *s);
    if (!s)
        return err_set(e, ERR_NOMEM, "no memory for samples");
    s->out = out;
    s->progress = progress;
    s->budget_s = options->budget_s > 0 ? options->budget_s : default_budget_s;
    int code = workload_plan(&plan, &options->workload, w, e);
    s->plan = plan;
    if (code == 0)
        code = describe(out, w->model, plan, options, e);
    if (code == 0)
        code = run(s, e);
    sampler_close(s->sampler);
    free(s->clock);
    free(s);
    plan_free(plan);
    if (code != 0)
        sampled_free(out);
    return code;
}

/* ---- copies and shares --------------------------------------------------------------------------------------- */

static void *copy_of(const void *items, int n, size_t size, bool *failed)
{
    void *copy = malloc((size_t)(n > 0 ? n : 1) * size);
    *failed |= !copy;
    if (copy && n > 0)
        memcpy(copy, items, (size_t)n * size);
    return copy;
}

int sampled_copy(struct sampled *out, const struct sampled *s, struct err *e)
{
    bool failed = false;
    *out = *s;
    out->step = copy_of(s->step, s->steps, sizeof *s->step, &failed);
    out->name = copy_of(s->name, s->names, sizeof *s->name, &failed);
    out->frame = copy_of(s->frame, s->frames, sizeof *s->frame, &failed);
    out->stack = copy_of(s->stack, s->stacks, sizeof *s->stack, &failed);
    if (!failed)
        return 0;
    sampled_free(out);
    return err_set(e, ERR_NOMEM, "no memory to copy samples");
}

static bool same_part(const struct sampled_step *a, const struct sampled_step *b)
{
    return a->component == b->component && strcmp(a->label, b->label) == 0;
}

/* Steps that are alike become one; to [steps] says which. */
static void merge_steps(struct sampled *s, int *to)
{
    int n = 0;
    for (int i = 0; i < s->steps; i++) {
        int k = 0;
        while (k < n && !same_part(&s->step[k], &s->step[i]))
            k++;
        if (k == n) {
            s->step[n++] = s->step[i];
            s->step[k].layer = -1;
        } else {
            s->step[k].samples += s->step[i].samples;
            s->step[k].time_ns += s->step[i].time_ns;
        }
        to[i] = k;
    }
    s->steps = n;
}

int sampled_merge_layers(struct sampled *out, const struct sampled *s, struct err *e)
{
    TRY(sampled_copy(out, s, e));
    int *to = malloc(((size_t)out->steps + 1) * sizeof *to);
    if (!to) {
        sampled_free(out);
        return err_set(e, ERR_NOMEM, "no memory for %d steps", out->steps);
    }
    merge_steps(out, to);
    for (int i = 0; i < out->stacks; i++)
        out->stack[i].step = to[out->stack[i].step];
    out->samples = 0;
    merge_stacks(out);
    free(to);
    return 0;
}

void sampled_free(struct sampled *s)
{
    free(s->step);
    free(s->name);
    free(s->frame);
    free(s->stack);
    *s = (struct sampled){.steps = 0};
}

double sampled_share(const struct sampled *s, enum component c)
{
    uint64_t n = 0;
    for (int i = 0; i < s->steps; i++)
        n += s->step[i].component == c ? s->step[i].samples : 0;
    return s->samples ? (double)n / (double)s->samples : 0;
}

double sampled_clock_share(const struct sampled *s, enum component c)
{
    double mine = 0, all = 0;
    for (int i = 0; i < s->steps; i++) {
        mine += s->step[i].component == c ? s->step[i].time_ns : 0;
        all += s->step[i].time_ns;
    }
    return all > 0 ? mine / all : 0;
}
