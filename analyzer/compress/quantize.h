/* What the methods share that give linear layers another weight format. */
#ifndef ANALYZER_COMPRESS_QUANTIZE_H
#define ANALYZER_COMPRESS_QUANTIZE_H

#include "analyzer/compress/recipe.h"
#include "kernels/kernels.h"

/* The options layers= and components=. */
#define QUANTIZE_OPTIONS                                                                                                         \
    {"layers", VALUE_LAYERS, "all", 0, 0, NULL, "layers it applies to"},                                                         \
        {"components", VALUE_COMPONENTS, "before,after,ffn", 0, 0, NULL, "components it applies to; embeddings are sensitive"}

/* The matrices that a step with these options is about: indices of parameters of `m` into `out` [m->params]; returns how many. Negative for
 * layers that are not there. Tables of the embedding belong to no layer and are meant whenever their component is. */
WARN_UNUSED int quantize_choose(int *out, const struct model *m, const struct recipe_line *step, struct err *e);

/* w[n,k] becomes what the format has in its place; where that is a table (kmeans), at most 2^bits numbers (codebook.h). */
WARN_UNUSED int quantize_values(float *w, size_t n, size_t k, enum kernel_format format, int bits, struct err *e);

/* Rounds the chosen matrices to the format; kmeans has an option bits=. */
WARN_UNUSED int quantize_apply(struct model *m, const struct recipe_line *step, enum kernel_format format,
                               const struct progress *progress, struct err *e);

#endif
