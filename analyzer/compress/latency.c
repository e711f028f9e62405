#include "analyzer/compress/latency.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/clock.h"
#include "analyzer/base/rng.h"
#include "analyzer/compress/codebook.h"
#include "analyzer/compress/original.h"
#include "analyzer/compress/quantize.h"
#include "analyzer/compress/structure.h"
#include "analyzer/measure/stats.h"
#include "analyzer/model/derive.h"
#include "analyzer/run/exec.h"
#include "analyzer/run/plan.h"
#include "analyzer/run/weights.h"

enum { ROUNDS_LEAST = 5, ROUNDS_MOST = 200, NATIVE = KERNEL_FORMATS };

static const double shares[] = {0.75, 0.5, 0.25, 0};

void latency_free(struct latency *t)
{
    free(t->point);
    *t = (struct latency){0};
}

double latency_size(const struct step *s)
{
    return s->macs > 0 || s->linear ? (double)s->macs : (double)s->bytes;
}

static enum kernel_format format_of(const struct step *s)
{
    return s->linear ? s->linear->kernel->format : s->format;
}

/* ---- points -------------------------------------------------------------------------------------------------- */

static int compare_points(const void *a, const void *b)
{
    const struct latency_point *x = a, *y = b;
    int label = strcmp(x->label, y->label);
    if (label != 0 || x->format != y->format)
        return label ? label : (int)x->format - (int)y->format;
    return (x->size > y->size) - (x->size < y->size);
}

static int add_point(struct latency *t, const struct latency_point *p, struct err *e)
{
    struct latency_point *known = t->points ? bsearch(p, t->point, (size_t)t->points, sizeof *p, compare_points) : NULL;
    if (known) {
        known->share += (p->share - known->share) / ++known->runs;
        return 0;
    }
    struct latency_point *more = realloc(t->point, ((size_t)t->points + 1) * sizeof *more);
    if (!more)
        return err_set(e, ERR_NOMEM, "no memory for a latency table");
    t->point = more;
    t->point[t->points++] = *p;
    qsort(t->point, (size_t)t->points, sizeof *t->point, compare_points);
    return 0;
}

/* The points of one kind of step: [*first, result). */
static int curve(const struct latency *t, const char *label, enum kernel_format format, int *first)
{
    int end;
    for (*first = 0; *first < t->points; ++*first)
        if (t->point[*first].format == format && strcmp(t->point[*first].label, label) == 0)
            break;
    for (end = *first; end < t->points; end++)
        if (t->point[end].format != format || strcmp(t->point[end].label, label) != 0)
            break;
    return end;
}

/* Share of a pass for each unit of size, of all steps with MACs in this format (KERNEL_FORMATS: in any). */
static double rate(const struct latency *t, enum kernel_format format)
{
    double share = 0, size = 0;
    for (int i = 0; i < t->points; i++)
        if (format == KERNEL_FORMATS || t->point[i].format == format) {
            share += t->point[i].share;
            size += t->point[i].size;
        }
    return size > 0 ? share / size : -1;
}

double latency_at(const struct latency *t, const struct step *s, double size)
{
    int first, end = curve(t, s->label, format_of(s), &first);
    if (first == end) {
        double own = rate(t, format_of(s));
        return size * (own >= 0 ? own : rate(t, KERNEL_FORMATS));
    }
    const struct latency_point *p = t->point + first;
    int n = end - first, i = 1;
    if (n == 1 || size <= p[0].size)
        return n == 1 && s->macs > 0 ? p[0].share * size / p[0].size : p[0].share;
    while (i < n - 1 && p[i].size < size)
        i++;
    return p[i - 1].share + (p[i].share - p[i - 1].share) * (size - p[i - 1].size) / (p[i].size - p[i - 1].size);
}

double latency_step(const struct latency *t, const struct step *s)
{
    return latency_at(t, s, latency_size(s));
}

double latency_pass(const struct latency *t, const struct plan *p)
{
    double share = 0;
    for (int i = 0; i < p->steps; i++)
        share += latency_step(t, &p->step[i]);
    return share;
}

/* ---- a measurement ------------------------------------------------------------------------------------------- */

/* The kinds of steps of a plan and their times. */
struct tally {
    const struct plan *plan;
    uint64_t *clock;             /* [steps + 1] */
    int *kind;                   /* [steps] */
    int *count;                  /* [kinds] steps of it */
    struct latency_point *point; /* [kinds] */
    double *sample;              /* [kinds][ROUNDS_MOST] */
    int kinds;
};

static void tally_free(struct tally *x)
{
    free(x->clock);
    free(x->kind);
    free(x->count);
    free(x->point);
    free(x->sample);
}

static int tally_init(struct tally *x, const struct plan *p, struct err *e)
{
    size_t steps = (size_t)p->steps;
    *x = (struct tally){.plan = p};
    x->clock = malloc((steps + 1) * sizeof *x->clock);
    x->kind = calloc(steps, sizeof *x->kind);
    x->count = calloc(steps, sizeof *x->count);
    x->point = calloc(steps, sizeof *x->point);
    x->sample = malloc(steps * ROUNDS_MOST * sizeof *x->sample);
    if (!x->clock || !x->kind || !x->count || !x->point || !x->sample)
        return err_set(e, ERR_NOMEM, "no memory to measure %zu steps", steps);
    for (int i = 0; i < p->steps; i++) {
        struct latency_point key = {p->step[i].label, format_of(&p->step[i]), latency_size(&p->step[i]), 0, 1};
        int k = 0;
        while (k < x->kinds && compare_points(&x->point[k], &key) != 0)
            k++;
        x->kinds += k == x->kinds;
        x->point[k] = key;
        x->kind[i] = k;
        x->count[k]++;
    }
    return 0;
}

static int tally_run(struct tally *x, double *pass_ns, const struct progress *progress, struct err *e)
{
    if (exec_run(x->plan, x->clock, progress ? progress->cancel : NULL) != 0)
        return err_set(e, ERR_CANCELLED, "the measurement was cancelled");
    *pass_ns = (double)(x->clock[x->plan->steps] - x->clock[0]);
    return 0;
}

/* The last pass as round `round`, as shares of `pass_ns`. */
static void tally_add(struct tally *x, int round, double pass_ns)
{
    for (int k = 0; k < x->kinds; k++)
        x->sample[k * ROUNDS_MOST + round] = 0;
    for (int i = 0; i < x->plan->steps; i++)
        x->sample[x->kind[i] * ROUNDS_MOST + round] += (double)(x->clock[i + 1] - x->clock[i]) / pass_ns / x->count[x->kind[i]];
}

static int tally_points(struct tally *x, int rounds, struct latency *t, struct err *e)
{
    for (int k = 0; k < x->kinds; k++) {
        x->point[k].share = stats_spread(x->sample + k * ROUNDS_MOST, rounds).median;
        TRY(add_point(t, &x->point[k], e));
    }
    return 0;
}

/* Passes of both in turns; what comes first changes. */
static int run_rounds(struct tally *original, struct tally *variant, double *pass_ns, int *rounds, double seconds,
                      const struct progress *progress, struct err *e)
{
    uint64_t start = clock_ns();
    double ns;
    TRY(tally_run(original, &ns, progress, e));
    TRY(tally_run(variant, &ns, progress, e));
    for (int i = 0; i < ROUNDS_MOST && (i < ROUNDS_LEAST || (double)(clock_ns() - start) * 1e-9 < seconds); i++) {
        if (i % 2)
            TRY(tally_run(variant, &ns, progress, e));
        TRY(tally_run(original, &pass_ns[i], progress, e));
        if (i % 2 == 0)
            TRY(tally_run(variant, &ns, progress, e));
        tally_add(original, i, pass_ns[i]);
        tally_add(variant, i, pass_ns[i]);
        *rounds = i + 1;
    }
    return 0;
}

static int measure(struct latency *t, const struct original *o, const struct plan *p, double seconds, const struct progress *progress,
                   struct err *e)
{
    struct tally original = {0}, variant = {0};
    double pass_ns[ROUNDS_MOST];
    int rounds = 0, code = tally_init(&original, o->plan, e);
    if (code == 0)
        code = tally_init(&variant, p, e);
    if (code == 0)
        code = run_rounds(&original, &variant, pass_ns, &rounds, seconds, progress, e);
    if (code == 0)
        code = tally_points(&original, rounds, t, e);
    if (code == 0)
        code = tally_points(&variant, rounds, t, e);
    if (code == 0)
        t->pass_ns = stats_spread(pass_ns, rounds).median;
    tally_free(&original);
    tally_free(&variant);
    return code;
}

/* ---- derived models ------------------------------------------------------------------------------------------ */

static int left_of(int n, double share)
{
    int left = (int)lround(n * share);
    return left > 0 ? left : 1;
}

/* Leaves the first `left` of n. */
static int cut(struct model *m, int layer, int n, int left, int threads,
               int (*drop)(struct model *, int, const bool *, int, struct err *), struct err *e)
{
    bool *gone = calloc((size_t)n + 1, sizeof *gone);
    if (!gone)
        return err_set(e, ERR_NOMEM, "no memory for %d marks", n);
    for (int i = left; i < n; i++)
        gone[i] = true;
    int code = drop(m, layer, gone, threads, e);
    free(gone);
    return code;
}

static int cut_layers(struct model *m, double share, int threads, struct err *e)
{
    for (int i = 0; i < m->config.layers; i++) {
        TRY(cut(m, i, m->layer[i].heads, left_of(m->layer[i].heads, share), threads, structure_drop_heads, e));
        TRY(cut(m, i, m->layer[i].neurons, left_of(m->layer[i].neurons, share), threads, structure_drop_neurons, e));
    }
    return 0;
}

/* Leaves a share of the numbers, anywhere; elsewhere in each matrix, as a processor learns what repeats. */
static void thin(float *w, size_t n, double share, uint64_t seed)
{
    for (size_t i = 0; i < n; i++)
        if (rng_uniform(seed, i) >= share)
            w[i] = 0;
}

static int round_layers(struct model *m, enum kernel_format format, double share, struct err *e)
{
    for (int i = 0; i < m->params; i++) {
        struct param *p = &m->param[i];
        float *w;
        if (p->layer < 0 || p->tensor.ndim != 2)
            continue;
        TRY(param_copy(&w, p, e));
        int code = quantize_values(w, p->tensor.dim[0], p->tensor.dim[1], format, CODEBOOK_BITS, e);
        if (code != 0) {
            free(w);
            return code;
        }
        if (kernel_format_skips(format))
            thin(w, tensor_count(&p->tensor), share, (uint64_t)i);
        model_take(m, i, (size_t[2]){p->tensor.dim[0], p->tensor.dim[1]}, w);
        param_set_format(p, format);
    }
    return 0;
}

static int measure_variant(struct latency *t, const struct original *o, int family, double share, double seconds,
                           const struct progress *progress, struct err *e)
{
    struct weights_options options = {.cpu = o->weights->cpu, .threads = o->workload.threads, .format = o->workload.format,
                                      .like = o->weights};
    struct model *m;
    struct weights *w = NULL;
    struct plan *p = NULL;
    TRY(model_derive(&m, o->model, e));
    bool skips = family != NATIVE && kernel_format_skips((enum kernel_format)family);
    int code = skips ? 0 : cut_layers(m, share, options.threads, e);
    if (code == 0 && family != NATIVE)
        code = round_layers(m, (enum kernel_format)family, share, e);
    if (code == 0)
        code = weights_build(&w, m, &options, NULL, e);
    if (code == 0)
        code = workload_plan(&p, &o->workload, w, e);
    if (code == 0)
        code = measure(t, o, p, seconds, progress, e);
    plan_free(p);
    weights_free(w);
    model_free(m);
    return code;
}

static int measure_family(struct latency *t, const struct original *o, int family, bool all, double seconds,
                          const struct progress *progress, struct err *e)
{
    int count = all ? (int)(sizeof shares / sizeof *shares) : 0;
    if (!t->full[family])
        TRY(measure_variant(t, o, family, 1, seconds, progress, e));
    t->full[family] = true;
    for (int i = 0; i < count && !t->shares[family]; i++) {
        TRY(progress_step(progress, "measuring the latency table", i, count, e));
        TRY(measure_variant(t, o, family, shares[i], seconds, progress, e));
    }
    t->shares[family] |= all;
    return 0;
}

/* ---- what a plan needs --------------------------------------------------------------------------------------- */

static bool in_original(const struct original *o, const struct step *s)
{
    for (int i = 0; i < o->plan->steps; i++)
        if (format_of(&o->plan->step[i]) == format_of(s) && strcmp(o->plan->step[i].label, s->label) == 0)
            return true;
    return false;
}

static bool same_size(const struct original *o, const struct step *s)
{
    for (int i = 0; i < o->plan->steps; i++)
        if (o->plan->step[i].macs == s->macs && strcmp(o->plan->step[i].label, s->label) == 0)
            return true;
    return false;
}

int latency_extend(struct latency *t, const struct original *o, const struct plan *p, double seconds, const struct progress *progress,
                   struct err *e)
{
    bool need[LATENCY_FAMILIES] = {[NATIVE] = true}, all[LATENCY_FAMILIES] = {false};
    for (int i = 0; i < p->steps; i++) {
        const struct step *s = &p->step[i];
        int family = in_original(o, s) ? NATIVE : (int)format_of(s);
        need[family] |= s->layer >= 0;
        all[family] |= s->layer >= 0 && !same_size(o, s);
    }
    for (int f = NATIVE; f >= 0; f--)
        if (need[f])
            TRY(measure_family(t, o, f, all[f], seconds, progress, e));
    return 0;
}

int latency_extend_shares(struct latency *t, const struct original *o, double seconds, const struct progress *progress, struct err *e)
{
    return measure_family(t, o, NATIVE, true, seconds, progress, e);
}
