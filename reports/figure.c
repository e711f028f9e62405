#include "reports/figure.h"

#include <math.h>
#include <stdlib.h>

#include "reports/escape.h"
#include "reports/render.h"

void figure_open(const struct figure *f, const char *id, const char *class, int height, struct str *out)
{
    str_addf(out, "<svg class=\"%s\" height=\"%d\" role=\"img\" aria-labelledby=\"%s-t %s-d\"><title id=\"%s-t\">", class, height,
             id, id, id);
    escape_xml(out, f->title);
    str_addf(out, "</title><desc id=\"%s-d\">", id);
    escape_xml(out, f->desc);
    str_add(out, "</desc>\n");
}

void figure_close(struct str *out)
{
    str_add(out, "</svg>\n");
}

void figure_legend(bool marks, const char *id, struct str *out)
{
    str_add(out, "<ul class=\"legend\">");
    for (int c = 0; c < COMPONENTS; c++) {
        str_addf(out, "<li><svg class=\"key c%d\" width=\"14\" height=\"14\" aria-hidden=\"true\">", c);
        if (marks)
            str_addf(out, "<use href=\"#%s-m%d\" x=\"7\" y=\"7\"/>", id, c);
        else
            str_add(out, "<rect y=\"1\" width=\"12\" height=\"12\" rx=\"2\"/>");
        str_add(out, "</svg>");
        escape_xml(out, component_title((enum component)c));
        str_add(out, "</li>");
    }
    str_add(out, "</ul>\n");
}

double figure_step(double range, int parts)
{
    double power = pow(10, floor(log10(range / parts)));
    double rest = range / parts / power;
    return power * (rest >= 5 ? 5 : rest >= 2 ? 2 : 1);
}

struct figure_axis figure_axis_of(double low, double high, int parts)
{
    double room = fmax(0.04 * (high - low), 1e-3);
    return (struct figure_axis){low - room, high + room, figure_step(high - low + 2 * room, parts)};
}

double figure_along(const struct figure_axis *a, double x)
{
    return 100 * (x - a->low) / (a->high - a->low);
}

double figure_down(const struct figure_axis *a, double y, int top, int height)
{
    return top + height * (a->high - y) / (a->high - a->low);
}

void figure_mark(const struct figure_axis *a, double at, enum unit unit, struct str *out)
{
    const struct value v = {.kind = VALUE_REAL, .unit = unit, .real = at};
    bool zero = fabs(at) < a->step / 2;
    if (unit == UNIT_POINTS || unit == UNIT_SHARE) {
        str_addf(out, zero ? "0" : unit == UNIT_POINTS ? "%+.3g" : "%.3g", 100 * at);
        str_add(out, unit == UNIT_SHARE ? "%" : "");
        return;
    }
    char *text = value_text(&v);
    str_add(out, text);
    free(text);
}

/* The first multiple of the step. */
static double first_mark(const struct figure_axis *a)
{
    return a->step * ceil(a->low / a->step);
}

int figure_mark_count(const struct figure_axis *a)
{
    double steps = (a->high - first_mark(a)) / a->step + 1e-9; /* one at the end stays in spite of rounding */
    return steps >= 0 && steps < FIGURE_MARKS ? (int)steps + 1 : 0;
}

double figure_mark_at(const struct figure_axis *a, int i)
{
    return first_mark(a) + i * a->step;
}

void figure_marks(const struct figure_axis *a, enum unit unit, int top, int height, struct str *out)
{
    for (int i = 0; i < figure_mark_count(a); i++) {
        double at = figure_mark_at(a, i);
        double y = figure_down(a, at, top, height);
        str_addf(out, "<line class=\"grid\" x1=\"0\" x2=\"100%%\" y1=\"%.1f\" y2=\"%.1f\"/><text class=\"dim small end\" x=\"-8\" y=\"%.1f\">",
                 y, y, y + 4);
        figure_mark(a, at, unit, out);
        str_add(out, "</text>\n");
    }
}
