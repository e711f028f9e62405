#include "analyzer/compress/codebook.h"
#include "analyzer/compress/quantize.h"

static int apply(struct model *m, const struct recipe_line *step, const struct materials *x, const struct progress *progress,
                 struct err *e)
{
    (void)x;
    return quantize_apply(m, step, KERNEL_KMEANS, progress, e);
}

static const struct method_option options[] = {
    {"bits", VALUE_INT, "4", 2, CODEBOOK_BITS, NULL, "bits of a weight in a file; in memory they take 8"},
    QUANTIZE_OPTIONS,
};

const struct method method_kmeans = {
    .name = "kmeans",
    .family = "quantize",
    .summary = "at most 2^bits different weights in a matrix, by k-means; computed in f32",
    .effect = "size only",
    .option = options,
    .options = sizeof options / sizeof *options,
    .apply = apply,
};
