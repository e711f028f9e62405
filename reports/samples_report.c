#include "reports/samples_report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "analyzer/base/str.h"
#include "reports/figure.h"
#include "reports/format.h"

static const double least_share = 0.005; /* of the call tree that people read */

static double rate_of(const struct sampled *s)
{
    return s->cpu_s > 0 ? (double)s->samples / s->cpu_s : 0;
}

/* Why signals came together. */
static const char *merged_because(const struct sampled *s)
{
    if (s->merged <= s->samples / 10)
        return "";
    return s->clock == INTERRUPT_TIMER ? " because the kernel looks at timers on processor time no more often"
                                       : " because others fell together while the thread was inside the kernel";
}

const char *samples_quality(const struct sampled *s, char *out, size_t size)
{
    snprintf(out, size, "asked for %d a second of processor time, got %.0f%s; %" PRIu64 " samples, %" PRIu64 " lost, %" PRIu64 " cut short", s->hz,
             rate_of(s), merged_because(s), s->samples, s->lost, s->cut);
    return out;
}

const char *samples_cost(const struct sampled *s, char *out, size_t size)
{
    const struct spread *r = &s->overhead_ratio;
    if (r->n == 0)
        snprintf(out, size, "not known");
    else
        snprintf(out, size, "%+.1f%% (%+.1f%% to %+.1f%%)", 100 * (r->median - 1), 100 * (r->ci_low - 1), 100 * (r->ci_high - 1));
    return out;
}

const char *samples_brief(const struct sampled *s, char *out, size_t size)
{
    char cost[64];
    snprintf(out, size, "%.0f of %d Hz; overhead %s; %" PRIu64 " samples, %" PRIu64 " lost", rate_of(s), s->hz,
             samples_cost(s, cost, sizeof cost), s->samples, s->lost);
    return out;
}

static void emit_counts(struct emit *e, const struct sampled *s)
{
    char text[300], overhead[64];
    emit_string(e, "clock", NULL, interrupt_clock_name(s->clock));
    emit_int(e, "hz", NULL, s->hz, UNIT_NONE);
    emit_real(e, "rate", NULL, rate_of(s), UNIT_NONE);
    emit_int(e, "count", NULL, (int64_t)s->samples, UNIT_NONE);
    emit_int(e, "lost", NULL, (int64_t)s->lost, UNIT_NONE);
    emit_int(e, "merged", NULL, (int64_t)s->merged, UNIT_NONE);
    emit_int(e, "cut", NULL, (int64_t)s->cut, UNIT_NONE);
    emit_int(e, "passes", "passes", s->passes, UNIT_NONE);
    emit_string(e, NULL, "samples", samples_quality(s, text, sizeof text));
    emit_string(e, NULL, "overhead, passes in turns", samples_cost(s, overhead, sizeof overhead));
    emit_spread(e, "overhead_ratio", NULL, &s->overhead_ratio, UNIT_RATIO);
}

static void emit_components(struct emit *e, const struct sampled *s)
{
    const struct emit_column columns[] = {{"key", NULL, 0},
                                          {"name", "component", 0},
                                          {"share", "of the samples", UNIT_SHARE},
                                          {"clock_share", "by the step clock", UNIT_SHARE}};
    emit_table(e, "components", "Samples and the step clock", columns, sizeof columns / sizeof columns[0]);
    for (int c = 0; c < COMPONENTS; c++) {
        emit_row(e);
        emit_string(e, NULL, NULL, component_key((enum component)c));
        emit_string(e, NULL, NULL, component_title((enum component)c));
        emit_real(e, NULL, NULL, sampled_share(s, (enum component)c), UNIT_SHARE);
        emit_real(e, NULL, NULL, sampled_clock_share(s, (enum component)c), UNIT_SHARE);
    }
    emit_table_end(e);
}

static void emit_node(struct emit *e, const struct call_tree *t, int node)
{
    const struct call_node *n = &t->node[node];
    char name[200];
    double all = (double)t->node[0].total;
    if ((double)n->total < least_share * all)
        return;
    snprintf(name, sizeof name, "%*s%s", 2 * n->depth, "", n->name);
    emit_row(e);
    emit_string(e, NULL, NULL, name);
    emit_string(e, NULL, NULL, n->name);
    emit_int(e, NULL, NULL, n->depth, UNIT_NONE);
    emit_int(e, NULL, NULL, (int64_t)n->total, UNIT_NONE);
    emit_int(e, NULL, NULL, (int64_t)n->self, UNIT_NONE);
    emit_real(e, NULL, NULL, (double)n->total / all, UNIT_SHARE);
    emit_real(e, NULL, NULL, (double)n->self / all, UNIT_SHARE);
    for (int i = n->child; i >= 0; i = t->node[i].next)
        emit_node(e, t, i);
}

static void flame_figure(struct emit *e, const struct sampled *s, const struct call_tree *t)
{
    char title[96];
    snprintf(title, sizeof title, "Where %" PRIu64 " samples fell", s->samples);
    const struct figure f = {title, "A flame graph: a rectangle for each call, as wide as its share of the samples, on top of what called it.",
                             figure_draw_flame, t};
    emit_figure(e, &f);
}

static void emit_tree(struct emit *e, const struct call_tree *t)
{
    const struct emit_column columns[] = {{NULL, "call", 0},       {"name", NULL, 0},          {"depth", NULL, 0}, {"total", NULL, 0},
                                          {"self", NULL, 0},       {"share", "with calls", UNIT_SHARE},
                                          {"self_share", "itself", UNIT_SHARE}};
    emit_table(e, "tree", "Call tree (from half a percent on)", columns, sizeof columns / sizeof columns[0]);
    if (t->node[0].total > 0)
        emit_node(e, t, 0);
    emit_table_end(e);
}

static void emit_stacks(struct emit *e, const struct sampled *s)
{
    const struct emit_column columns[] = {{"component", NULL, 0}, {"layer", NULL, 0}, {"step", NULL, 0}, {"calls", NULL, 0}, {"count", NULL, 0}};
    emit_table(e, "stacks", NULL, columns, sizeof columns / sizeof columns[0]);
    for (int i = 0; i < s->stacks; i++) {
        const struct sampled_stack *x = &s->stack[i];
        const struct sampled_step *step = &s->step[x->step];
        const char *calls[256];
        int n = 0;
        for (; n < x->depth && n < 256; n++)
            calls[n] = s->name[s->frame[x->first + n]].text;
        emit_row(e);
        emit_string(e, NULL, NULL, component_key(step->component));
        if (step->layer >= 0)
            emit_int(e, NULL, NULL, step->layer, UNIT_NONE);
        else
            emit_absent(e, NULL, NULL);
        emit_string(e, NULL, NULL, step->label);
        emit_strings(e, NULL, NULL, calls, n);
        emit_int(e, NULL, NULL, (int64_t)x->count, UNIT_NONE);
    }
    emit_table_end(e);
}

void samples_report(struct emit *e, const struct sampled *s, const struct call_tree *t)
{
    emit_begin(e, "samples", "Samples");
    emit_counts(e, s);
    emit_components(e, s);
    flame_figure(e, s, t);
    emit_tree(e, t);
    emit_stacks(e, s);
    emit_end(e);
}
