/* Integers times a scale: numbers x become q scale, with integers q in [-most, most].
 *
 * With top = max(max |x|, 2^-100) over the numbers that share the scale: scale = top / most, rounded to float and then cut to
 * `bits` bits of significand; q = nearest even of x (1 / scale), each operation rounded to float. All variants do just that, so
 * they agree on every q. With infinity or NaN among the numbers the scale is NaN and all q are 0.
 *
 * |x - q scale| <= (1/2 + 128 (2 u + u^2)) scale.
 *
 * What came out goes in unchanged: numbers q scale get the same scale and the same q. For most = 127 with 16 bits and most = 7
 * with 8 bits:
 * - |q| <= most, and q = most for the largest |x| >= 2^-100: the cut makes scale smaller by less than 2^(1 - bits) of itself, so
 *   |x| / scale < 127.01 or 7.06, and it is not less than most (1 - 2 u).
 * - q scale is exact: at most 7 + 16 bits; scale is more than 2^-108; most scale is finite, as it is at most FLT_MAX (1 + u),
 *   has 23 bits, and the next number of 23 bits after FLT_MAX is 2^128.
 * - Where most scale >= 2^-100 it is the largest |q scale|, its quotient by most is scale, and the cut leaves it. Else scale is
 *   that of the floor, s: the next number of `bits` bits after s is above 2^-100 / most, and any larger scale is at least that
 *   number. And most s < 2^-100, so the floor gives s again.
 * - q scale (1 / scale) is off q by two roundings, less than 1/2. */
#ifndef KERNELS_SCALE_H
#define KERNELS_SCALE_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/half.h"

#define SCALE_FLOOR 0x1p-100f /* of `top`: the inverse is finite */

struct scale {
    float scale, inverse; /* inverse 0 and scale NaN where there is none */
};

/* `top`: the largest |x| as an integer, which orders NaN above infinity above all numbers. */
static inline struct scale scale_of(uint32_t top, float most, int bits)
{
    float largest = f32_from_bits(top);
    if (top >= 0x7f800000u)
        return (struct scale){NAN, 0};
    largest = largest < SCALE_FLOOR ? SCALE_FLOOR : largest;
    float scale = f32_from_bits(bits_from_f32(largest / most) & ~0u << (24 - bits));
    return (struct scale){scale, 1 / scale};
}

static inline uint32_t scale_top(const float *x, int k)
{
    uint32_t top = 0;
    for (int i = 0; i < k; i++) {
        uint32_t magnitude = bits_from_f32(x[i]) & 0x7fffffffu;
        top = magnitude > top ? magnitude : top;
    }
    return top;
}

static inline int8_t scale_quantize(float x, struct scale s)
{
    return s.inverse > 0 ? (int8_t)rintf(x * s.inverse) : 0;
}

#endif
