#include "kernels/half.h"

static inline uint16_t half_from(float x)
{
    return f16_from_f32(x);
}

static inline float half_value(uint16_t half)
{
    return f32_from_f16(half);
}

#include "analyzer/model/stored_half.inc"

const struct stored stored_f16 = {"f16", KERNEL_F16, bytes, encode, decode};
