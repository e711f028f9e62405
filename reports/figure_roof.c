/* The roofline: how fast steps are, and how fast they could be with so many operations for each byte. */
#include "reports/figure.h"

#include <math.h>

#include "reports/format.h"
#include "reports/escape.h"

enum { HEIGHT = 380, TOP = 12, BOTTOM = 40, PEAKS = 2, READS = 3 };

/* A logarithmic axis in decades. */
struct decades {
    double low, high;
};

struct roof_axes {
    struct decades x, y;
};

static const char *const mark[COMPONENTS] = {
    "M-5-5h10v10h-10z", "M0-6L6 5H-6z", "M0-6.5L6.5 0L0 6.5L-6.5 0z", "M0 6L6-5H-6z", "M-5.5 0a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0-11 0z",
    "M-6-2H-2V-6H2V-2H6V2H2V6H-2V2H-6z"};

static void widen(struct decades *d, double value)
{
    if (value <= 0)
        return;
    d->low = fmin(d->low, floor(log10(value)));
    d->high = fmax(d->high, ceil(log10(value) + 0.01));
}

static struct roof_axes axes_of(const struct figure_roof *r)
{
    struct roof_axes a = {{INFINITY, -INFINITY}, {INFINITY, -INFINITY}};
    for (int i = 0; i < r->points; i++) {
        widen(&a.x, r->point[i].intensity);
        widen(&a.y, r->point[i].flops);
    }
    for (int i = 0; i < PEAKS; i++)
        widen(&a.y, r->peak[i].value);
    return a;
}

/* 0 .. 100 from the left; 0 at the top. */
static double across(const struct roof_axes *a, double x)
{
    return 100 * (log10(x) - a->x.low) / (a->x.high - a->x.low);
}

static double down(const struct roof_axes *a, double y)
{
    return TOP + (HEIGHT - TOP - BOTTOM) * (a->y.high - log10(y)) / (a->y.high - a->y.low);
}

static void draw_axes(const struct roof_axes *a, struct str *out)
{
    for (int i = (int)a->x.low; i <= (int)a->x.high; i++) {
        double x = across(a, pow(10, i));
        str_addf(out, "<line class=\"grid\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"%d\" y2=\"%d\"/>"
                      "<text class=\"dim small %s\" x=\"%.2f%%\" y=\"%d\">%g</text>",
                 x, x, TOP, HEIGHT - BOTTOM, i == (int)a->x.high ? "end" : i == (int)a->x.low ? "" : "mid", x, HEIGHT - BOTTOM + 18, pow(10, i));
    }
    for (int i = (int)a->y.low; i <= (int)a->y.high; i++) {
        double y = down(a, pow(10, i));
        str_addf(out, "<line class=\"grid\" x1=\"0\" x2=\"100%%\" y1=\"%.1f\" y2=\"%.1f\"/><text class=\"dim small end\" x=\"-8\" y=\"%.1f\">%g</text>",
                 y, y, y + 4, pow(10, i - 9));
    }
    str_addf(out, "<text class=\"dim small mid\" x=\"50%%\" y=\"%d\">FLOP for each byte moved at least once</text>\n", HEIGHT - 4);
}

static void draw_line(const struct roof_axes *a, const char *class, double x1, double y1, double x2, double y2, struct str *out)
{
    str_addf(out, "<line class=\"%s\" x1=\"%.2f%%\" y1=\"%.1f\" x2=\"%.2f%%\" y2=\"%.1f\"/>", class, across(a, x1), down(a, y1), across(a, x2),
             down(a, y2));
}

static void draw_name(double x, double y, const char *class, const char *name, const char *figure, struct str *out)
{
    str_addf(out, "<text class=\"small %s\" x=\"%.2f%%\" y=\"%.1f\">", class, x, y);
    escape_xml(out, name);
    str_addf(out, " %s</text>\n", figure);
}

static double top_peak(const struct figure_roof *r)
{
    double top = 0;
    for (int i = 0; i < PEAKS; i++)
        top = fmax(top, r->peak[i].value);
    return top;
}

/* The slope of a bandwidth from where it enters the plot to where it meets the highest peak; its name at its own height, so that
 * near slopes do not hide each other's. */
static void draw_read(const struct roof_axes *a, const struct figure_roof *r, int i, struct str *out)
{
    static const double where[READS] = {0.6, 0.25, 0.4};
    const struct figure_line *l = &r->read[i];
    char text[FORMAT_SIZE];
    double top = top_peak(r), low = pow(10, a->x.low), high = pow(10, a->x.high), floor_flops = pow(10, a->y.low);
    double x1 = fmax(low, floor_flops / l->value), x2 = fmin(high, top / l->value);
    if (l->value <= 0 || top <= 0 || x2 <= x1)
        return;
    draw_line(a, "roof", x1, l->value * x1, x2, l->value * x2, out);
    double room = pow(10, a->x.low + 0.16 * (a->x.high - a->x.low)); /* that a name needs on its left */
    double at = fmax(x1 * pow(x2 / x1, where[i]), fmin(room, x2)), x = across(a, at), y = down(a, l->value * at);
    bool last = i == READS - 1; /* below the others */
    draw_name(last ? x + 1 : x - 1, last ? y + 10 : y - 4, last ? "dim roofname" : "dim roofname end", l->name, format_rate(text, l->value), out);
}

static void draw_roof(const struct roof_axes *a, const struct figure_roof *r, struct str *out)
{
    char text[FORMAT_SIZE];
    double fastest = 0;
    for (int i = 0; i < READS; i++)
        fastest = fmax(fastest, r->read[i].value);
    for (int i = 0; i < PEAKS; i++) {
        double peak = r->peak[i].value, left = pow(10, a->x.low), right = pow(10, a->x.high);
        if (peak <= 0)
            continue;
        draw_line(a, "roof", fastest > 0 ? fmax(left, fmin(peak / fastest, right)) : left, peak, right, peak, out);
        draw_name(100, down(a, peak) - 6, "dim end", r->peak[i].name, format_flops(text, peak), out);
    }
    for (int i = 0; i < READS; i++)
        draw_read(a, r, i, out);
}

static void draw_point(const struct roof_axes *a, const struct figure_point *p, const char *id, struct str *out)
{
    char text[FORMAT_SIZE];
    if (p->intensity <= 0 || p->flops <= 0)
        return;
    double x = across(a, p->intensity), y = down(a, p->flops);
    if (p->large)
        str_addf(out, "<use class=\"big c%d\" href=\"#%s-m%d\" x=\"%.2f%%\" y=\"%.1f\"><title>", (int)p->component, id, (int)p->component, x, y);
    else
        str_addf(out, "<circle class=\"step c%d\" cx=\"%.2f%%\" cy=\"%.1f\" r=\"3\"><title>", (int)p->component, x, y);
    escape_xml(out, p->name);
    str_addf(out, ": %.3g FLOP/byte, %s</title></%s>\n", p->intensity, format_flops(text, p->flops), p->large ? "use" : "circle");
}

void figure_draw_roof(const struct figure *f, const char *id, struct str *out)
{
    const struct figure_roof *r = f->data;
    struct roof_axes a = axes_of(r);
    if (!isfinite(a.x.low) || !isfinite(a.y.low))
        return;
    str_add(out, "<svg class=\"marks\" aria-hidden=\"true\"><defs>");
    for (int c = 0; c < COMPONENTS; c++)
        str_addf(out, "<path id=\"%s-m%d\" d=\"%s\"/>", id, c, mark[c]);
    str_add(out, "</defs></svg>\n");
    figure_legend(true, id, out);
    str_add(out, "<p class=\"axis\">GFLOP/s</p>\n");
    figure_open(f, id, "plot roofs", HEIGHT, out);
    draw_axes(&a, out);
    draw_roof(&a, r, out);
    for (int i = 0; i < r->points; i++)
        draw_point(&a, &r->point[i], id, out);
    figure_close(out);
}
