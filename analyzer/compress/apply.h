/* A recipe applied to a model. */
#ifndef ANALYZER_COMPRESS_APPLY_H
#define ANALYZER_COMPRESS_APPLY_H

#include "analyzer/compress/recipe.h"

struct model;

/* Whether a step of the recipe needs rows of data. */
enum method_needs recipe_needs(const struct recipe *r);

/* The model that the steps make of `base`, which is not changed and must outlive it; the caller frees `out`. Either all steps are
 * applied or there is no result: "NAME: line 3: ..." says which one could not be. `x` is borrowed for the call. */
WARN_UNUSED int recipe_apply(struct model **out, const struct model *base, const struct recipe *r, const char *name,
                             const struct materials *x, const struct progress *progress, struct err *e);

#endif
