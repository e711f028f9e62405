/* Which parts of a model a step of a recipe is about, and the recipe that leaves one of them as it is. */
#ifndef ANALYZER_COMPRESS_LEAVE_OUT_H
#define ANALYZER_COMPRESS_LEAVE_OUT_H

#include "analyzer/compress/recipe.h"

/* A layer, a component, or a component of a layer; -1 = all that the step is about. */
struct step_part {
    int layer; /* its number in the model that the recipe begins with */
    int component;
};

/* The layers that a model has, in its order. */
struct layer_numbers {
    const int *number; /* [layers], borrowed */
    int layers;
};

/* Whether two lines are the same step but for layers= and components=, and for being off. */
bool step_alike(const struct recipe_line *a, const struct recipe_line *b);

/* Whether a step of `r` that is like `step` is about some of the part. */
bool recipe_has_part(const struct recipe *r, const struct recipe_line *step, struct layer_numbers all, struct step_part part);

/* Takes the part out of all steps of `r` that are like `step`, which may be a line of another recipe: their layers= and components= name
 * what is left, and where that is no rectangle of layers and components one step becomes two. ERR_USAGE if none of them is about the part,
 * or if nothing would be left of all of them. */
WARN_UNUSED int recipe_leave_out(struct recipe *r, const struct recipe_line *step, struct layer_numbers all, struct step_part part, struct err *e);

#endif
