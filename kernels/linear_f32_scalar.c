#include "kernels/rows.h"

typedef float weight;

static inline float weight_value(weight w)
{
    return w;
}

static inline weight weight_from(float f)
{
    return f;
}

static inline float input_value(float x)
{
    return x;
}

#include "kernels/linear_f32_scalar.inc"

LINEAR_ROW(f32)
