/* Pruning of heads or neurons: the units of a layer, of which the least important go, all at once or a few at a time with new scores
 * in between. */
#ifndef ANALYZER_COMPRESS_UNITS_H
#define ANALYZER_COMPRESS_UNITS_H

#include "analyzer/compress/recipe.h"
#include "analyzer/model/model.h"

struct units {
    const char *what; /* "heads" */
    int (*count)(const struct layer_shape *l);
    /* As importance_of_heads, see importance.h. */
    int (*importance)(double *value, const struct model *m, const struct recipe_line *step, const struct materials *x,
                      const char *changes, const struct progress *progress, struct err *e);
    /* As structure_drop_heads, see structure.h. */
    int (*drop)(struct model *m, int layer, const bool *gone, int threads, struct err *e);
};

extern const struct units units_heads, units_neurons;

int units_total(const struct units *u, const struct model *m);

/* Takes out the share `fraction` of the units of the step's layers in `iterations` rounds: with scope=all the least important of all, with
 * scope=layer those of each layer. kept [layers * config.heads], or NULL: heads that are not to go. */
WARN_UNUSED int units_prune(struct model *m, const struct units *u, const struct recipe_line *step, const bool *kept,
                            const struct materials *x, const struct progress *progress, struct err *e);

#define UNITS_OPTIONS(scope_fallback)                                                                                            \
    {"fraction", VALUE_REAL, "0", 0, 1, NULL, "share of them that goes; one of a layer always stays"}, IMPORTANCE_BY,            \
        {"layers", VALUE_LAYERS, "all", 0, 0, NULL, "layers it applies to"},                                                     \
        {"scope", VALUE_CHOICE, scope_fallback, 0, 0, units_scopes, "the least important of all layers, or of each layer"},      \
        {"iterations", VALUE_INT, "1", 1, 1000, NULL, "rounds; scores are worked out anew for each"},                            \
        {"seed", VALUE_INT, "0", 0, 1 << 30, NULL, "of by=random"}

extern const char *const units_scopes[];

#endif
