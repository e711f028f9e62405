/* How much heads and neurons matter to a model, by the criteria that a step can name. */
#ifndef ANALYZER_COMPRESS_IMPORTANCE_H
#define ANALYZER_COMPRESS_IMPORTANCE_H

#include "analyzer/compress/recipe.h"
#include "analyzer/measure/heads.h"

/* Gradient scores of the model on the materials' rows, from the memo if they were worked out before. `changes`: what a step has done
 * to the model since materials.before, "" at its beginning. The caller frees `out`. */
WARN_UNUSED int importance_scores(struct head_scores *out, const struct model *m, const struct materials *x, const char *changes,
                                  const struct progress *progress, struct err *e);

#define IMPORTANCE_BY                                                                                                            \
    {"by", VALUE_CHOICE, "gradient", 0, 0, importance_choices,                                                                   \
     "what decides: gradient (needs rows), magnitude of the weights, or random"}

extern const char *const importance_choices[];

/* Whether a step that removes `fraction` by= something needs rows. */
enum method_needs importance_needs(const struct recipe_line *step);

/* value [heads of all layers, numbered through] or [neurons of all layers]: greater = matters more, by the option `by` of the step. Heads by
 * gradient: Michel et al. 2019, equation 6; neurons: the diagonal Fisher information. */
WARN_UNUSED int importance_of_heads(double *value, const struct model *m, const struct recipe_line *step, const struct materials *x,
                                    const char *changes, const struct progress *progress, struct err *e);
WARN_UNUSED int importance_of_neurons(double *value, const struct model *m, const struct recipe_line *step,
                                      const struct materials *x, const char *changes, const struct progress *progress,
                                      struct err *e);

#endif
