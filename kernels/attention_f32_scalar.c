/* What is multiplied for a number */
static inline float factor(float x)
{
    return x;
}

#include "kernels/attention_scalar.inc"

const struct attention_kernel attention_f32_scalar = {.scratch_bytes = scratch_bytes, .run = run};
