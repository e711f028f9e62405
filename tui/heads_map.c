/* The map of layers by heads: a colour and a number for each. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "tui/screen_heads.h"

enum { HEATS = 5 };

/* Lowest and highest value; a score begins at 0. */
static void range_of(const struct heads_view *v, double *low, double *high)
{
    const struct heads_figures *f = &v->figures;
    *low = v->mode == HEADS_GRADIENT || f->heads == 0 ? 0 : f->importance[0];
    *high = *low;
    for (int i = 0; i < f->heads; i++) {
        *low = f->importance[i] < *low ? f->importance[i] : *low;
        *high = f->importance[i] > *high ? f->importance[i] : *high;
    }
}

static enum tone heat(double value, double low, double high)
{
    int level = high > low ? (int)((value - low) / (high - low) * HEATS) : 0;
    return (enum tone)(TONE_HEAT1 + (level < HEATS ? level : HEATS - 1));
}

/* ---- numbers ------------------------------------------------------------------------------------------------- */

/* How the numbers of the whole map are written: value / factor with so many decimals. */
struct figures {
    int exponent, decimals, width;
};

/* Scores: the largest has one digit before the point. Changes in points keep their unit, and lose decimals where the
 * widest would not fit. */
static struct figures figures_of(const struct heads_view *v, int width)
{
    const struct heads_figures *f = &v->figures;
    double most = 0;
    for (int i = 0; i < f->heads; i++)
        most = fabs(f->shown[i]) > most ? fabs(f->shown[i]) : most;
    if (v->mode == HEADS_GRADIENT) {
        int exponent = most > 0 ? (int)floor(log10(most)) : 0;
        if (most / pow(10, exponent) >= 9.995)
            exponent++; /* would be written with two digits */
        return (struct figures){exponent, width >= 4 ? 2 : 1, width};
    }
    int digits = most >= 99.5 ? 3 : most >= 9.5 ? 2 : 1, left = width - digits - 2; /* sign and point */
    return (struct figures){0, left >= 2 ? 2 : left > 0 ? left : 0, width};
}

static void number_text(const struct heads_view *v, const struct figures *n, double value, char *out, size_t size)
{
    double shown = value / pow(10, n->exponent), unit = pow(10, -n->decimals);
    if (!isfinite(value))
        snprintf(out, size, "-");
    else if (v->mode == HEADS_GRADIENT)
        snprintf(out, size, "%.*f", n->decimals, shown);
    else if (fabs(shown) < unit / 2)
        snprintf(out, size, "0");
    else
        snprintf(out, size, "%+.*f", n->decimals, shown);
}

const char *heads_unit(const struct heads_view *v, char *out, size_t size)
{
    struct figures n = figures_of(v, v->layout.cell - 1);
    snprintf(out, size, "%s", v->mode == HEADS_GRADIENT ? "" : "points");
    if (v->mode == HEADS_GRADIENT && n.exponent != 0)
        snprintf(out, size, "×1e%d", n.exponent);
    return out;
}

/* ---- drawing ------------------------------------------------------------------------------------------------- */

/* Scrolls so that `at` lies among the `room` of `n` that are shown. */
static int scrolled(int first, int at, int n, int room)
{
    int most = n > room ? n - room : 0;
    first = at < first ? at : at >= first + room ? at - room + 1 : first;
    return first < 0 ? 0 : first > most ? most : first;
}

static void draw_numbers(const struct heads_view *v, struct canvas *c, struct rect r, int shown)
{
    int width = head_grid_width(v->figures.grid);
    canvas_put(c, r.x, r.y, HEADS_LABEL, TONE_HEADER, "Layer");
    for (int i = 0; i < shown && v->left + i < width; i++) {
        char text[16];
        snprintf(text, sizeof text, "%d", v->left + i);
        canvas_right(c, r.x + HEADS_LABEL + i * v->layout.cell, r.y, v->layout.cell - 1, TONE_HEADER, text);
    }
    if (v->left + shown < width)
        canvas_put(c, r.x + r.w - 1, r.y, 1, TONE_DIM, "…");
}

static void draw_head(const struct heads_view *v, struct canvas *c, int x, int y, int head, const struct figures *n,
                      double low, double high)
{
    const struct heads_figures *f = &v->figures;
    char text[32];
    int w = v->layout.cell;
    enum tone tone = !f->known ? TONE_DIM : heat(f->importance[head], low, high);
    number_text(v, n, f->known ? f->shown[head] : (double)NAN, text, sizeof text);
    if (head == v->head)
        tone = TONE_CURSOR;
    canvas_fill(c, (struct rect){x, y, w - 1, 1}, tone);
    canvas_right(c, x, y, w - 1, tone, text);
    canvas_put(c, x + w - 1, y, 1, TONE_WARN, v->tag[head] ? "*" : " ");
}

static void draw_layer(const struct heads_view *v, struct canvas *c, struct rect r, int layer, int y, int shown,
                       const struct figures *n, double low, double high)
{
    const int *first = &v->figures.grid->first[layer];
    char text[16];
    bool selected = v->head >= first[0] && v->head < first[1];
    snprintf(text, sizeof text, "%d", layer);
    canvas_right(c, r.x, y, HEADS_LABEL - 1, selected ? TONE_TITLE : TONE_DIM, text);
    if (first[0] == first[1])
        canvas_put(c, r.x + HEADS_LABEL, y, r.w - HEADS_LABEL, TONE_DIM, "no heads left");
    for (int i = 0; i < shown && first[0] + v->left + i < first[1]; i++)
        draw_head(v, c, r.x + HEADS_LABEL + i * v->layout.cell, y, first[0] + v->left + i, n, low, high);
}

void heads_draw_map(struct heads_view *v, struct canvas *c, struct rect r)
{
    const struct head_grid *g = v->figures.grid;
    int layer = head_grid_layer(g, v->head), shown = (r.w - HEADS_LABEL) / v->layout.cell;
    if (r.h < 2 || shown < 1)
        return;
    double low, high;
    range_of(v, &low, &high);
    struct figures n = figures_of(v, v->layout.cell - 1);
    v->top = scrolled(v->top, layer, g->layers, r.h - 1);
    v->left = scrolled(v->left, v->head - g->first[layer], head_grid_width(g), shown);
    draw_numbers(v, c, r, shown);
    for (int i = 0; i < r.h - 1 && v->top + i < g->layers; i++)
        draw_layer(v, c, r, v->top + i, r.y + 1 + i, shown, &n, low, high);
}

int heads_map_hit(const struct heads_view *v, int x, int y)
{
    const struct rect *r = &v->layout.map;
    const struct head_grid *g = v->figures.grid;
    int layer = v->top + y - r->y - 1, cell = v->layout.cell;
    int column = x >= r->x + HEADS_LABEL ? (x - r->x - HEADS_LABEL) / cell : -1;
    if (y <= r->y || y >= r->y + r->h || layer >= g->layers || column < 0 || column >= (r->w - HEADS_LABEL) / cell)
        return -1;
    int head = g->first[layer] + v->left + column;
    return head < g->first[layer + 1] ? head : -1;
}
