/* Gradients of the parameters of a model: one array of floats for each. */
#ifndef ANALYZER_RUN_GRADIENTS_H
#define ANALYZER_RUN_GRADIENTS_H

#include <stddef.h>

#include "analyzer/base/arena.h"
#include "analyzer/base/err.h"

struct model;

struct gradients {
    float **param; /* [model->params]: each [numbers of the parameter], dense; those that share their numbers have one gradient */
    float *all;    /* all of them in one piece; what lies between them is 0 */
    size_t floats; /* in `all` */
    struct arena arena;
};

/* Zeroed. The caller frees `out`. */
WARN_UNUSED int gradients_new(struct gradients **out, const struct model *m, struct err *e);
void gradients_free(struct gradients *g); /* accepts NULL */

/* Gradient of model->param[i]. */
float *gradients_of(const struct gradients *g, int i);

/* Backward passes add: set all to 0 before the first of those that are to be summed. */
void gradients_clear(struct gradients *g, int threads);

#endif
