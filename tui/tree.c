#include "tui/tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- nodes --------------------------------------------------------------------------------------------------- */

static unsigned char *open_flag(const struct tree *t, const struct node *n)
{
    int slot = n->kind == NODE_COMPONENT ? 1 + n->component : 0;
    return &t->open[(size_t)(n->layer + 1) * (COMPONENTS + 1) + (size_t)slot];
}

bool tree_is_open(const struct tree *t, const struct node *n)
{
    return t->open && n->kind != NODE_STEP && n->layer < t->layers && *open_flag(t, n);
}

void tree_set_open(struct tree *t, const struct node *n, bool open)
{
    if (t->open && n->kind != NODE_STEP && n->layer < t->layers)
        *open_flag(t, n) = open;
}

bool tree_parent(const struct node *n, struct node *parent)
{
    enum node_kind kind = n->kind; /* both may be the same node */
    *parent = *n;
    parent->kind = kind == NODE_STEP ? NODE_COMPONENT : NODE_LAYER;
    return kind != NODE_LAYER;
}

static bool same(const struct node *a, const struct node *b)
{
    return a->kind == b->kind && a->layer == b->layer && (a->kind == NODE_LAYER || a->component == b->component) &&
           (a->kind != NODE_STEP || a->step == b->step);
}

int tree_find(const struct tree *t, const struct node *n)
{
    struct node wanted = *n;
    do {
        for (int i = 0; i < t->rows; i++)
            if (same(&t->row[i], &wanted))
                return i;
    } while (tree_parent(&wanted, &wanted));
    return 0;
}

static bool belongs(const struct profile_step *s, const struct node *n)
{
    return s->layer == n->layer && (n->kind == NODE_LAYER || (int)s->component == n->component);
}

static struct profile_group sum_steps(const struct profile *p, const struct node *n)
{
    struct profile_group g = {0};
    for (int i = 0; i < p->steps; i++) {
        const struct profile_step *s = &p->step[i];
        if (!belongs(s, n))
            continue;
        g.params += s->params;
        g.macs += s->macs;
        g.narrow_macs += s->narrow_macs;
        g.bytes += s->bytes;
        g.weight_bytes += s->weight_bytes;
        g.time_ns.median += s->time_ns.median;
        g.time_ns.n = s->time_ns.n;
    }
    return g;
}

struct profile_group tree_group(const struct profile *p, const struct node *n)
{
    if (n->kind == NODE_STEP) {
        const struct profile_step *s = &p->step[n->step];
        return (struct profile_group){s->params, s->macs, s->bytes, s->weight_bytes, s->time_ns, s->narrow_macs};
    }
    if (n->layer < 0)
        return sum_steps(p, n);
    return n->kind == NODE_LAYER ? p->layer[n->layer] : p->layer_component[n->layer][n->component];
}

const char *tree_name(const struct profile *p, const struct node *n, bool brief, char *out, size_t size)
{
    const char *name = n->kind == NODE_STEP ? p->step[n->step].name
                       : brief              ? component_short(n->component)
                                            : component_title(n->component);
    const char *label = n->kind == NODE_STEP && n->layer >= 0 ? strstr(name, ": ") : NULL;
    if (n->kind != NODE_LAYER)
        snprintf(out, size, "%s", label ? label + 2 : name);
    else if (n->layer >= 0)
        snprintf(out, size, "layer %d", n->layer);
    else
        snprintf(out, size, "outside the layers");
    return out;
}

/* ---- rows ---------------------------------------------------------------------------------------------------- */

struct builder {
    struct tree *tree;
    const struct profile *profile;
    node_key_fn *key;
    const void *payload;
    bool reverse, all, failed;
};

static bool make_room(struct tree *t, const struct profile *p)
{
    size_t groups = (size_t)p->layers + 1;
    int cap = (int)groups * (COMPONENTS + 1) + p->steps;
    if (t->layers != p->layers || !t->open || !t->steps || t->cap < cap) {
        tree_free(t);
        t->open = calloc(groups, COMPONENTS + 1);
        t->steps = calloc(groups * COMPONENTS, sizeof *t->steps);
        t->row = calloc((size_t)cap, sizeof *t->row);
        t->layers = p->layers;
        t->cap = cap;
    }
    return t->open && t->steps && t->row;
}

static int *count_of(const struct tree *t, int layer, int component)
{
    return &t->steps[(size_t)(layer + 1) * COMPONENTS + (size_t)component];
}

/* Puts `n` among the siblings that were appended since row `first`. */
static void insert(struct builder *b, int first, struct node n)
{
    struct tree *t = b->tree;
    int at = t->rows++;
    n.key = b->key ? b->key(b->payload, &n) : 0;
    while (at > first && b->key && t->row[at - 1].key < n.key) {
        t->row[at] = t->row[at - 1];
        at--;
    }
    t->row[at] = n;
}

static void reverse_rows(struct builder *b, int first)
{
    for (int i = first, j = b->tree->rows - 1; b->reverse && i < j; i++, j--) {
        struct node n = b->tree->row[i];
        b->tree->row[i] = b->tree->row[j];
        b->tree->row[j] = n;
    }
}

static void add_children(struct builder *b, const struct node *of, int first)
{
    struct tree *t = b->tree;
    if (of->kind == NODE_LAYER) {
        for (int c = 0; c < COMPONENTS; c++)
            if (*count_of(t, of->layer, c) > 0)
                insert(b, first, (struct node){.kind = NODE_COMPONENT, .layer = of->layer, .component = c});
    } else {
        for (int i = 0; i < b->profile->steps; i++)
            if (belongs(&b->profile->step[i], of))
                insert(b, first, (struct node){NODE_STEP, of->layer, of->component, i, 0});
    }
    reverse_rows(b, first);
}

/* Puts the children of the rows [first, rows) that are open below them. The rows behind a row move; walking
 * backwards leaves those before it where they are. */
static void unfold(struct builder *b, int first)
{
    struct tree *t = b->tree;
    for (int i = t->rows - 1; i >= first; i--) {
        struct node of = t->row[i];
        if (of.kind == NODE_STEP || !(b->all || tree_is_open(t, &of)))
            continue;
        int end = t->rows;
        add_children(b, &of, end);
        unfold(b, end);
        int added = t->rows - end, behind = end - i - 1;
        struct node *children = malloc(((size_t)added + 1) * sizeof *children);
        if (!children) {
            b->failed = true;
            t->rows = end;
            return;
        }
        memcpy(children, t->row + end, (size_t)added * sizeof *children);
        memmove(t->row + i + 1 + added, t->row + i + 1, (size_t)behind * sizeof *children);
        memcpy(t->row + i + 1, children, (size_t)added * sizeof *children);
        free(children);
    }
}

static void count_steps(struct tree *t, const struct profile *p)
{
    memset(t->steps, 0, ((size_t)p->layers + 1) * COMPONENTS * sizeof *t->steps);
    for (int i = 0; i < p->steps; i++)
        ++*count_of(t, p->step[i].layer, (int)p->step[i].component);
}

static bool has_steps(const struct tree *t, int layer)
{
    for (int c = 0; c < COMPONENTS; c++)
        if (*count_of(t, layer, c) > 0)
            return true;
    return false;
}

bool tree_build(struct tree *t, const struct profile *p, node_key_fn *key, const void *payload, bool reverse, bool all)
{
    struct builder b = {t, p, key, payload, reverse, all, false};
    if (!make_room(t, p)) {
        tree_free(t);
        return false;
    }
    t->rows = 0;
    count_steps(t, p);
    for (int layer = -1; layer < p->layers; layer++)
        if (has_steps(t, layer))
            insert(&b, 0, (struct node){.kind = NODE_LAYER, .layer = layer});
    reverse_rows(&b, 0);
    unfold(&b, 0);
    return !b.failed;
}

void tree_free(struct tree *t)
{
    free(t->row);
    free(t->open);
    free(t->steps);
    *t = (struct tree){0};
}

/* ---- folding everything -------------------------------------------------------------------------------------- */

static void set_level(struct tree *t, bool components, bool open)
{
    for (int i = 0; t->open && i < (t->layers + 1) * (COMPONENTS + 1); i++)
        if ((i % (COMPONENTS + 1) != 0) == components)
            t->open[i] = open;
}

static bool all_layers_open(const struct tree *t)
{
    for (int layer = 0; t->open && layer <= t->layers; layer++)
        if (!t->open[layer * (COMPONENTS + 1)])
            return false;
    return true;
}

static bool any_component_open(const struct tree *t)
{
    for (int i = 0; t->open && i < (t->layers + 1) * (COMPONENTS + 1); i++)
        if (i % (COMPONENTS + 1) != 0 && t->open[i])
            return true;
    return false;
}

void tree_expand(struct tree *t)
{
    set_level(t, all_layers_open(t), true);
}

void tree_collapse(struct tree *t)
{
    set_level(t, any_component_open(t), false);
}
