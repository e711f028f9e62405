#include "analyzer/compress/quantize.h"

static int apply(struct model *m, const struct recipe_line *step, const struct materials *x, const struct progress *progress,
                 struct err *e)
{
    (void)x;
    return quantize_apply(m, step, KERNEL_INT4, progress, e);
}

static const struct method_option options[] = {QUANTIZE_OPTIONS};

const struct method method_int4 = {
    .name = "int4",
    .family = "quantize",
    .summary = "4-bit integers: a scale for every 32 weights of an output; computed in f32",
    .effect = "size only",
    .option = options,
    .options = sizeof options / sizeof *options,
    .apply = apply,
};
