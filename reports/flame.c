#include "reports/flame.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "analyzer/base/text.h"
#include "reports/escape.h"
#include "reports/format.h"

enum { WIDTH = 1200, ROW = 18, MARGIN = 10, HEAD = 44, LEGEND = 28, LETTER_TENTHS = 66 };

static const double least_width = 0.2;

void flame_folded(const struct call_tree *t, struct str *out)
{
    char path[8192];
    for (int i = 1; i < t->nodes; i++)
        if (t->node[i].self > 0)
            str_addf(out, "%s %" PRIu64 "\n", call_tree_path(t, i, path, sizeof path), t->node[i].self);
}

/* ---- SVG ----------------------------------------------------------------------------------------------------- */

/* Components in their order, then what is of several. */
static const char *const fill[COMPONENTS + 1] = {"#c9b26b", "#6fa8dc", "#e28c6a", "#8fc1a9", "#d9798f", "#b3a2c7", "#cccccc"};

struct picture {
    const struct call_tree *tree;
    struct str *out;
    double scale; /* pixels a sample */
    int height;
};

static void add_head(const struct picture *x, const struct sampled *s)
{
    char text[400];
    const struct workload *w = &s->workload;
    str_addf(x->out,
             "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" "
             "font-family=\"ui-monospace,monospace\" font-size=\"11\">\n"
             "<style>rect{stroke:#fff;stroke-width:.6}.p{fill:#fff;stroke:none}text{fill:#111}.d{fill:#555}</style>\n",
             WIDTH, x->height, WIDTH, x->height);
    str_addf(x->out, "<title>");
    escape_xml(x->out, s->model);
    str_addf(x->out, ": where %" PRIu64 " samples fell</title>\n<rect class=\"p\" width=\"%d\" height=\"%d\"/>\n", s->samples, WIDTH,
             x->height);
    snprintf(text, sizeof text, "batch %d \303\227 %d tokens, %d thread%s, %" PRIu64 " samples in %d passes, %" PRIu64 " lost", w->batch,
             w->seq, w->threads, w->threads == 1 ? "" : "s", s->samples, s->passes, s->lost);
    str_addf(x->out, "<text x=\"%d\" y=\"18\" font-size=\"14\">", MARGIN);
    escape_xml(x->out, s->model);
    str_addf(x->out, "</text><text class=\"d\" x=\"%d\" y=\"34\">", MARGIN);
    escape_xml(x->out, text);
    str_add(x->out, "</text>\n");
}

static void add_box(const struct picture *x, const struct call_node *n, double left)
{
    char share[FORMAT_SIZE], text[160];
    double w = (double)n->total * x->scale;
    int y = x->height - LEGEND - ROW * (n->depth + 1), letters = (int)((w - 6) * 10 / LETTER_TENTHS);
    size_t length = strlen(n->name);
    str_addf(x->out, "<g><title>");
    escape_xml(x->out, n->name);
    str_addf(x->out, ": %" PRIu64 " samples, %s</title><rect x=\"%.2f\" y=\"%d\" width=\"%.2f\" height=\"%d\" fill=\"%s\"/>", n->total,
             format_share(share, (double)n->total / (double)x->tree->node[0].total), left, y, w, ROW,
             fill[n->component < 0 ? COMPONENTS : n->component]);
    if (letters >= 3) {
        size_t fits = text_fit(n->name, length, letters);
        snprintf(text, sizeof text, "%.*s", (int)(fits < length ? text_fit(n->name, length, letters - 1) : fits), n->name);
        str_addf(x->out, "<text x=\"%.2f\" y=\"%d\">", left + 3, y + 13);
        escape_xml(x->out, text);
        str_addf(x->out, "%s</text>", fits < length ? "\342\200\246" : "");
    }
    str_add(x->out, "</g>\n");
}

static void add_boxes(const struct picture *x, int node, double left)
{
    const struct call_node *n = &x->tree->node[node];
    if ((double)n->total * x->scale < least_width)
        return;
    add_box(x, n, left);
    for (int i = n->child; i >= 0; i = x->tree->node[i].next) {
        add_boxes(x, i, left);
        left += (double)x->tree->node[i].total * x->scale;
    }
}

static void add_legend(const struct picture *x)
{
    int left = MARGIN, y = x->height - LEGEND + 8;
    for (int c = 0; c < COMPONENTS; c++) {
        const char *title = component_title((enum component)c);
        str_addf(x->out, "<rect x=\"%d\" y=\"%d\" width=\"12\" height=\"12\" fill=\"%s\"/><text x=\"%d\" y=\"%d\">", left, y, fill[c],
                 left + 16, y + 10);
        escape_xml(x->out, title);
        str_add(x->out, "</text>\n");
        left += 34 + (int)strlen(title) * LETTER_TENTHS / 10;
    }
}

void flame_svg(const struct call_tree *t, const struct sampled *s, struct str *out)
{
    struct picture x = {t, out, t->node[0].total ? (WIDTH - 2.0 * MARGIN) / (double)t->node[0].total : 0,
                        HEAD + ROW * (t->depth + 1) + LEGEND};
    add_head(&x, s);
    add_boxes(&x, 0, MARGIN);
    add_legend(&x);
    str_add(out, "</svg>\n");
}
