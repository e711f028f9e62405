/* The heads of a model, numbered through: head h of layer l is first[l] + h. A pruned model has fewer heads in some layers. */
#ifndef ANALYZER_MEASURE_HEAD_GRID_H
#define ANALYZER_MEASURE_HEAD_GRID_H

#include "analyzer/base/err.h"

struct model;

struct head_grid {
    int layers;
    int *first; /* [layers + 1]; owned */
};

/* The caller frees `out`. */
WARN_UNUSED int head_grid_init(struct head_grid *out, const struct model *m, struct err *e);
/* The same with `heads` [layers] given. */
WARN_UNUSED int head_grid_make(struct head_grid *out, const int *heads, int layers, struct err *e);
WARN_UNUSED int head_grid_copy(struct head_grid *out, const struct head_grid *g, struct err *e);
void head_grid_free(struct head_grid *g); /* accepts a zeroed struct */

int head_grid_heads(const struct head_grid *g); /* of all layers */
int head_grid_width(const struct head_grid *g); /* heads of the layer that has most */
int head_grid_layer(const struct head_grid *g, int head);

/* Divides the values of every layer by their l2 norm, in place (Michel et al. 2019, section 4.1, after Molchanov et al.
 * 2017); a layer of zeros stays. */
void head_grid_normalize(const struct head_grid *g, double *value);
/* The norm of a layer, 1 for a layer of zeros: what head_grid_normalize divides by. */
double head_grid_norm(const struct head_grid *g, const double *value, int layer);

#endif
