/* The roofline (Williams, Waterman, Patterson 2009): how fast parts are, and how fast they could be with so many operations for
 * each byte; both axes logarithmic. */
#include <math.h>
#include <stdio.h>

#include "reports/format.h"
#include "tui/screen_profile.h"

enum { AXIS = 9, LINES = 5, LEAST_WIDTH = 30, LEAST_HEIGHT = 6 };

static const char letters[COMPONENTS + 1] = "ebalfo";

struct roof {
    struct rect r; /* inside the axes */
    double x_low, x_high, y_low, y_high; /* decades */
};

struct roof_line {
    const char *name;
    double flops, bytes; /* one of them; 0 = not known */
    int column, row;     /* where it begins */
};

static void widen(double *low, double *high, double value)
{
    if (value <= 0)
        return;
    *low = fmin(*low, floor(log10(value)));
    *high = fmax(*high, ceil(log10(value) + 0.01));
}

static void lines_of(const struct profile *p, struct roof_line line[LINES])
{
    const struct ceilings *c = &p->ceilings;
    line[0] = (struct roof_line){.name = "f32", .flops = c->f32_flops};
    line[1] = (struct roof_line){.name = kernel_format_name(c->narrow), .flops = c->narrow_flops};
    line[2] = (struct roof_line){.name = "L2", .bytes = c->l2_read};
    line[3] = (struct roof_line){.name = "L3", .bytes = c->l3_read};
    line[4] = (struct roof_line){.name = "memory", .bytes = c->memory_read};
}

static bool find_axes(const struct profile *p, struct roof *a)
{
    a->x_low = a->y_low = (double)INFINITY;
    a->x_high = a->y_high = -(double)INFINITY;
    widen(&a->y_low, &a->y_high, p->ceilings.f32_flops);
    widen(&a->y_low, &a->y_high, p->ceilings.narrow_flops);
    for (int i = 0; i < p->steps; i++) {
        const struct profile_step *s = &p->step[i];
        if (s->macs == 0 || s->bytes == 0)
            continue;
        widen(&a->x_low, &a->x_high, 2.0 * (double)s->macs / (double)s->bytes);
        widen(&a->y_low, &a->y_high, profile_flops(s->macs, &s->time_ns));
    }
    return a->x_high > a->x_low && a->y_high > a->y_low;
}

static int row_at(const struct roof *a, double flops)
{
    double share = (log10(flops) - a->y_low) / (a->y_high - a->y_low);
    return share < 0 || share > 1 ? -1 : (int)floor((1 - share) * (a->r.h - 1) + 0.5);
}

static int column_at(const struct roof *a, double intensity)
{
    double share = (log10(intensity) - a->x_low) / (a->x_high - a->x_low);
    return share < 0 || share > 1 ? -1 : (int)floor(share * (a->r.w - 1) + 0.5);
}

static double intensity_at(const struct roof *a, int column)
{
    return pow(10, a->x_low + (a->x_high - a->x_low) * column / (a->r.w - 1));
}

/* Writes where it begins, in columns and rows; false if it is not in the picture. */
static bool draw_line(const struct roof *a, struct roof_line *l, double top, double fastest, struct canvas *c)
{
    int first = -1;
    if (l->flops <= 0 && l->bytes <= 0)
        return false;
    for (int x = 0; x < a->r.w; x++) {
        double at = intensity_at(a, x), y = l->flops > 0 ? l->flops : l->bytes * at;
        int row = y <= top * 1.0001 && (l->bytes > 0 || fastest <= 0 || fastest * at >= y) ? row_at(a, y) : -1;
        if (row < 0)
            continue;
        canvas_put(c, a->r.x + x, a->r.y + row, 1, TONE_RULE, l->flops > 0 ? "─" : ".");
        if (first < 0)
            first = l->column = x, l->row = row;
    }
    return first >= 0;
}

/* A peak's above its end, a bandwidth's at its beginning. */
static void draw_name(const struct roof *a, const struct roof_line *l, struct canvas *c)
{
    char text[64], value[FORMAT_SIZE];
    snprintf(text, sizeof text, "%s %s", l->name, l->flops > 0 ? format_flops(value, l->flops) : format_rate(value, l->bytes));
    if (l->flops > 0)
        canvas_right(c, a->r.x, a->r.y + (l->row > 0 ? l->row - 1 : 0), a->r.w, TONE_DIM, text);
    else
        canvas_put(c, a->r.x + l->column, a->r.y + l->row, a->r.w - l->column, TONE_DIM, text);
}

static void draw_point(const struct roof *a, double intensity, double flops, char letter, enum tone tone, struct canvas *c)
{
    const char text[2] = {letter, '\0'};
    int x = intensity > 0 ? column_at(a, intensity) : -1, y = flops > 0 ? row_at(a, flops) : -1;
    if (x >= 0 && y >= 0)
        canvas_put(c, a->r.x + x, a->r.y + y, 1, tone, text);
}

static void draw_points(const struct roof *a, const struct profile *p, int selected, struct canvas *c)
{
    for (int i = 0; i < p->steps; i++) {
        const struct profile_step *s = &p->step[i];
        if (s->macs > 0 && s->bytes > 0)
            draw_point(a, 2.0 * (double)s->macs / (double)s->bytes, profile_flops(s->macs, &s->time_ns), letters[s->component], TONE_DIM, c);
    }
    for (int i = 0; i < COMPONENTS; i++) {
        const struct profile_group *g = &p->component[i];
        if (i != COMPONENT_OTHER || i == selected) /* mostly operations that are no multiply-adds */
            draw_point(a, profile_intensity(g), profile_flops(g->macs, &g->time_ns), (char)(letters[i] - 'a' + 'A'),
                       i == selected ? TONE_CURSOR : TONE_TITLE, c);
    }
}

static void draw_axes(const struct roof *a, struct canvas *c)
{
    char text[32];
    canvas_vline(c, a->r.x - 1, a->r.y, a->r.h);
    canvas_put(c, a->r.x - AXIS, a->r.y, AXIS - 1, TONE_DIM, "GFLOP/s");
    for (int i = (int)a->y_low; i < (int)a->y_high; i++) {
        snprintf(text, sizeof text, "%g", pow(10, i - 9));
        canvas_right(c, a->r.x - AXIS, a->r.y + row_at(a, pow(10, i)), AXIS - 2, TONE_DIM, text);
    }
    for (int i = (int)a->x_low; i <= (int)a->x_high; i++) {
        int w = snprintf(text, sizeof text, "%g", pow(10, i)), x = column_at(a, pow(10, i));
        canvas_put(c, a->r.x + (x + w > a->r.w ? a->r.w - w : x), a->r.y + a->r.h, w, TONE_DIM, text);
    }
    canvas_right(c, a->r.x, a->r.y + a->r.h + 1, a->r.w, TONE_DIM, "FLOP for each byte moved at least once");
}

static void draw_legend(int selected, struct canvas *c, struct rect r)
{
    int x = r.x;
    for (int i = 0; i < COMPONENTS; i++) {
        const char *name = component_short((enum component)i);
        x += canvas_putf(c, x, r.y, r.x + r.w - x, i == selected ? TONE_CURSOR : TONE_TITLE, "%c %s", letters[i] - 'a' + 'A', name) + 2;
    }
}

void profile_roof_draw(const struct profile *p, int selected, struct canvas *c, struct rect r)
{
    struct roof_line line[LINES];
    struct roof a = {.r = {r.x + AXIS, r.y + 1, r.w - AXIS, r.h - 3}};
    if (r.w < LEAST_WIDTH || r.h < LEAST_HEIGHT || !find_axes(p, &a))
        return;
    bool shown[LINES];
    double top = fmax(p->ceilings.f32_flops, p->ceilings.narrow_flops), fastest = 0;
    lines_of(p, line);
    for (int i = 0; i < LINES; i++)
        fastest = fmax(fastest, line[i].bytes);
    draw_legend(selected, c, r);
    draw_axes(&a, c);
    for (int i = 0; i < LINES; i++)
        shown[i] = draw_line(&a, &line[i], top, fastest, c);
    for (int i = 0; i < LINES; i++)
        if (shown[i])
            draw_name(&a, &line[i], c);
    draw_points(&a, p, selected, c);
}
