/* Symmetric int8: the numbers of a row stand for q scale with integers q in [-127, 127].
 *
 * With most = max(max |x|, 2^-100): scale = most / 127 and q = nearest even of x (127 / most), each operation rounded to
 * float. All variants do just that, so they agree on every q. A row with infinity or NaN has no scale: NaN, all
 * q are 0.
 *
 * |x - q scale| <= (1/2 + 127 (2 u + u^2)) scale (1 + u): x (127 / most) is off by two roundings, scale by one. */
#ifndef KERNELS_INT8_H
#define KERNELS_INT8_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/half.h"

#define INT8_MOST  127
#define INT8_LEAST 0x1p-100f /* of `most`: its inverse is finite */

struct int8_scale {
    float scale, inverse; /* inverse 0 and scale NaN where there is none */
};

/* `bits`: the largest |x| as an integer, which orders NaN above infinity above all numbers. */
static inline struct int8_scale int8_scale_of(uint32_t bits)
{
    float most = f32_from_bits(bits);
    if (bits >= 0x7f800000u)
        return (struct int8_scale){NAN, 0};
    most = most < INT8_LEAST ? INT8_LEAST : most;
    return (struct int8_scale){most / INT8_MOST, INT8_MOST / most};
}

static inline struct int8_scale int8_scale_row(const float *x, int k)
{
    uint32_t bits = 0;
    for (int i = 0; i < k; i++) {
        uint32_t magnitude = bits_from_f32(x[i]) & 0x7fffffffu;
        bits = magnitude > bits ? magnitude : bits;
    }
    return int8_scale_of(bits);
}

static inline int8_t int8_quantize(float x, struct int8_scale s)
{
    return s.inverse > 0 ? (int8_t)rintf(x * s.inverse) : 0;
}

#endif
