#include "analyzer/compress/quantize.h"

static int apply(struct model *m, const struct recipe_line *step, const struct materials *x, const struct progress *progress,
                 struct err *e)
{
    (void)x;
    return quantize_apply(m, step, KERNEL_BF16, progress, e);
}

static const struct method_option options[] = {QUANTIZE_OPTIONS};

const struct method method_bf16 = {
    .name = "bf16",
    .family = "quantize",
    .summary = "bfloat16: 8 bits of significand, the range of f32",
    .option = options,
    .options = sizeof options / sizeof *options,
    .apply = apply,
};
