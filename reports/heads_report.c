#include "reports/heads_report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "reports/format.h"

static double *numbers(int n)
{
    double *x = malloc((size_t)n * sizeof *x + 1);
    if (!x)
        str_out_of_memory();
    return x;
}

static void matrix(struct emit *e, const char *key, const char *title, const struct head_grid *g, const double *value,
                   enum unit unit)
{
    emit_matrix(e, key, title, &(struct emit_matrix){value, g->first, g->layers, "layer", unit});
}

static void seconds(struct emit *e, double s)
{
    emit_real(e, "seconds", NULL, s, UNIT_NONE);
    emit_real(e, NULL, "time", s * 1e9, UNIT_NS);
}

/* ---- gradient ------------------------------------------------------------------------------------------------ */

static void gradient_maps(struct emit *e, const struct head_scores *s, bool normalize)
{
    int heads = head_grid_heads(&s->grid);
    double *value = numbers(heads), *error = numbers(heads);
    head_scores_values(s, normalize, value, error);
    matrix(e, "scores", normalize ? "Importance: mean |gradient of the gate|, l2 norm of each layer 1"
                                  : "Importance: mean |gradient of the gate|", &s->grid, value, UNIT_SCORE);
    matrix(e, "standard_errors", "Standard error", &s->grid, error, UNIT_SCORE);
    matrix(e, "fisher", NULL, &s->grid, s->fisher, UNIT_SCORE);
    free(value);
    free(error);
}

static void gradient_facts(struct emit *e, const struct head_scores *s, bool normalize)
{
    emit_int(e, "rows", "rows", s->rows, UNIT_NONE);
    emit_string(e, "targets", "targets", s->labelled ? "labels" : "own predictions");
    emit_bool(e, "normalized", NULL, normalize);
    emit_real(e, "loss", "mean loss", s->loss, UNIT_SCORE);
    seconds(e, s->seconds);
}

/* ---- ablation ------------------------------------------------------------------------------------------------ */

enum part { PART_DIFFERENCE, PART_LOW, PART_HIGH };

static void effect_map(struct emit *e, const char *key, const char *title, const struct ablation *a, enum part part)
{
    double *value = numbers(a->variants);
    for (int i = 0; i < a->variants; i++)
        value[i] = part == PART_DIFFERENCE ? a->effect[i].difference : part == PART_LOW ? a->effect[i].low : a->effect[i].high;
    matrix(e, key, title, &a->grid, value, UNIT_POINTS);
    free(value);
}

static void ablation_maps(struct emit *e, const struct ablation *a, enum head_mode mode)
{
    char title[120];
    snprintf(title, sizeof title, "%s, %s: change of %s in points", "Ablation", head_mode_title(mode), a->metric);
    effect_map(e, "scores", title, a, PART_DIFFERENCE);
    effect_map(e, "ci_low", "Lower end of the 95% paired interval", a, PART_LOW);
    effect_map(e, "ci_high", "Upper end of the 95% paired interval", a, PART_HIGH);
}

static void ablation_facts(struct emit *e, const struct ablation *a)
{
    emit_int(e, "rows", "rows", a->rows, UNIT_NONE);
    emit_string(e, "metric", "metric", a->metric);
    emit_real(e, "full", "full model", a->full, UNIT_SCORE);
    emit_real(e, "cost", "full passes", a->cost, UNIT_SCORE);
    seconds(e, a->seconds);
}

/* ---- one mode, and what belongs to all ----------------------------------------------------------------------- */

void heads_measured(struct emit *e, const struct head_study *s, enum head_mode mode, bool normalize)
{
    if (mode == HEADS_GRADIENT)
        gradient_facts(e, s->scores, normalize);
    else
        ablation_facts(e, s->ablation[mode]);
}

void heads_maps(struct emit *e, const struct head_study *s, enum head_mode mode, bool normalize)
{
    if (mode == HEADS_GRADIENT)
        gradient_maps(e, s->scores, normalize);
    else
        ablation_maps(e, s->ablation[mode], mode);
}

void heads_facts(struct emit *e, const struct head_study *s, enum head_mode mode, bool normalize)
{
    emit_string(e, "data", "data", s->data);
    emit_string(e, "mode", NULL, head_mode_name(mode));
    emit_string(e, NULL, "mode", head_mode_title(mode));
    heads_measured(e, s, mode, normalize);
}

/* "layer.head" of all heads, the least important first. */
void heads_order(struct emit *e, const struct head_study *s, enum head_mode mode, bool normalize, const char *title)
{
    enum { NAME = 16 };
    const struct head_grid *g = head_study_grid(s);
    size_t heads = (size_t)head_grid_heads(g);
    int *order = malloc(heads * sizeof *order + 1);
    char *text = malloc(heads * NAME + 1);
    const char **name = malloc(heads * sizeof *name + 1);
    struct err err;
    if (!order || !text || !name || head_study_order(s, mode, normalize, order, &err) != 0)
        str_out_of_memory();
    for (size_t i = 0; i < heads; i++) {
        int layer = head_grid_layer(g, order[i]);
        name[i] = text + i * NAME;
        snprintf(text + i * NAME, NAME, "%d.%d", layer, order[i] - g->first[layer]);
    }
    emit_strings(e, "order", title, name, (int)heads);
    free(order);
    free(text);
    free(name);
}

void heads_agreement(struct emit *e, const struct head_study *s, bool normalize)
{
    static const struct emit_column columns[] = {{"first", "order", 0}, {"second", "and", 0}, {"spearman", "Spearman", UNIT_RATIO}};
    emit_table(e, "agreement", "Agreement of the orders", columns, 3);
    for (int a = 0; a < HEAD_MODES; a++)
        for (int b = a + 1; b < HEAD_MODES; b++) {
            double rho;
            struct err err;
            if (!head_study_has(s, a) || !head_study_has(s, b))
                continue;
            if (head_study_agreement(s, a, b, normalize, &rho, &err) != 0)
                str_out_of_memory();
            emit_row(e);
            emit_string(e, NULL, NULL, head_mode_name(a));
            emit_string(e, NULL, NULL, head_mode_name(b));
            if (isnan(rho))
                emit_absent(e, NULL, NULL);
            else
                emit_real(e, NULL, NULL, rho, UNIT_RATIO);
        }
    emit_table_end(e);
}

static void curve_rows(struct emit *e, const struct ablation *a)
{
    static const struct emit_column columns[] = {{"removed", "heads removed", 0},
                                                 {"share", "share", UNIT_SHARE},
                                                 {"value", "metric", UNIT_SCORE},
                                                 {"difference", "points", UNIT_POINTS},
                                                 {"ci_low", "from", UNIT_POINTS},
                                                 {"ci_high", "to", UNIT_POINTS}};
    int heads = head_grid_heads(&a->grid);
    emit_table(e, "curve", "Heads removed in that order", columns, 6);
    for (int i = 0; i < a->variants; i++) {
        const struct ablation_effect *x = &a->effect[i];
        int removed = ablation_curve_heads(heads, i);
        emit_row(e);
        emit_int(e, NULL, NULL, removed, UNIT_NONE);
        emit_real(e, NULL, NULL, heads ? (double)removed / heads : 0, UNIT_SHARE);
        emit_real(e, NULL, NULL, x->value, UNIT_SCORE);
        emit_real(e, NULL, NULL, x->difference, UNIT_POINTS);
        emit_real(e, NULL, NULL, x->low, UNIT_POINTS);
        emit_real(e, NULL, NULL, x->high, UNIT_POINTS);
    }
    emit_table_end(e);
}

void heads_curve(struct emit *e, const struct head_study *s)
{
    char text[200];
    int removable = ablation_removable(s->curve);
    curve_rows(e, s->curve);
    emit_string(e, "curve_order", NULL, head_mode_name(s->curve_order));
    emit_string(e, "curve_metric", NULL, s->curve->metric);
    emit_real(e, "curve_full", NULL, s->curve->full, UNIT_SCORE);
    emit_int(e, "curve_rows", NULL, s->curve->rows, UNIT_NONE);
    emit_int(e, "removable", NULL, removable, UNIT_NONE);
    snprintf(text, sizeof text, "%d of %d heads can go, by %s, before the interval of the change of %s lies below 0.", removable,
             head_grid_heads(&s->curve->grid), head_mode_title(s->curve_order), s->curve->metric);
    emit_note(e, text);
}

void heads_neurons(struct emit *e, const struct head_study *s)
{
    if (s->scores)
        matrix(e, "neuron_fisher", NULL, &s->scores->neurons, s->scores->neuron_fisher, UNIT_SCORE);
}

void heads_report(struct emit *e, const struct head_study *s, enum head_mode mode, bool normalize)
{
    emit_begin(e, NULL, "Heads");
    heads_facts(e, s, mode, normalize);
    heads_order(e, s, mode, normalize, "least first");
    heads_maps(e, s, mode, normalize);
    emit_end(e);
    for (int other = 0; other < HEAD_MODES; other++) {
        if (other == (int)mode || !head_study_has(s, other))
            continue;
        emit_begin(e, head_mode_name(other), head_mode_title(other));
        heads_measured(e, s, other, normalize);
        heads_maps(e, s, other, normalize);
        emit_end(e);
    }
    heads_agreement(e, s, normalize);
    if (s->curve)
        heads_curve(e, s);
}
