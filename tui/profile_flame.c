/* Samples as a flame graph with the root on top, and as a list of calls. */
#include <stdio.h>
#include <string.h>

#include "reports/format.h"
#include "tui/screen_profile.h"

enum { LIST_FIGURES = 16 };

static const enum tone tones[COMPONENTS] = {TONE_HEAT5, TONE_HEAT2, TONE_HEAT4, TONE_HEAT3, TONE_HEAT2, TONE_HEAT1};

static enum tone tone_of(const struct profile_view *v, int node)
{
    int component = v->tree.node[node].component;
    if (node == v->selected)
        return TONE_CURSOR;
    return component < 0 ? TONE_HEAT1 : tones[component];
}

/* Columns of the node, whose first sample is number `first` of those of the zoomed one. */
static struct rect box_of(const struct profile_view *v, int node, uint64_t first)
{
    const struct call_node *n = &v->tree.node[node], *all = &v->tree.node[v->zoom];
    uint64_t w = (uint64_t)v->drawn.w;
    int left = (int)(first * w / all->total), right = (int)((first + n->total) * w / all->total);
    return (struct rect){v->drawn.x + left, v->drawn.y + n->depth - all->depth - v->first_depth, right - left, 1};
}

/* Calls back for every node that takes a column, from the zoomed one on. */
static void walk(const struct profile_view *v, int node, uint64_t first, void (*fn)(const struct profile_view *, int, struct rect, void *),
                 void *payload)
{
    struct rect r = box_of(v, node, first);
    if (r.w == 0 || r.y >= v->drawn.y + v->drawn.h)
        return;
    if (r.y >= v->drawn.y)
        fn(v, node, r, payload);
    for (int i = v->tree.node[node].child; i >= 0; i = v->tree.node[i].next) {
        walk(v, i, first, fn, payload);
        first += v->tree.node[i].total;
    }
}

struct drawing {
    struct canvas *canvas;
    const char *match;
};

static void draw_box(const struct profile_view *v, int node, struct rect r, void *payload)
{
    const struct drawing *d = payload;
    const struct call_node *n = &v->tree.node[node];
    char share[FORMAT_SIZE], text[160];
    enum tone tone = tone_of(v, node);
    snprintf(text, sizeof text, "%s %s", n->name, format_share(share, (double)n->total / (double)v->tree.node[0].total));
    if ((int)strlen(text) > r.w - 2)
        snprintf(text, sizeof text, "%s", n->name);
    canvas_fill(d->canvas, r, tone);
    canvas_put(d->canvas, r.x, r.y, 1, tone, "│");
    if (r.w > 3)
        canvas_put_match(d->canvas, r.x + 1, r.y, r.w - 1, tone, text, d->match);
}

void profile_flame_draw(struct profile_view *v, const char *match, struct canvas *c, struct rect r)
{
    struct drawing d = {c, match};
    int depth = v->tree.node[v->selected].depth - v->tree.node[v->zoom].depth;
    v->drawn = r;
    v->first_depth = depth >= r.h ? depth - r.h + 1 : 0;
    if (r.h > 0 && r.w > 0 && v->tree.node[v->zoom].total > 0)
        walk(v, v->zoom, 0, draw_box, &d);
}

struct place {
    int x, y, node;
};

static void look(const struct profile_view *v, int node, struct rect r, void *payload)
{
    struct place *p = payload;
    (void)v;
    if (p->y == r.y && p->x >= r.x && p->x < r.x + r.w)
        p->node = node;
}

int profile_flame_at(const struct profile_view *v, int x, int y)
{
    struct place p = {x, y, -1};
    if (v->tree.nodes > 0 && v->tree.node[v->zoom].total > 0)
        walk(v, v->zoom, 0, look, &p);
    return p.node;
}

/* ---- the list ------------------------------------------------------------------------------------------------ */

static int next_of(const struct call_tree *t, int root, int node)
{
    if (t->node[node].child >= 0)
        return t->node[node].child;
    while (node != root && t->node[node].next < 0)
        node = t->node[node].parent;
    return node == root ? -1 : t->node[node].next;
}

int profile_calls_next(const struct call_tree *t, int root, int node, int direction)
{
    if (direction > 0) {
        int next = next_of(t, root, node);
        return next >= 0 ? next : node;
    }
    for (int i = root, next; i >= 0; i = next) {
        next = next_of(t, root, i);
        if (next == node)
            return i;
    }
    return node;
}

static void draw_call(const struct profile_view *v, int node, const char *match, struct canvas *c, struct rect r)
{
    const struct call_node *n = &v->tree.node[node];
    char total[FORMAT_SIZE], self[FORMAT_SIZE], text[200];
    double all = (double)v->tree.node[0].total;
    bool self_known = n->self > 0 && !v->options.invert;
    snprintf(text, sizeof text, "%*s%s", 2 * (n->depth - v->tree.node[v->zoom].depth), "", n->name);
    canvas_right(c, r.x, r.y, 7, TONE_TEXT, format_share(total, (double)n->total / all));
    canvas_right(c, r.x + 8, r.y, 7, self_known ? TONE_TEXT : TONE_DIM, self_known ? format_share(self, (double)n->self / all) : "-");
    canvas_put_match(c, r.x + LIST_FIGURES, r.y, r.w - LIST_FIGURES, n->depth == 1 ? TONE_TITLE : TONE_TEXT, text, match);
    if (node == v->selected)
        canvas_tint(c, r, TONE_SELECTED);
}

static int row_of(const struct profile_view *v, int node)
{
    int row = 0;
    for (int i = v->zoom; i >= 0 && i != node; i = next_of(&v->tree, v->zoom, i))
        row++;
    return row;
}

void profile_calls_draw(struct profile_view *v, const char *match, struct canvas *c, struct rect r)
{
    int row = row_of(v, v->selected), at = 0;
    if (r.h < 2)
        return;
    canvas_fill(c, (struct rect){r.x, r.y, r.w, 1}, TONE_HEADER);
    canvas_right(c, r.x, r.y, 7, TONE_HEADER, "with");
    canvas_right(c, r.x + 8, r.y, 7, TONE_HEADER, "itself");
    canvas_put(c, r.x + LIST_FIGURES, r.y, r.w - LIST_FIGURES, TONE_HEADER, "call");
    r.y++, r.h--;
    v->top = row < v->top ? row : row >= v->top + r.h ? row - r.h + 1 : v->top;
    for (int i = v->zoom; i >= 0 && at < v->top + r.h; i = next_of(&v->tree, v->zoom, i), at++)
        if (at >= v->top)
            draw_call(v, i, match, c, (struct rect){r.x, r.y + at - v->top, r.w, 1});
}
