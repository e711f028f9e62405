/* The heads: how much each matters, and what happens when they go. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "reports/figure.h"
#include "reports/format.h"
#include "reports/heads_read.h"
#include "reports/heads_report.h"
#include "reports/report.h"

static int collect(struct report *r, const struct report_source *s, struct err *e)
{
    return s->heads ? head_study_copy(&r->heads, s->heads, e) : 0;
}

static double *numbers(int n)
{
    double *x = calloc((size_t)n + 1, sizeof *x);
    if (!x)
        str_out_of_memory();
    return x;
}

/* 0 .. 1 from the least to the most important; an importance by gradient is never below 0. */
static void scale_weights(double *weight, int n, enum head_mode mode)
{
    double low = mode == HEADS_GRADIENT ? 0 : INFINITY, high = -INFINITY;
    for (int i = 0; i < n; i++) {
        low = fmin(low, weight[i]);
        high = fmax(high, weight[i]);
    }
    for (int i = 0; i < n; i++)
        weight[i] = high > low ? (weight[i] - low) / (high - low) : 0;
}

static void map_figure(struct emit *e, const struct head_study *s, enum head_mode mode)
{
    const struct head_grid *g = head_study_grid(s);
    int n = head_grid_heads(g);
    double *value = numbers(n), *weight = numbers(n);
    char title[160];
    head_study_importance(s, mode, false, weight);
    for (int i = 0; i < n; i++)
        value[i] = mode == HEADS_GRADIENT ? s->scores->score[i] : s->ablation[mode]->effect[i].difference;
    scale_weights(weight, n, mode);
    const struct figure_map map = {value, weight, g->first, g->layers, "layer", "head", mode == HEADS_GRADIENT ? UNIT_SCORE : UNIT_POINTS};
    snprintf(title, sizeof title, "How much each head matters: %s", head_mode_title(mode));
    const struct figure f = {title, "A row for each layer, a cell for each head; the stronger its colour, the more the head matters.",
                             figure_draw_map, &map};
    emit_figure(e, &f);
    free(value);
    free(weight);
}

static void label_sample(struct figure_sample *x, int removed, int heads)
{
    char y[FORMAT_SIZE], low[FORMAT_SIZE], high[FORMAT_SIZE];
    snprintf(x->label, sizeof x->label, "%d of %d heads removed: %s points (%s to %s)", removed, heads, format_points(y, x->y),
             format_points(low, x->low), format_points(high, x->high));
}

static void curve_figure(struct emit *e, const struct ablation *a)
{
    struct figure_sample sample[ABLATION_STEPS + 1] = {{.x = 0}};
    int heads = head_grid_heads(&a->grid), samples = 0;
    char y_title[96];
    for (int i = 0; i <= ABLATION_STEPS && i < a->variants; i++) {
        const struct ablation_effect *x = &a->effect[i];
        int removed = ablation_curve_heads(heads, i);
        if (!isfinite(x->difference) || !isfinite(x->low) || !isfinite(x->high))
            continue; /* a metric need not be defined everywhere */
        sample[samples] = (struct figure_sample){heads ? (double)removed / heads : 0, x->difference, x->low, x->high, ""};
        label_sample(&sample[samples++], removed, heads);
    }
    snprintf(y_title, sizeof y_title, "change of %s in points", a->metric);
    const struct figure_curve curve = {sample, samples, "share of the heads that are removed, least important first", y_title, UNIT_POINTS};
    const struct figure f = {"What is lost when heads are removed",
                             "The change of the metric over the share of the heads that are removed, with its 95% interval as a band.",
                             figure_draw_curve, &curve};
    emit_figure(e, &f);
}

static enum head_mode first_mode(const struct head_study *s)
{
    for (int m = 0; m < HEAD_MODES; m++)
        if (head_study_has(s, (enum head_mode)m))
            return (enum head_mode)m;
    return HEAD_MODES;
}

static void walk_mode(struct emit *e, const struct head_study *s, enum head_mode mode)
{
    heads_order(e, s, mode, false, NULL);
    map_figure(e, s, mode);
    heads_maps(e, s, mode, false);
}

static void walk(struct emit *e, const struct report *r)
{
    const struct head_study *s = &r->heads;
    enum head_mode first = first_mode(s);
    if (first == HEAD_MODES)
        return;
    emit_begin(e, "heads", "Attention heads");
    heads_facts(e, s, first, false);
    walk_mode(e, s, first);
    if (s->curve) {
        curve_figure(e, s->curve);
        heads_curve(e, s);
    }
    for (int m = (int)first + 1; m < HEAD_MODES; m++)
        if (head_study_has(s, (enum head_mode)m)) {
            emit_begin(e, head_mode_name((enum head_mode)m), head_mode_title((enum head_mode)m));
            heads_measured(e, s, (enum head_mode)m, false);
            walk_mode(e, s, (enum head_mode)m);
            emit_end(e);
        }
    heads_agreement(e, s, false);
    emit_end(e);
}

static void read(struct report *r, struct parse *p)
{
    if (!parse_has(p, "heads"))
        return;
    struct parse_place back = parse_enter(p, "heads");
    heads_read(p, &r->heads);
    parse_leave(p, &back);
}

static void forget(struct report *r)
{
    head_study_free(&r->heads);
}

const struct section section_heads = {collect, walk, read, forget};
