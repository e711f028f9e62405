#include "reports/comparison.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double significant = 0.05;
/* A part has to change by this much of the whole pass, too: what is too small to matter is not a regression. */
static const double least_share = 0.001;

const char *verdict_name(enum verdict v)
{
    static const char *const names[] = {"pass", "improved", "inconclusive", "regression", "incomparable"};
    return names[v];
}

const char *comparison_label(char out[COMPARISON_LABEL], const char *recipe, int batch, int seq)
{
    snprintf(out, COMPARISON_LABEL, "%s%s%dx%d", recipe, *recipe ? ":" : "", batch, seq);
    return out;
}

static void worsen(struct comparison *c, enum verdict v)
{
    if (v > c->verdict)
        c->verdict = v;
}

bool comparison_possible(struct comparison *out, const struct subject *before, const struct subject *after)
{
    char a[sizeof before->recipe], b[sizeof before->recipe];
    const char *field = subject_difference(before, after, a, b, sizeof a);
    out->before = *before;
    out->after = *after;
    if (!field)
        return true;
    snprintf(out->reason, sizeof out->reason, "%.40s is \"%s\" in the baseline and \"%s\" here", field, a, b);
    out->verdict = VERDICT_INCOMPARABLE;
    return false;
}

static bool same_case(struct comparison *out, const struct timing *before, const struct timing_case *c)
{
    const struct timing_case *was = timing_find(before, c->recipe, c->batch, c->seq);
    if (was && strcmp(was->steps, c->steps) == 0)
        return true;
    if (was)
        snprintf(out->reason, sizeof out->reason, "recipe %s is \"%s\" in the baseline and \"%s\" here", c->recipe, was->steps, c->steps);
    else
        snprintf(out->reason, sizeof out->reason, "the baseline has no batch of %d x %d tokens%s%s", c->batch, c->seq,
                 c->recipe[0] ? " of recipe " : "", c->recipe);
    out->verdict = VERDICT_INCOMPARABLE;
    return false;
}

static bool same_cases(struct comparison *out, const struct timing *before, const struct timing *after)
{
    for (int i = 0; i < after->cases; i++)
        if (!same_case(out, before, &after->c[i]))
            return false;
    return true;
}

static int list_recipes(struct comparison *out, const struct timing *after, struct err *e)
{
    out->recipe = calloc((size_t)after->cases + 1, sizeof *out->recipe);
    if (!out->recipe)
        return err_set(e, ERR_NOMEM, "no memory for %d recipes", after->cases);
    for (int i = 0; i < after->cases; i++) {
        const struct timing_case *c = &after->c[i];
        if (!c->recipe[0] || (out->recipes > 0 && strcmp(out->recipe[out->recipes - 1].name, c->recipe) == 0))
            continue;
        struct comparison_recipe *r = &out->recipe[out->recipes++];
        memcpy(r->name, c->recipe, sizeof r->name);
        memcpy(r->steps, c->steps, sizeof r->steps);
    }
    return 0;
}

/* ---- times ----------------------------------------------------------------------------------------------------- */

static struct series series_of(const struct timing_case *c, const double *x)
{
    return (struct series){x, c->launch, c->rounds};
}

static int compare_part(struct comparison *out, const struct timing_case *before, const struct timing_case *after,
                        int part, struct err *e)
{
    struct comparison_time *t = &out->time[out->times];
    struct series x = series_of(before, timing_part(before, part)), y = series_of(after, timing_part(after, part));
    *t = (struct comparison_time){.batch = after->batch, .seq = after->seq, .part = part};
    memcpy(t->recipe, after->recipe, sizeof t->recipe);
    TRY((out->paired ? shift_paired : shift_apart)(&t->shift, &x, &y, (uint64_t)out->times, e));
    t->p = t->shift.p;
    out->times++;
    return 0;
}

static void adjust(struct comparison *out, double *p)
{
    for (int i = 0; i < out->times; i++)
        p[i] = out->time[i].p;
    holm_adjust(p, out->times);
    for (int i = 0; i < out->times; i++)
        out->time[i].p = p[i];
}

static double threshold_of(const struct comparison_time *t, const struct thresholds *limits)
{
    const struct comparison_time *whole = t + (PART_TOTAL - t->part);
    double asked = thresholds_share(limits, t->recipe, t->batch, t->seq, t->part);
    return fmax(asked, least_share * whole->shift.before / t->shift.before);
}

/* What the machine itself may have changed by is taken off, towards the cautious side. */
static enum verdict judge(const struct comparison *c, const struct comparison_time *t)
{
    double limit = 1 + t->threshold;
    double slower = c->paired ? 1 : fmax(1, c->speed.high), faster = c->paired ? 1 : fmin(1, c->speed.low);
    if (t->shift.n_before < SHIFT_LEAST || t->shift.n_after < SHIFT_LEAST)
        return VERDICT_INCONCLUSIVE;
    if (t->shift.low > limit * slower && t->p < significant)
        return VERDICT_REGRESSION;
    if (t->shift.high < faster / limit && t->p < significant)
        return VERDICT_IMPROVED;
    return t->shift.high <= limit * faster ? VERDICT_PASS : VERDICT_INCONCLUSIVE;
}

/* The yardsticks of all workloads: the interval that covers theirs. */
static int compare_speed(struct comparison *out, const struct timing_case *before, const struct timing_case *after,
                         struct err *e)
{
    struct shift s;
    struct series x = series_of(before, before->yardstick), y = series_of(after, after->yardstick);
    TRY(shift_apart(&s, &x, &y, 0, e));
    if (out->speed.n_after > 0) {
        s.low = fmin(s.low, out->speed.low);
        s.high = fmax(s.high, out->speed.high);
    }
    out->speed = s;
    return 0;
}

static int compare_times(struct comparison *out, const struct timing *before, const struct timing *after, struct err *e)
{
    for (int i = 0; i < after->cases; i++) {
        const struct timing_case *b = &after->c[i], *a = timing_find(before, b->recipe, b->batch, b->seq);
        for (int part = 0; part < PARTS; part++)
            TRY(compare_part(out, a, b, part, e));
        if (!out->paired)
            TRY(compare_speed(out, a, b, e));
    }
    return 0;
}

/* ---- costs ----------------------------------------------------------------------------------------------------- */

static void compare_costs(struct comparison *out, const struct timing_case *before, const struct timing_case *after)
{
    for (int part = 0; part < PARTS; part++)
        for (int k = 0; k < COST_KINDS; k++) {
            uint64_t a = before->cost[part][k], b = after->cost[part][k];
            enum verdict v = b > a ? VERDICT_REGRESSION : b < a ? VERDICT_IMPROVED : VERDICT_PASS;
            struct comparison_cost *c = &out->cost[out->costs++];
            *c = (struct comparison_cost){"", after->batch, after->seq, part, (enum cost_kind)k, a, b, v};
            memcpy(c->recipe, after->recipe, sizeof c->recipe);
            worsen(out, v);
        }
}

static int make_rows(struct comparison *out, const struct timing *before, const struct timing *after,
                     const struct thresholds *limits, double *p, struct err *e)
{
    TRY(compare_times(out, before, after, e));
    adjust(out, p);
    for (int i = 0; i < out->times; i++) {
        out->time[i].threshold = threshold_of(&out->time[i], limits);
        out->time[i].verdict = judge(out, &out->time[i]);
        worsen(out, out->time[i].verdict);
    }
    for (int i = 0; i < after->cases; i++)
        compare_costs(out, timing_find(before, after->c[i].recipe, after->c[i].batch, after->c[i].seq), &after->c[i]);
    return 0;
}

int comparison_make(struct comparison *out, const struct timing *before, const struct timing *after, bool paired,
                    const struct thresholds *limits, struct err *e)
{
    size_t rows = (size_t)after->cases * PARTS;
    *out = (struct comparison){.paired = paired};
    TRY(list_recipes(out, after, e));
    bool possible = comparison_possible(out, &before->subject, &after->subject);
    if (paired) {
        out->verdict = VERDICT_PASS;
        out->reason[0] = '\0';
    } else if (!possible || !same_cases(out, before, after)) {
        return 0;
    }
    double *p = malloc(rows * sizeof *p);
    out->time = calloc(rows, sizeof *out->time);
    out->cost = calloc(rows * COST_KINDS, sizeof *out->cost);
    int code = p && out->time && out->cost ? make_rows(out, before, after, limits, p, e)
                                           : err_set(e, ERR_NOMEM, "no memory to compare %zu rows", rows);
    free(p);
    if (code != 0)
        comparison_free(out);
    return code;
}

void comparison_free(struct comparison *c)
{
    free(c->time);
    free(c->cost);
    free(c->recipe);
    *c = (struct comparison){0};
}

int comparison_passes(bool *out, const struct timing *before, const struct timing *after, bool paired, const struct thresholds *limits,
                      struct err *e)
{
    struct comparison c;
    TRY(comparison_make(&c, before, after, paired, limits, e));
    *out = c.verdict == VERDICT_PASS;
    comparison_free(&c);
    return 0;
}

int comparison_count(const struct comparison *c, enum verdict v)
{
    int n = 0;
    for (int i = 0; i < c->times; i++)
        n += c->time[i].verdict == v;
    for (int i = 0; i < c->costs; i++)
        n += c->cost[i].verdict == v;
    return n;
}
