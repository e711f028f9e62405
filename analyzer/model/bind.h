/* Binding: every parameter of an architecture finds its tensor, and each tensor has the shape that config and layer
 * structure ask for. */
#ifndef ANALYZER_MODEL_BIND_H
#define ANALYZER_MODEL_BIND_H

#include "analyzer/model/arch.h"
#include "analyzer/model/model.h"

enum { BIND_NAME_SIZE = 192 };

/* The shape of a parameter: 1 or 2 axes. */
int bind_shape(const struct model *m, const struct arch_param *p, int layer, size_t dim[2]);

/* The name of a parameter in HuggingFace files, without the architecture's prefix. */
void bind_name(char out[BIND_NAME_SIZE], const struct arch_param *p, int layer);

/* Calls `bind` for every parameter that the architecture may have, in the order of the forward pass: the rows with %d
 * once a layer, the others with layer -1. */
typedef int bind_fn(const struct arch_param *p, int layer, void *payload, struct err *e);
WARN_UNUSED int bind_each(const struct model *m, bind_fn *bind, void *payload, struct err *e);

/* Room for all of them; the caller frees it. */
WARN_UNUSED int bind_allocate(struct param **out, const struct model *m, struct err *e);
struct param bind_param(const struct arch_param *p, int layer, const char *name, const struct tensor *t);

/* Fills m->param from m->checkpoint; `where` is the directory, for sentences. Sets unused and note. */
WARN_UNUSED int bind_checkpoint(struct model *m, const char *where, const struct model_options *options, struct err *e);

#endif
