#include "kernels/half.h"

static inline uint16_t half_from(float x)
{
    return bf16_factor_from_f32(x);
}

static inline float half_value(uint16_t half)
{
    return f32_from_bf16(half);
}

#include "analyzer/model/stored_half.inc"

const struct stored stored_bf16 = {"bf16", KERNEL_BF16, bytes, encode, decode};
