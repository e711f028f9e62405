#include "analyzer/compress/quantize.h"

static int apply(struct model *m, const struct recipe_line *step, const struct materials *x, const struct progress *progress,
                 struct err *e)
{
    (void)x;
    return quantize_apply(m, step, KERNEL_INT8, progress, e);
}

static const struct method_option options[] = {QUANTIZE_OPTIONS};

const struct method method_int8 = {
    .name = "int8",
    .family = "quantize",
    .summary = "8-bit integers: a scale for each output, inputs rounded per token as they come",
    .option = options,
    .options = sizeof options / sizeof *options,
    .apply = apply,
};
