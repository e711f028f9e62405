/* Bars from zero to either side, with the intervals of their ends. */
#include "reports/figure.h"

#include <math.h>

#include "reports/escape.h"

enum { ROW = 24, BAR = 14, BOTTOM = 40, PARTS = 3 };

static struct figure_axis axis_of(const struct figure_lengths *s)
{
    double low = 0, high = 0;
    for (int i = 0; i < s->lengths; i++) {
        const struct figure_length *x = &s->length[i];
        const double ends[] = {x->value, x->low, x->high};
        for (int k = 0; k < 3; k++)
            if (isfinite(ends[k])) {
                low = fmin(low, ends[k]);
                high = fmax(high, ends[k]);
            }
    }
    return figure_axis_of(low, high, PARTS);
}

static void draw_axis(const struct figure_lengths *s, const struct figure_axis *a, int height, struct str *out)
{
    for (int i = 0; i < figure_mark_count(a); i++) {
        double at = figure_mark_at(a, i);
        double x = figure_along(a, at);
        bool zero = fabs(at) < a->step / 2;
        str_addf(out, "<line class=\"%s\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"0\" y2=\"%d\"/><text class=\"dim small mid\" x=\"%.2f%%\" y=\"%d\">",
                 zero ? "roof" : "grid", x, x, height, x, height + 16);
        figure_mark(a, at, s->unit, out);
        str_add(out, "</text>\n");
    }
    str_addf(out, "<text class=\"dim small mid\" x=\"50%%\" y=\"%d\">", height + 34);
    escape_xml(out, s->x_title);
    str_add(out, "</text>\n");
}

static void draw_length(const struct figure_length *x, const struct figure_axis *a, int top, struct str *out)
{
    double zero = figure_along(a, 0), end = figure_along(a, x->value), middle = top + ROW / 2.0;
    str_addf(out, "<text class=\"small end\" x=\"-8\" y=\"%.1f\">", middle + 4);
    escape_xml(out, x->name);
    str_add(out, "</text>");
    if (isfinite(x->value))
        str_addf(out, "<rect class=\"%s\" x=\"%.2f%%\" y=\"%.1f\" width=\"%.2f%%\" height=\"%d\"/>", x->value > 0 ? "c2" : "c1", fmin(zero, end),
                 middle - BAR / 2.0, fmax(fabs(end - zero), 0.15), BAR);
    if (isfinite(x->low) && isfinite(x->high))
        str_addf(out, "<line class=\"whisker\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"%.1f\" y2=\"%.1f\"/>", figure_along(a, x->low), figure_along(a, x->high),
                 middle, middle);
    str_addf(out, "<svg x=\"100%%\" class=\"aside\"><text class=\"small\" x=\"8\" y=\"%.1f\">", middle + 4);
    escape_xml(out, x->note);
    str_add(out, "</text></svg>\n");
}

void figure_draw_lengths(const struct figure *f, const char *id, struct str *out)
{
    const struct figure_lengths *s = f->data;
    struct figure_axis a = axis_of(s);
    int height = ROW * s->lengths;
    figure_open(f, id, "plot lengths", height + BOTTOM, out);
    draw_axis(s, &a, height, out);
    for (int i = 0; i < s->lengths; i++)
        draw_length(&s->length[i], &a, ROW * i, out);
    figure_close(out);
}
