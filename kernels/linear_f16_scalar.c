#include "kernels/rows.h"
#include "kernels/half.h"

typedef uint16_t weight;

static inline float weight_value(weight w)
{
    return f32_from_f16(w);
}

static inline weight weight_from(float f)
{
    return f16_from_f32(f);
}

static inline float input_value(float x)
{
    return x;
}

#include "kernels/linear_f32_scalar.inc"

LINEAR_ROW(f16)
