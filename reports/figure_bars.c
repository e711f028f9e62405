/* Bars made of components: shares of a whole, or amounts beside each other. */
#include "reports/figure.h"
#include "reports/escape.h"

struct size {
    int height, pitch;
};

static const struct size large = {34, 62}, small = {16, 22};

enum { LEAST_LABELLED = 7 }; /* percent of the width that a label needs */

static double percent(const struct figure_bars *b, double part)
{
    return b->full > 0 && part > 0 ? 100 * part / b->full : 0;
}

static void part(const struct figure_bars *b, const struct figure_bar *bar, int c, double x, int y, int height, struct str *out)
{
    double w = percent(b, bar->part[c]);
    if (w <= 0)
        return;
    str_addf(out, "<rect class=\"c%d\" x=\"%.2f%%\" y=\"%d\" width=\"%.2f%%\" height=\"%d\"><title>", c, x, y, w, height);
    escape_xml(out, component_title((enum component)c));
    str_add(out, ": ");
    escape_xml(out, bar->label[c]);
    str_add(out, "</title></rect>");
    if (b->large && w >= LEAST_LABELLED)
        str_addf(out, "<text class=\"in mid\" x=\"%.2f%%\" y=\"%d\">%.0f%%</text>", x + w / 2, y + height / 2 + 5, 100 * bar->part[c]);
}

static void one_bar(const struct figure_bars *b, const struct figure_bar *bar, int y, int height, struct str *out)
{
    double x = 0;
    str_addf(out, "<text class=\"%s\" x=\"-8\" y=\"%d\">", b->large ? "end" : "end small", y + (b->large ? 15 : height / 2 + 4));
    escape_xml(out, bar->name);
    str_add(out, "</text>");
    str_addf(out, b->large ? "<text class=\"dim end small\" x=\"-8\" y=\"%d\">" : "<text class=\"dim small\" x=\"100%%\" dx=\"8\" y=\"%d\">",
             y + (b->large ? 31 : height / 2 + 4));
    escape_xml(out, bar->note);
    str_add(out, "</text>");
    if (b->large)
        str_addf(out, "<rect class=\"track\" y=\"%d\" width=\"100%%\" height=\"%d\"/>", y, height);
    for (int c = 0; c < COMPONENTS; c++) {
        part(b, bar, c, x, y, height, out);
        x += percent(b, bar->part[c]);
    }
    if (b->large && b->rest && 100 - x >= 3 * LEAST_LABELLED)
        str_addf(out, "<text class=\"dim small mid\" x=\"%.2f%%\" y=\"%d\">%s</text>", (100 + x) / 2, y + height / 2 + 5, b->rest);
    str_add(out, "\n");
}

/* What becomes of each part from one bar to the next. */
static void joints(const struct figure_bars *b, int i, int y, int height, struct str *out)
{
    const struct figure_bar *up = &b->bar[i], *down = up + 1;
    double x1 = 0, x2 = 0;
    str_addf(out, "<svg y=\"%d\" width=\"100%%\" height=\"%d\" viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\">", y, height);
    for (int c = 0; c < COMPONENTS; c++) {
        double w1 = percent(b, up->part[c]), w2 = percent(b, down->part[c]);
        if (w1 > 0 || w2 > 0)
            str_addf(out, "<path class=\"joint c%d\" d=\"M%.2f 0H%.2fL%.2f 10H%.2fz\"/>", c, x1, x1 + w1, x2 + w2, x2);
        x1 += w1;
        x2 += w2;
    }
    str_add(out, "</svg>\n");
}

void figure_draw_bars(const struct figure *f, const char *id, struct str *out)
{
    const struct figure_bars *b = f->data;
    const struct size s = b->large ? large : small;
    if (b->legend)
        figure_legend(false, id, out);
    figure_open(f, id, b->large ? "plot shares" : "plot bars", (b->bars - 1) * s.pitch + s.height + 2, out);
    for (int i = 0; i < b->bars; i++) {
        int y = 1 + i * s.pitch;
        one_bar(b, &b->bar[i], y, s.height, out);
        if (b->large && i + 1 < b->bars)
            joints(b, i, y + s.height, s.pitch - s.height, out);
    }
    figure_close(out);
}
