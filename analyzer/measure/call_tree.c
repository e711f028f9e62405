#include "analyzer/measure/call_tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/measure/sampler.h"

enum { PATH = SAMPLER_DEPTH + 2 };

struct path {
    const char *name[PATH]; /* the outermost first */
    int n;
    int component;
};

static int add_node(struct call_tree *t, int parent, const char *name, int component)
{
    if (t->nodes == t->room) {
        int room = t->room ? 2 * t->room : 64;
        struct call_node *node = realloc(t->node, (size_t)room * sizeof *node);
        if (!node)
            return -1;
        t->node = node;
        t->room = room;
    }
    struct call_node *n = &t->node[t->nodes];
    *n = (struct call_node){.name = name, .parent = parent, .child = -1, .next = -1, .component = component};
    if (parent >= 0) {
        n->depth = t->node[parent].depth + 1;
        n->next = t->node[parent].child;
        t->node[parent].child = t->nodes;
    }
    t->depth = n->depth > t->depth ? n->depth : t->depth;
    return t->nodes++;
}

static int child_named(struct call_tree *t, int parent, const char *name, int component)
{
    for (int i = t->node[parent].child; i >= 0; i = t->node[i].next)
        if (strcmp(t->node[i].name, name) == 0)
            return i;
    return add_node(t, parent, name, component);
}

static void count(struct call_node *n, uint64_t samples, int component)
{
    n->component = n->total == 0 || n->component == component ? component : -1;
    n->total += samples;
}

static bool add_path(struct call_tree *t, const struct path *p, uint64_t samples, bool invert)
{
    int at = 0;
    count(&t->node[0], samples, p->component);
    for (int i = 0; i < p->n; i++) {
        at = child_named(t, at, p->name[invert ? p->n - 1 - i : i], p->component);
        if (at < 0)
            return false;
        count(&t->node[at], samples, p->component);
    }
    t->node[at].self += samples;
    return true;
}

static struct path path_of(const struct sampled *s, const struct sampled_stack *x, bool functions)
{
    const struct sampled_step *step = &s->step[x->step];
    struct path p = {.component = (int)step->component};
    if (!functions) {
        p.name[p.n++] = component_title(step->component);
        p.name[p.n++] = step->label;
    }
    for (int i = 0; i < x->depth && p.n < PATH; i++)
        p.name[p.n++] = s->name[s->frame[x->first + i]].text;
    return p;
}

static bool before(const struct call_node *a, const struct call_node *b)
{
    return a->total != b->total ? a->total > b->total : strcmp(a->name, b->name) < 0;
}

static void sort_children(struct call_tree *t, int parent)
{
    int sorted = -1;
    for (int i = t->node[parent].child, next; i >= 0; i = next) {
        int *link = &sorted;
        next = t->node[i].next;
        while (*link >= 0 && before(&t->node[*link], &t->node[i]))
            link = &t->node[*link].next;
        t->node[i].next = *link;
        *link = i;
    }
    t->node[parent].child = sorted;
}

int call_tree_make(struct call_tree *out, const struct sampled *s, const struct call_options *options, struct err *e)
{
    *out = (struct call_tree){.nodes = 0};
    bool fine = add_node(out, -1, "all", -1) == 0;
    for (int i = 0; fine && i < s->stacks; i++) {
        const struct path p = path_of(s, &s->stack[i], options->functions);
        fine = add_path(out, &p, s->stack[i].count, options->invert);
    }
    if (!fine) {
        call_tree_free(out);
        return err_set(e, ERR_NOMEM, "no memory for a tree of calls");
    }
    for (int i = 0; i < out->nodes; i++)
        sort_children(out, i);
    return 0;
}

void call_tree_free(struct call_tree *t)
{
    free(t->node);
    *t = (struct call_tree){.nodes = 0};
}

const char *call_tree_path(const struct call_tree *t, int node, char *out, size_t size)
{
    int way[PATH + 1], n = 0;
    size_t used = 0;
    for (int i = node; i > 0 && n <= PATH; i = t->node[i].parent)
        way[n++] = i;
    out[0] = '\0';
    while (n > 0 && used < size) {
        int more = snprintf(out + used, size - used, "%s%s", used ? ";" : "", t->node[way[--n]].name);
        used += more > 0 ? (size_t)more : 0;
    }
    return out;
}
