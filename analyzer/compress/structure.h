/* Taking heads and neurons out of the layers of a derived model, so that they are really gone. */
#ifndef ANALYZER_COMPRESS_STRUCTURE_H
#define ANALYZER_COMPRESS_STRUCTURE_H

#include <stdbool.h>

#include "analyzer/model/model.h"

/* gone [heads of the layer]: the heads that go: their rows of query, key and value and their columns of the output projection,
 * whose bias stays. At least one head must stay (ERR_SHAPE). The same on any number of threads. */
WARN_UNUSED int structure_drop_heads(struct model *m, int layer, const bool *gone, int threads, struct err *e);

/* gone [neurons of the layer]: their rows of the first and columns of the second feed-forward matrix. At least one must stay. */
WARN_UNUSED int structure_drop_neurons(struct model *m, int layer, const bool *gone, int threads, struct err *e);

/* How much of a layer leaves through head i or neuron i, from the weights alone: norm [heads or neurons], the l2 norm of its columns of
 * the matrix behind it, for a neuron times the norm of its row in front. */
WARN_UNUSED int structure_head_norms(const struct model *m, int layer, double *norm, struct err *e);
WARN_UNUSED int structure_neuron_norms(const struct model *m, int layer, double *norm, struct err *e);

#endif
