#include "kernels/rows.h"
#include "kernels/half.h"

typedef uint16_t weight;

static inline float weight_value(weight w)
{
    return f32_from_bf16(w);
}

static inline weight weight_from(float f)
{
    return bf16_factor_from_f32(f);
}

static inline float input_value(float x)
{
    return f32_from_bf16(bf16_factor_from_f32(x));
}

#include "kernels/linear_f32_scalar.inc"

LINEAR_ROW(bf16)
