#include "kernels/half.h"

/* What is multiplied for a number */
static inline float factor(float x)
{
    return f32_from_bf16(bf16_factor_from_f32(x));
}

#include "kernels/attention_scalar.inc"

const struct attention_kernel attention_bf16_scalar = {.scratch_bytes = scratch_bytes, .run = run};
