/* Symmetric int8: the numbers of a row stand for q scale with integers q in [-127, 127] (kernels/scale.h).
 *
 * The scale of an output of w has 16 bits of significand, so that what w became is rounded to itself. That of a row of x is not
 * cut: it would make a step of 2^-15 of a difference in the last place. */
#ifndef KERNELS_INT8_H
#define KERNELS_INT8_H

#include "kernels/scale.h"

static inline struct scale int8_weight_scale(const float *w, int k)
{
    return scale_of(scale_top(w, k), 127, 16);
}

/* `top` as in scale_of */
static inline struct scale int8_input_scale(uint32_t top)
{
    return scale_of(top, 127, 24);
}

#endif
