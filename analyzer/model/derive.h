/* A model that differs from another one: it borrows all tensors, and what changes gets memory of its own. */
#ifndef ANALYZER_MODEL_DERIVE_H
#define ANALYZER_MODEL_DERIVE_H

#include "analyzer/model/model.h"

/* `base` is not changed and must outlive the result, which the caller frees. */
WARN_UNUSED int model_derive(struct model **out, const struct model *base, struct err *e);

/* The numbers of a parameter as dense floats, to be changed and given back; the caller frees them. */
WARN_UNUSED int param_copy(float **out, const struct param *p, struct err *e);

/* Its numbers are in this format from now on, and each token that the layer reads has a scale of its own again. */
void param_set_format(struct param *p, enum kernel_format format);

/* Gives parameter `param` of a derived model these numbers [dim[0], dim[1]] (a vector: dim[1] is not read), which it then
 * owns (malloc). Shapes of layers are up to the caller. */
void model_take(struct model *m, int param, const size_t dim[2], float *values);

/* Gives a derived model one more parameter, a matrix, in front of parameter `at`; it owns the numbers from then on, also after a failure.
 * Pointers to parameters are no longer good. */
WARN_UNUSED int model_add(struct model *m, int at, enum role role, const size_t dim[2], float *values, struct err *e);
/* Parameter `param` becomes another view of the numbers of parameter `like`, and takes its format and range of inputs
 * over. */
void model_tie(struct model *m, int param, int like);
/* Takes a parameter out again. */
void model_remove(struct model *m, int param);

/* Whether parameter `param` has numbers other than those of the model it was derived from. */
bool model_replaced(const struct model *m, int param);

/* The model goes on with this tokenizer, which it then owns, and takes rows of its tables of words: row i becomes row from[i], of n.
 * After a failure nothing has changed. */
WARN_UNUSED int model_take_vocab(struct model *m, struct tokenizer *t, const int *from, int n, struct err *e);

/* Takes a layer out of a derived model; those above move down. */
void model_drop_layer(struct model *m, int layer);

/* The layer that comes from layer `number` of the first model; -1 if it is gone. */
int model_layer(const struct model *m, int number);

#endif
