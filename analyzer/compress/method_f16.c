#include "analyzer/compress/quantize.h"

static int apply(struct model *m, const struct recipe_line *step, const struct materials *x, const struct progress *progress,
                 struct err *e)
{
    (void)x;
    return quantize_apply(m, step, KERNEL_F16, progress, e);
}

static const struct method_option options[] = {QUANTIZE_OPTIONS};

const struct method method_f16 = {
    .name = "f16",
    .family = "quantize",
    .summary = "half precision: 11 bits of significand",
    .option = options,
    .options = sizeof options / sizeof *options,
    .apply = apply,
};
