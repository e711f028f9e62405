/* A flame graph that fills whatever width there is: rectangles as wide as their share of the samples (Gregg, The Flame Graph, 2016), the
 * root below, coloured by component. Their names are cut off at their edges. */
#include "reports/figure.h"

#include <inttypes.h>
#include <stdio.h>

#include "analyzer/measure/call_tree.h"
#include "reports/escape.h"
#include "reports/format.h"

enum { ROW = 20 };

static const double least = 0.2, least_named = 2.5; /* percent of the width */

static void add_box(const struct call_tree *t, const struct call_node *n, double left, double width, struct str *out)
{
    char share[FORMAT_SIZE], class[16] = "mixed";
    int y = ROW * (t->depth - n->depth);
    if (n->component >= 0)
        snprintf(class, sizeof class, "c%d", n->component);
    str_addf(out, "<svg x=\"%.3f%%\" y=\"%d\" width=\"%.3f%%\" height=\"%d\"><title>", left, y, width, ROW);
    escape_xml(out, n->name);
    str_addf(out, ": %" PRIu64 " samples, %s</title><rect class=\"%s\" width=\"100%%\" height=\"%d\"/>", n->total,
             format_share(share, width / 100), class, ROW);
    if (width >= least_named) {
        str_addf(out, "<text class=\"%s\" x=\"4\" y=\"14\">", n->component >= 0 ? "small on" : "small");
        escape_xml(out, n->name);
        str_add(out, "</text>");
    }
    str_add(out, "</svg>\n");
}

static void add_boxes(const struct call_tree *t, int node, double left, struct str *out)
{
    const struct call_node *n = &t->node[node];
    double width = 100 * (double)n->total / (double)t->node[0].total;
    if (width < least)
        return;
    add_box(t, n, left, width, out);
    for (int i = n->child; i >= 0; i = t->node[i].next) {
        add_boxes(t, i, left, out);
        left += 100 * (double)t->node[i].total / (double)t->node[0].total;
    }
}

void figure_draw_flame(const struct figure *f, const char *id, struct str *out)
{
    const struct call_tree *t = f->data;
    if (t->nodes == 0 || t->node[0].total == 0)
        return;
    figure_legend(false, id, out);
    figure_open(f, id, "plot flame", ROW * (t->depth + 1), out);
    add_boxes(t, 0, 0, out);
    figure_close(out);
}
