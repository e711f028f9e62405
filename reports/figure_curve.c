/* A curve with the band of its interval. */
#include "reports/figure.h"

#include <math.h>
#include <stdlib.h>

#include "reports/escape.h"
#include "reports/render.h"

enum { HEIGHT = 260, TOP = 8, BOTTOM = 40, PARTS = 4 };

struct axis {
    double low, high, step;
};

static struct axis axis_of(const struct figure_curve *c)
{
    double low = c->sample[0].low, high = c->sample[0].high;
    for (int i = 0; i < c->samples; i++) {
        low = fmin(low, c->sample[i].low);
        high = fmax(high, c->sample[i].high);
    }
    double room = fmax(0.04 * (high - low), 1e-3);
    return (struct axis){low - room, high + room, figure_step(high - low + 2 * room, PARTS)};
}

/* 0 at the top of the plot, 100 at its bottom. */
static double height_of(const struct axis *a, double y)
{
    return 100 * (a->high - y) / (a->high - a->low);
}

static double pixel(const struct axis *a, double y)
{
    return TOP + (HEIGHT - TOP - BOTTOM) * height_of(a, y) / 100;
}

/* A figure beside an axis: as short as it can be. */
static void put_mark(const struct figure_curve *c, double at, struct str *out)
{
    const struct value v = {.kind = VALUE_REAL, .unit = c->unit, .real = at};
    char *text = value_text(&v);
    if (c->unit == UNIT_POINTS)
        str_addf(out, at == 0 ? "0" : "%+.3g", 100 * at);
    else
        str_add(out, text);
    free(text);
}

static void draw_axes(const struct figure_curve *c, const struct axis *a, struct str *out)
{
    for (double at = a->step * ceil(a->low / a->step); at <= a->high; at += a->step) {
        double y = pixel(a, at);
        str_addf(out, "<line class=\"grid\" x1=\"0\" x2=\"100%%\" y1=\"%.1f\" y2=\"%.1f\"/><text class=\"dim small end\" x=\"-8\" y=\"%.1f\">",
                 y, y, y + 4);
        put_mark(c, fabs(at) < a->step / 2 ? 0 : at, out);
        str_add(out, "</text>\n");
    }
    for (int i = 0; i <= 4; i++)
        str_addf(out, "<text class=\"dim small %s\" x=\"%d%%\" y=\"%d\">%d%%</text>", i == 4 ? "end" : i ? "mid" : "", 25 * i,
                 HEIGHT - BOTTOM + 18, 25 * i);
    str_addf(out, "<text class=\"dim small mid\" x=\"50%%\" y=\"%d\">", HEIGHT - 4);
    escape_xml(out, c->x_title);
    str_add(out, "</text>\n");
}

static void draw_band(const struct figure_curve *c, const struct axis *a, struct str *out)
{
    str_addf(out, "<svg y=\"%d\" width=\"100%%\" height=\"%d\" viewBox=\"0 0 100 100\" preserveAspectRatio=\"none\"><path class=\"band\" d=\"M", TOP,
             HEIGHT - TOP - BOTTOM);
    for (int i = 0; i < c->samples; i++)
        str_addf(out, "%.2f %.2f ", 100 * c->sample[i].x, height_of(a, c->sample[i].low));
    for (int i = c->samples - 1; i >= 0; i--)
        str_addf(out, "%.2f %.2f ", 100 * c->sample[i].x, height_of(a, c->sample[i].high));
    str_add(out, "z\"/><path class=\"curve\" d=\"M");
    for (int i = 0; i < c->samples; i++)
        str_addf(out, "%.2f %.2f ", 100 * c->sample[i].x, height_of(a, c->sample[i].y));
    str_add(out, "\"/></svg>\n");
}

void figure_draw_curve(const struct figure *f, const char *id, struct str *out)
{
    const struct figure_curve *c = f->data;
    if (c->samples == 0)
        return;
    struct axis a = axis_of(c);
    str_add(out, "<p class=\"axis\">");
    escape_xml(out, c->y_title);
    str_add(out, "</p>\n");
    figure_open(f, id, "plot curves", HEIGHT, out);
    draw_axes(c, &a, out);
    draw_band(c, &a, out);
    for (int i = 0; i < c->samples; i++) {
        const struct figure_sample *s = &c->sample[i];
        str_addf(out, "<circle class=\"dot\" cx=\"%.2f%%\" cy=\"%.1f\" r=\"4\"><title>", 100 * s->x, pixel(&a, s->y));
        escape_xml(out, s->label);
        str_add(out, "</title></circle>");
    }
    str_add(out, "\n");
    figure_close(out);
}
