/* A curve with the band of its interval. */
#include "reports/figure.h"

#include <math.h>

#include "reports/escape.h"

enum { HEIGHT = 260, TOP = 8, BOTTOM = 40, PARTS = 4 };

static struct figure_axis axis_of(const struct figure_curve *c)
{
    double low = c->sample[0].low, high = c->sample[0].high;
    for (int i = 0; i < c->samples; i++) {
        low = fmin(low, c->sample[i].low);
        high = fmax(high, c->sample[i].high);
    }
    return figure_axis_of(low, high, PARTS);
}

static void draw_axes(const struct figure_curve *c, const struct figure_axis *a, struct str *out)
{
    figure_marks(a, c->unit, TOP, HEIGHT - TOP - BOTTOM, out);
    for (int i = 0; i <= 4; i++)
        str_addf(out, "<text class=\"dim small %s\" x=\"%d%%\" y=\"%d\">%d%%</text>", i == 4 ? "end" : i ? "mid" : "", 25 * i,
                 HEIGHT - BOTTOM + 18, 25 * i);
    str_addf(out, "<text class=\"dim small mid\" x=\"50%%\" y=\"%d\">", HEIGHT - 4);
    escape_xml(out, c->x_title);
    str_add(out, "</text>\n");
}

static void draw_band(const struct figure_curve *c, const struct figure_axis *a, struct str *out)
{
    str_addf(out, "<svg y=\"%d\" width=\"100%%\" height=\"%d\" viewBox=\"0 0 100 100\" preserveAspectRatio=\"none\"><path class=\"band\" d=\"M", TOP,
             HEIGHT - TOP - BOTTOM);
    for (int i = 0; i < c->samples; i++)
        str_addf(out, "%.2f %.2f ", 100 * c->sample[i].x, 100 - figure_along(a, c->sample[i].low));
    for (int i = c->samples - 1; i >= 0; i--)
        str_addf(out, "%.2f %.2f ", 100 * c->sample[i].x, 100 - figure_along(a, c->sample[i].high));
    str_add(out, "z\"/><path class=\"curve\" d=\"M");
    for (int i = 0; i < c->samples; i++)
        str_addf(out, "%.2f %.2f ", 100 * c->sample[i].x, 100 - figure_along(a, c->sample[i].y));
    str_add(out, "\"/></svg>\n");
}

void figure_draw_curve(const struct figure *f, const char *id, struct str *out)
{
    const struct figure_curve *c = f->data;
    if (c->samples == 0)
        return;
    struct figure_axis a = axis_of(c);
    str_add(out, "<p class=\"axis\">");
    escape_xml(out, c->y_title);
    str_add(out, "</p>\n");
    figure_open(f, id, "plot curves", HEIGHT, out);
    draw_axes(c, &a, out);
    draw_band(c, &a, out);
    for (int i = 0; i < c->samples; i++) {
        const struct figure_sample *s = &c->sample[i];
        str_addf(out, "<circle class=\"dot\" cx=\"%.2f%%\" cy=\"%.1f\" r=\"4\"><title>", 100 * s->x, figure_down(&a, s->y, TOP, HEIGHT - TOP - BOTTOM));
        escape_xml(out, s->label);
        str_add(out, "</title></circle>");
    }
    str_add(out, "\n");
    figure_close(out);
}
