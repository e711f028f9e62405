/* The list, the selected head and the curve of the Heads screen. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reports/format.h"
#include "tui/layout.h"
#include "tui/screen_heads.h"
#include "tui/widget_plot.h"

/* ---- the list ------------------------------------------------------------------------------------------------ */

enum { COLUMN_RANK, COLUMN_HEAD, COLUMN_VALUE, COLUMN_INTERVAL, COLUMN_FISHER, COLUMN_TAG, COLUMNS };

const struct column heads_columns[] = {
    [COLUMN_RANK] = {4, 5, 2, false, "Rank", "in the order of the mode; 1 = the least important"},
    [COLUMN_HEAD] = {6, 8, 0, false, "Head", "layer and head, both from 0: 3.7 is head 7 of layer 3"},
    [COLUMN_VALUE] = {8, 10, 0, false, "Score", "mean |gradient of the gate|; with one removed or kept: points, hundredths of the metric"},
    [COLUMN_INTERVAL] = {14, 16, 1, false, "95%", "interval: 1.96 standard errors, or that of the change on the same rows"},
    [COLUMN_FISHER] = {8, 10, 3, false, "Fisher", "mean square of the gradient of the gate"},
    [COLUMN_TAG] = {1, 1, 2, true, NULL, NULL},
};
const int heads_column_count = COLUMNS;

static void interval_text(const struct heads_view *v, int head, char *out, size_t size)
{
    const struct heads_figures *f = &v->figures;
    char low[FORMAT_SIZE], high[FORMAT_SIZE];
    if (!isfinite(f->low[head]) || !isfinite(f->high[head]))
        snprintf(out, size, "-"); /* one row */
    else if (v->mode == HEADS_GRADIENT)
        snprintf(out, size, "± %s", format_score(low, f->high[head] - f->shown[head]));
    else
        snprintf(out, size, "%s..%s", format_points(low, f->low[head] / 100), format_points(high, f->high[head] / 100));
}

static void value_text(const struct heads_view *v, int head, char *out)
{
    const struct heads_figures *f = &v->figures;
    if (v->mode == HEADS_GRADIENT)
        format_score(out, f->shown[head]);
    else
        format_points(out, f->shown[head] / 100);
}

static void head_cell(const struct heads_view *v, int head, int column, struct table_cell *out)
{
    const struct heads_figures *f = &v->figures;
    const struct head_scores *s = f->study->scores;
    switch (column) {
    case COLUMN_RANK:
        snprintf(out->text, sizeof out->text, "%d", f->rank[head] + 1);
        break;
    case COLUMN_HEAD:
        heads_name(f->grid, head, out->text, sizeof out->text);
        out->tone = TONE_TITLE;
        break;
    case COLUMN_VALUE:
        value_text(v, head, out->text);
        break;
    case COLUMN_INTERVAL:
        interval_text(v, head, out->text, sizeof out->text);
        break;
    case COLUMN_FISHER:
        if (s && s->rows > 0)
            format_score(out->text, s->fisher[head]);
        break;
    default:
        snprintf(out->text, sizeof out->text, "%s", v->tag[head] ? "*" : "");
        out->tone = TONE_WARN;
    }
}

static int head_of_row(const struct heads_view *v, int row)
{
    const struct heads_figures *f = &v->figures;
    return f->order[v->table.invert ? f->heads - 1 - row : row];
}

static void cell(const void *payload, int row, int column, struct table_cell *out)
{
    const struct heads_view *v = payload;
    if (row >= 0)
        head_cell(v, head_of_row(v, row), column, out);
    else
        snprintf(out->text, sizeof out->text, "%s",
                 column == COLUMN_VALUE && v->mode != HEADS_GRADIENT ? "Points"
                 : heads_columns[column].name ? heads_columns[column].name : "");
}

void heads_draw_list(struct heads_view *v, struct canvas *c, struct rect r, const char *match)
{
    const struct heads_figures *f = &v->figures;
    struct table t = {heads_columns, COLUMNS, f->known ? f->heads : 0, cell, v};
    if (f->known)
        v->table.cursor = v->table.invert ? f->heads - 1 - f->rank[v->head] : f->rank[v->head];
    table_draw(&t, &v->table, c, r, match);
}

/* ---- the selected head --------------------------------------------------------------------------------------- */

static void gradient_line(const struct heads_view *v, char *out, size_t size)
{
    const struct head_scores *s = v->figures.study->scores;
    char score[FORMAT_SIZE], error[FORMAT_SIZE], fisher[FORMAT_SIZE];
    if (!s || s->rows == 0)
        snprintf(out, size, "gradient: not measured");
    else
        snprintf(out, size, "gradient: score %s, standard error %s, Fisher %s", format_score(score, s->score[v->head]),
                 s->rows < 2 ? "?" : format_score(error, head_scores_error(s, v->head)),
                 format_score(fisher, s->fisher[v->head]));
}

static void ablation_line(const struct heads_view *v, enum head_mode mode, char *out, size_t size)
{
    const struct ablation *a = v->figures.study->ablation[mode];
    const char *what = mode == HEADS_REMOVED ? "removed alone" : "alone in its layer";
    char change[FORMAT_SIZE], low[FORMAT_SIZE], high[FORMAT_SIZE];
    if (!a || a->rows == 0) {
        snprintf(out, size, "%s: not measured", what);
        return;
    }
    const struct ablation_effect *x = &a->effect[v->head];
    snprintf(out, size, "%s: %s %s points, 95%% interval %s to %s", what, a->metric, format_points(change, x->difference),
             format_points(low, x->low), format_points(high, x->high));
}

/* How much the orders agree; "" with one order only. */
static void agreement_line(const struct heads_view *v, char *out, size_t size)
{
    int used = snprintf(out, size, "Spearman:");
    for (int a = 0; a < HEAD_MODES; a++)
        for (int b = a + 1; b < HEAD_MODES; b++) {
            double rho;
            struct err e;
            if (head_study_agreement(v->figures.study, a, b, v->normalize, &rho, &e) == 0 && isfinite(rho))
                used += snprintf(out + used, size - (size_t)used, "%s %s/%s %.2f", out[used - 1] == ':' ? "" : ",",
                                 head_mode_name(a), head_mode_name(b), rho);
        }
    if (out[used - 1] == ':')
        snprintf(out + used, size - (size_t)used, " the agreement of the orders needs two modes");
}

static void head_line(const struct heads_view *v, char *out, size_t size)
{
    const struct heads_figures *f = &v->figures;
    int layer = head_grid_layer(f->grid, v->head);
    int used = snprintf(out, size, "layer %d, head %d", layer, v->head - f->grid->first[layer]);
    if (f->known)
        used += snprintf(out + used, size - (size_t)used, ": rank %d of %d, 1 = the least important", f->rank[v->head] + 1, f->heads);
    snprintf(out + used, size - (size_t)used, "%s", v->tag[v->head] ? "; tagged" : "");
}

void heads_draw_detail(const struct heads_view *v, struct canvas *c, struct rect r)
{
    char text[300];
    for (int i = 0; i < r.h && i < 5; i++) {
        if (i == 0)
            head_line(v, text, sizeof text);
        else if (i == 1)
            gradient_line(v, text, sizeof text);
        else if (i < 4)
            ablation_line(v, i == 2 ? HEADS_REMOVED : HEADS_KEPT, text, sizeof text);
        else
            agreement_line(v, text, sizeof text);
        canvas_put(c, r.x, r.y + i, r.w, i == 0 ? TONE_TITLE : TONE_TEXT, text);
    }
}

/* ---- the curve ----------------------------------------------------------------------------------------------- */

static void share_label(double x, char *out, size_t size)
{
    snprintf(out, size, "%.0f%%", 100 * x);
}

static void metric_label(double y, char *out, size_t size)
{
    snprintf(out, size, "%.3f", y);
}

static void curve_title(const struct ablation *a, const struct head_study *s, char *out, size_t size)
{
    int removable = ablation_removable(a), heads = head_grid_heads(&a->grid);
    snprintf(out, size, "%s without heads, by %s: %d of %d can go%s", a->metric, head_mode_title(s->curve_order), removable,
             heads, a->finished ? "" : " (rows still arriving)");
}

void heads_draw_curve(const struct heads_view *v, struct canvas *c, struct rect r)
{
    const struct ablation *a = v->figures.study->curve;
    struct plot_point point[ABLATION_STEPS + 1];
    char text[200];
    if (r.h < 1)
        return;
    if (!a || a->rows == 0) {
        canvas_wrap(c, r, TONE_DIM, "The curve of the metric against heads removed, in the order of this mode: c measures it.");
        return;
    }
    struct plot p = {.point = point, .points = a->variants, .x_low = 0, .x_high = 1, .y_low = a->full, .y_high = a->full,
                     .x_title = "share of the heads removed, least important first", .mark = a->full,
                     .x_label = share_label, .y_label = metric_label};
    for (int i = 0; i < a->variants; i++) {
        const struct ablation_effect *x = &a->effect[i];
        point[i] = (struct plot_point){(double)i / ABLATION_STEPS, x->value, a->full + x->low, a->full + x->high, false};
        plot_include(&p.y_low, &p.y_high, x->value);
        plot_include(&p.y_low, &p.y_high, point[i].low);
        plot_include(&p.y_low, &p.y_high, point[i].high);
    }
    if (p.y_high - p.y_low < 0.01)
        p.y_low = p.y_high - 0.01; /* no drama out of nothing */
    curve_title(a, v->figures.study, text, sizeof text);
    canvas_put(c, r.x, r.y, r.w, TONE_TITLE, text);
    plot_draw(&p, c, (struct rect){r.x, r.y + 1, r.w, r.h - 1});
}
