#include "reports/heads_read.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* ---- rows of numbers ----------------------------------------------------------------------------------------- */

/* The lengths of the rows of a matrix as a grid. */
static void read_grid(struct parse *p, const char *key, struct head_grid *out)
{
    int heads[HEADS_MAX_LAYERS], total = 0;
    size_t layers = parse_length(p, key, 1, HEADS_MAX_LAYERS);
    const json_t *rows = json_object_get(p->at, key);
    for (size_t l = 0; l < layers; l++) {
        const json_t *row = json_array_get(rows, l);
        size_t n = json_array_size(row);
        if (!json_is_array(row) || n > (size_t)(HEADS_MAX - total)) {
            parse_fault(p, key, "is not a list of heads for each layer");
            return;
        }
        heads[l] = (int)n;
        total += heads[l];
    }
    if (p->code == 0)
        p->code = head_grid_make(out, heads, (int)layers, p->err);
}

static void read_matrix(struct parse *p, const char *key, const struct head_grid *g, double low, double *value)
{
    size_t layers = parse_length(p, key, (size_t)g->layers, (size_t)g->layers);
    const json_t *rows = json_object_get(p->at, key);
    for (int l = 0; l < (int)layers; l++) {
        const json_t *row = json_array_get(rows, (size_t)l);
        if (json_array_size(row) != (size_t)(g->first[l + 1] - g->first[l])) {
            parse_fault(p, key, "has not a number for each head");
            return;
        }
        for (int i = g->first[l]; i < g->first[l + 1]; i++) {
            const json_t *v = json_array_get(row, (size_t)(i - g->first[l]));
            double x = json_is_number(v) ? json_number_value(v) : low - 1;
            if (!(x >= low && x <= parse_most))
                parse_fault(p, key, "holds something that is no such number");
            value[i] = x;
        }
    }
}

/* ---- the modes ----------------------------------------------------------------------------------------------- */

static void read_gradient(struct parse *p, struct head_study *out)
{
    struct head_grid grid = {0}, neurons = {0};
    int none[HEADS_MAX_LAYERS] = {0};
    read_grid(p, "scores", &grid);
    struct head_scores *s = parse_room(p, 1, sizeof *s);
    if (p->code == 0)
        p->code = head_grid_make(&neurons, none, grid.layers, p->err);
    if (p->code == 0)
        p->code = head_scores_make(s, &grid, &neurons, p->err);
    head_grid_free(&grid);
    head_grid_free(&neurons);
    if (p->code != 0) {
        free(s);
        return;
    }
    out->scores = s;
    read_matrix(p, "scores", &s->grid, 0, s->score);
    read_matrix(p, "fisher", &s->grid, 0, s->fisher);
    s->rows = s->rows_total = (int)parse_int(p, "rows", 1, INT_MAX);
    s->loss = parse_real(p, "loss", 0, parse_most);
    s->seconds = parse_real(p, "seconds", 0, parse_most);
    char targets[32];
    parse_text(p, "targets", targets, sizeof targets);
    s->labelled = strcmp(targets, "labels") == 0;
    s->finished = true;
    if (parse_bool(p, "normalized"))
        parse_fault(p, "normalized", "is true, but reports hold scores as they are");
}

static double *effects(struct parse *p, const char *key, const struct head_grid *g)
{
    double *value = parse_room(p, (size_t)head_grid_heads(g), sizeof *value);
    if (value)
        read_matrix(p, key, g, -parse_most, value);
    return value;
}

static void read_effects(struct parse *p, struct ablation *a)
{
    double *difference = effects(p, "scores", &a->grid), *low = effects(p, "ci_low", &a->grid), *high = effects(p, "ci_high", &a->grid);
    for (int i = 0; i < a->variants && p->code == 0; i++)
        a->effect[i] = (struct ablation_effect){a->full + difference[i], difference[i], low[i], high[i]};
    free(difference);
    free(low);
    free(high);
}

static void read_ablation(struct parse *p, struct head_study *out, enum head_mode mode)
{
    struct head_grid grid = {0};
    read_grid(p, "scores", &grid);
    struct ablation *a = parse_room(p, 1, sizeof *a);
    if (p->code == 0)
        p->code = mode == HEADS_REMOVED ? ablation_removed(a, &grid, p->err) : ablation_kept(a, &grid, p->err);
    head_grid_free(&grid);
    if (p->code != 0) {
        free(a);
        return;
    }
    out->ablation[mode] = a;
    parse_text(p, "metric", a->metric, sizeof a->metric);
    a->full = parse_real(p, "full", -parse_most, parse_most);
    a->cost = parse_real(p, "cost", 0, parse_most);
    a->seconds = parse_real(p, "seconds", 0, parse_most);
    a->rows = a->rows_total = (int)parse_int(p, "rows", 1, INT_MAX);
    a->finished = true;
    read_effects(p, a);
}

static enum head_mode read_mode(struct parse *p, const char *key)
{
    char name[16];
    parse_text(p, key, name, sizeof name);
    for (int m = 0; m < HEAD_MODES; m++)
        if (strcmp(name, head_mode_name((enum head_mode)m)) == 0)
            return (enum head_mode)m;
    parse_fault(p, key, "is not a mode");
    return HEADS_GRADIENT;
}

static void read_one(struct parse *p, struct head_study *out, enum head_mode mode)
{
    if (mode == HEADS_GRADIENT)
        read_gradient(p, out);
    else
        read_ablation(p, out, mode);
}

/* ---- the curve ----------------------------------------------------------------------------------------------- */

static void read_point(struct parse *p, struct ablation_effect *x)
{
    x->value = parse_real(p, "value", -parse_most, parse_most);
    x->difference = parse_real(p, "difference", -parse_most, parse_most);
    x->low = parse_real(p, "ci_low", -parse_most, parse_most);
    x->high = parse_real(p, "ci_high", -parse_most, parse_most);
}

static struct ablation *new_curve(struct parse *p, const struct head_study *s, enum head_mode order)
{
    const struct head_grid *g = head_study_grid(s);
    struct ablation *a = parse_room(p, 1, sizeof *a);
    int *heads = parse_room(p, (size_t)head_grid_heads(g), sizeof *heads);
    if (p->code == 0)
        p->code = head_study_order(s, order, false, heads, p->err);
    if (p->code == 0)
        p->code = ablation_curve(a, g, heads, p->err);
    free(heads);
    if (p->code == 0)
        return a;
    free(a);
    return NULL;
}

static void read_curve(struct parse *p, struct head_study *out)
{
    enum head_mode order = read_mode(p, "curve_order");
    size_t n = parse_length(p, "curve", ABLATION_STEPS + 1, ABLATION_STEPS + 1);
    if (p->code == 0 && !head_study_has(out, order))
        parse_fault(p, "curve_order", "is a mode that is not there");
    if (p->code != 0 || !(out->curve = new_curve(p, out, order)))
        return;
    out->curve_order = order;
    parse_text(p, "curve_metric", out->curve->metric, sizeof out->curve->metric);
    out->curve->full = parse_real(p, "curve_full", -parse_most, parse_most);
    out->curve->rows = out->curve->rows_total = (int)parse_int(p, "curve_rows", 1, INT_MAX);
    out->curve->finished = true;
    for (size_t i = 0; i < n; i++) {
        struct parse_place back = parse_element(p, "curve", i);
        read_point(p, &out->curve->effect[i]);
        parse_leave(p, &back);
    }
}

/* All maps must be of the same heads. */
static void check_grids(struct parse *p, const struct head_study *s)
{
    const struct head_grid *g = head_study_grid(s);
    for (int m = 0; m < HEAD_MODES && p->code == 0; m++) {
        const struct head_grid *other = !head_study_has(s, (enum head_mode)m) ? g
                                        : m == HEADS_GRADIENT                 ? &s->scores->grid
                                                                              : &s->ablation[m]->grid;
        if (other->layers != g->layers || memcmp(other->first, g->first, (size_t)(g->layers + 1) * sizeof *g->first) != 0)
            parse_fault(p, head_mode_name((enum head_mode)m), "is a map of other heads");
    }
}

void heads_read(struct parse *p, struct head_study *out)
{
    enum head_mode first = read_mode(p, "mode");
    parse_text(p, "data", out->data, sizeof out->data);
    read_one(p, out, first);
    for (int m = 0; m < HEAD_MODES && p->code == 0; m++)
        if (m != (int)first && parse_has(p, head_mode_name((enum head_mode)m))) {
            struct parse_place back = parse_enter(p, head_mode_name((enum head_mode)m));
            read_one(p, out, (enum head_mode)m);
            parse_leave(p, &back);
        }
    if (p->code == 0)
        check_grids(p, out);
    if (p->code == 0 && parse_has(p, "curve"))
        read_curve(p, out);
}
