/* What trials give for what they cost, and a line along those that no other beats. */
#include "reports/figure.h"

#include <math.h>
#include <stdlib.h>

#include "reports/escape.h"

enum { HEIGHT = 320, TOP = 10, BOTTOM = 44, ROOM = HEIGHT - TOP - BOTTOM, PARTS = 4 };

struct axes {
    struct figure_axis x, y;
};

static void widen(double *low, double *high, double value)
{
    if (!isfinite(value))
        return;
    *low = fmin(*low, value);
    *high = fmax(*high, value);
}

static struct axes axes_of(const struct figure_scatter *s)
{
    double low_x = INFINITY, high_x = -INFINITY, low_y = INFINITY, high_y = -INFINITY;
    for (int i = 0; i < s->spots; i++) {
        const struct figure_spot *p = &s->spot[i];
        widen(&low_x, &high_x, p->x);
        widen(&low_y, &high_y, p->y);
        widen(&low_y, &high_y, p->low);
        widen(&low_y, &high_y, p->high);
    }
    double aside = fmax(0.02, 0.05 * (high_x - low_x)); /* for the names beside the marks */
    return (struct axes){figure_axis_of(low_x - aside, high_x + aside, PARTS), figure_axis_of(low_y, high_y, PARTS)};
}

static void draw_axes(const struct figure_scatter *s, const struct axes *a, struct str *out)
{
    figure_marks(&a->y, s->y_unit, TOP, ROOM, out);
    for (int i = 0; i < figure_mark_count(&a->x); i++) {
        double at = figure_mark_at(&a->x, i);
        double x = figure_along(&a->x, at);
        str_addf(out, "<line class=\"grid\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"%d\" y2=\"%d\"/><text class=\"dim small mid\" x=\"%.2f%%\" y=\"%d\">", x, x,
                 TOP, HEIGHT - BOTTOM, x, HEIGHT - BOTTOM + 18);
        figure_mark(&a->x, at, s->x_unit, out);
        str_add(out, "</text>\n");
    }
    str_addf(out, "<text class=\"dim small mid\" x=\"50%%\" y=\"%d\">", HEIGHT - 4);
    escape_xml(out, s->x_title);
    str_add(out, "</text>\n");
}

static int compare(const void *a, const void *b)
{
    const struct figure_spot *x = *(const struct figure_spot *const *)a, *y = *(const struct figure_spot *const *)b;
    return (x->x > y->x) - (x->x < y->x);
}

/* Steps: between two trials there is what the cheaper one gives. */
static void draw_line(const struct figure_scatter *s, const struct axes *a, struct str *out)
{
    const struct figure_spot **on = malloc(((size_t)s->spots + 1) * sizeof *on);
    int n = 0;
    if (!on)
        str_out_of_memory();
    for (int i = 0; i < s->spots; i++)
        if (s->spot[i].on)
            on[n++] = &s->spot[i];
    qsort(on, (size_t)n, sizeof *on, compare);
    if (n > 1) {
        str_addf(out, "<svg y=\"%d\" width=\"100%%\" height=\"%d\" viewBox=\"0 0 100 100\" preserveAspectRatio=\"none\"><path class=\"curve\" d=\"M",
                 TOP, ROOM);
        for (int i = 0; i < n; i++)
            str_addf(out, i ? "H%.2fV%.2f" : "%.2f %.2f", figure_along(&a->x, on[i]->x), 100 - figure_along(&a->y, on[i]->y));
        str_add(out, "\"/></svg>\n");
    }
    free(on);
}

static void draw_spot(const struct figure_spot *p, const struct axes *a, struct str *out)
{
    double x = figure_along(&a->x, p->x), y = figure_down(&a->y, p->y, TOP, ROOM);
    if (isfinite(p->low) && isfinite(p->high))
        str_addf(out, "<line class=\"whisker\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"%.1f\" y2=\"%.1f\"/>", x, x,
                 figure_down(&a->y, p->high, TOP, ROOM), figure_down(&a->y, p->low, TOP, ROOM));
    str_addf(out, "<circle class=\"%s\" cx=\"%.2f%%\" cy=\"%.1f\" r=\"5\"><title>", p->on ? "dot" : "dot beaten", x, y);
    escape_xml(out, p->label);
    /* the name moves 9 pixels to the right of its mark, which no percentage can say */
    str_addf(out, "</title></circle><svg x=\"%.2f%%\" class=\"aside\"><text class=\"small name\" x=\"9\" y=\"%.1f\">", x, y - 6);
    escape_xml(out, p->name);
    str_add(out, "</text></svg>\n");
}

void figure_draw_scatter(const struct figure *f, const char *id, struct str *out)
{
    const struct figure_scatter *s = f->data;
    if (s->spots == 0)
        return;
    struct axes a = axes_of(s);
    str_add(out, "<p class=\"axis\">");
    escape_xml(out, s->y_title);
    str_add(out, "</p>\n");
    figure_open(f, id, "plot curves", HEIGHT, out);
    draw_axes(s, &a, out);
    draw_line(s, &a, out);
    for (int i = 0; i < s->spots; i++)
        draw_spot(&s->spot[i], &a, out);
    figure_close(out);
}
