/* Symmetric int8: the numbers of a row stand for q scale with integers q in [-127, 127] (kernels/scale.h).
 *
 * The scale of an output of w has 16 bits of significand, so that what w became is rounded to itself. That of a row of x is not
 * cut: it would make a step of 2^-15 of a difference in the last place.
 *
 * With a range, the integers of every row of x reach just so far: |x| = range becomes 127, and what is beyond it saturates there,
 * infinity too. NaN in a row makes no scale all the same. */
#ifndef KERNELS_INT8_H
#define KERNELS_INT8_H

#include <stdbool.h>

#include "kernels/scale.h"

static inline struct scale int8_weight_scale(const float *w, int k)
{
    return scale_of(scale_top(w, k), 127, 16);
}

/* `top` as in scale_of; `range` as above, or 0. */
static inline struct scale int8_input_scale(uint32_t top, float range)
{
    bool fixed = range > 0 && top <= 0x7f800000u;
    return scale_of(fixed ? bits_from_f32(range) : top, 127, 24);
}

static inline int8_t int8_input_quantize(float x, struct scale s)
{
    return s.inverse > 0 ? (int8_t)rintf(fminf(fmaxf(x * s.inverse, -127), 127)) : 0;
}

#endif
