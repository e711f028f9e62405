#include "reports/figure.h"

#include <math.h>

#include "reports/escape.h"

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
