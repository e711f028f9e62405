#include "analyzer/compress/quantize.h"

static int apply(struct model *m, const struct recipe_line *step, const struct materials *x, const struct progress *progress,
                 struct err *e)
{
    (void)x;
    return quantize_apply(m, step, KERNEL_TERNARY, progress, e);
}

static const struct method_option options[] = {QUANTIZE_OPTIONS};

const struct method method_ternary = {
    .name = "ternary",
    .family = "quantize",
    .summary = "-a, 0 and a for each output (TWN), 2 bits a weight; inputs rounded per token as they come",
    .option = options,
    .options = sizeof options / sizeof *options,
    .apply = apply,
};
