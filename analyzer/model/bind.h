/* Binding: every parameter of an architecture finds its tensor, and each tensor has the shape that config and layer
 * structure ask for. */
#ifndef ANALYZER_MODEL_BIND_H
#define ANALYZER_MODEL_BIND_H

#include "analyzer/model/arch.h"
#include "analyzer/model/model.h"

/* The shape of a parameter: 1 or 2 axes. */
int bind_shape(const struct model *m, const struct arch_param *p, int layer, size_t dim[2]);

/* Fills m->param from m->checkpoint; `where` is the directory, for sentences. Sets unused and note. */
WARN_UNUSED int bind_checkpoint(struct model *m, const char *where, bool encoder_only, struct err *e);

/* Fills m->param with seeded random values: weights N(0, 0.02) as in Devlin et al., LayerNorm 1 and 0, biases 0. */
WARN_UNUSED int bind_random(struct model *m, uint64_t seed, const struct progress *progress, struct err *e);

#endif
