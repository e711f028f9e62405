/* A profile as a tree: layer > component > step. Which nodes are unfolded is kept by the caller; the rows are what
 * is visible then, siblings in the order asked for. */
#ifndef TUI_TREE_H
#define TUI_TREE_H

#include <stdbool.h>

#include "analyzer/measure/profile.h"

enum node_kind { NODE_LAYER, NODE_COMPONENT, NODE_STEP };

struct node {
    enum node_kind kind;
    int layer;     /* -1 = outside the layers */
    int component; /* NODE_COMPONENT and NODE_STEP */
    int step;      /* NODE_STEP */
    double key;    /* what siblings are sorted by, the greatest first */
};

struct tree {
    struct node *row; /* owned */
    int rows, cap;
    unsigned char *open; /* [layers + 1][COMPONENTS + 1]: a layer, then its components; owned */
    int *steps;          /* [layers + 1][COMPONENTS]: how many steps there are; owned */
    int layers;
};

typedef double node_key_fn(const void *payload, const struct node *n);

/* Makes the rows. `key` NULL = the order of the forward pass; `reverse` turns the order of siblings round; `all` shows
 * folded rows as well. False without memory: there are no rows then. */
bool tree_build(struct tree *t, const struct profile *p, node_key_fn *key, const void *payload, bool reverse, bool all);
void tree_free(struct tree *t); /* accepts a zeroed struct */

/* Row of the node, or of the nearest one above it in the tree that is visible; 0 if there is none. */
int tree_find(const struct tree *t, const struct node *n);
bool tree_is_open(const struct tree *t, const struct node *n);
void tree_set_open(struct tree *t, const struct node *n, bool open);
/* The node that `n` belongs to; false for a layer. */
bool tree_parent(const struct node *n, struct node *parent);
/* One level more, or one less, everywhere. */
void tree_expand(struct tree *t);
void tree_collapse(struct tree *t);

/* Cost and time of a node. Outside the layers the time of a group is the sum of the medians of its steps. */
struct profile_group tree_group(const struct profile *p, const struct node *n);
/* "layer 3", "Feed-forward", "query, key, value"; `brief`: components by their short titles. Into `out`, which is
 * returned. */
const char *tree_name(const struct profile *p, const struct node *n, bool brief, char *out, size_t size);

#endif
