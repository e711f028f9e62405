/* Samples as a tree of calls: what was called from where, and how many samples fell into it. */
#ifndef ANALYZER_MEASURE_CALL_TREE_H
#define ANALYZER_MEASURE_CALL_TREE_H

#include "analyzer/measure/sampled.h"

struct call_options {
    bool functions; /* functions only; else component, step, then functions */
    bool invert;    /* from the function that was interrupted out to its callers */
};

struct call_node {
    const char *name; /* borrowed from the samples */
    int parent, child, next; /* nodes, -1 = none; children have the most samples first, then by name */
    int depth;        /* of the root 0 */
    uint64_t total;   /* samples in it and in what it calls */
    uint64_t self;    /* in it alone */
    int component;    /* that all its samples are of, -1 = several */
};

struct call_tree {
    struct call_node *node; /* [nodes]; node 0 is the root, "all"; owned */
    int nodes, room;
    int depth; /* of the deepest node */
};

/* The samples must outlive the tree. The caller frees `out`. */
WARN_UNUSED int call_tree_make(struct call_tree *out, const struct sampled *s, const struct call_options *options, struct err *e);
void call_tree_free(struct call_tree *t); /* accepts a zeroed struct */

/* "Feed-forward;output;op_linear_forward" without the root, into `out`, which is returned. */
const char *call_tree_path(const struct call_tree *t, int node, char *out, size_t size);

#endif
