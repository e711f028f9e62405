/* Numbers of 16 bits: IEEE 754 binary16 (f16: 5 exponent, 10 fraction bits) and bfloat16 (bf16: the upper half of a
 * float). To float is exact; from float rounds to nearest, ties to even, to infinity past the largest number (f16: from
 * 65520 on) and into subnormal numbers below 2^-14 (f16) or 2^-126 (bf16). NaN stays NaN.
 *
 * Masks instead of branches, so that loops become vectors. */
#ifndef KERNELS_HALF_H
#define KERNELS_HALF_H

#include <stdint.h>
#include <string.h>

static inline float f32_from_bits(uint32_t bits)
{
    float f;
    memcpy(&f, &bits, sizeof f);
    return f;
}

static inline uint32_t bits_from_f32(float f)
{
    uint32_t bits;
    memcpy(&bits, &f, sizeof bits);
    return bits;
}

/* `yes` where the condition holds, else `no` */
static inline uint32_t half_choose(int condition, uint32_t yes, uint32_t no)
{
    uint32_t mask = -(uint32_t)(condition != 0);
    return (yes & mask) | (no & ~mask);
}

/* The exponent is re-biased by 112 (infinity and NaN by 112 twice); a denormal m 2^-24 is
 * 2^-14 (1 + m/1024) - 2^-14. */
static inline float f32_from_f16(uint16_t h)
{
    uint32_t magnitude = h & 0x7fffu, shifted = magnitude << 13;
    uint32_t special = -(uint32_t)(magnitude >= 0x7c00u);
    uint32_t normal = shifted + 0x38000000u + (special & 0x38000000u);
    uint32_t denormal = bits_from_f32(f32_from_bits(shifted + 0x38800000u) - 0x1p-14f);
    return f32_from_bits(half_choose(magnitude < 0x400u, denormal, normal) | (uint32_t)(h & 0x8000u) << 16);
}

static inline float f32_from_bf16(uint16_t h)
{
    return f32_from_bits((uint32_t)h << 16);
}

/* Half of the last place less one, plus the last bit that stays, carries exactly when nearest-even rounds up; a carry out
 * of the fraction is the next exponent, and infinity past the last. */
static inline uint16_t bf16_from_f32(float f)
{
    uint32_t bits = bits_from_f32(f), rounded = bits + 0x7fffu + (bits >> 16 & 1);
    return (uint16_t)(half_choose((bits & 0x7fffffffu) > 0x7f800000u, bits | 0x400000u, rounded) >> 16);
}

/* What bf16 makes of a number that is going to be multiplied: the same, but zero of everything below 2^-126, as
 * VCVTNEPS2BF16 and VDPBF16PS have it (Intel, Software Developer's Manual, volume 2). */
static inline uint16_t bf16_factor_from_f32(float f)
{
    uint32_t bits = bits_from_f32(f);
    return bf16_from_f32(f32_from_bits(half_choose((bits & 0x7f800000u) == 0, bits & 0x80000000u, bits)));
}

/* As bf16_from_f32, with 13 bits and an exponent re-biased by 112; below 2^-14 adding 1/2 leaves the last place of a float at
 * 2^-24, which is that of a denormal. */
static inline uint16_t f16_from_f32(float f)
{
    uint32_t bits = bits_from_f32(f), magnitude = bits & 0x7fffffffu;
    uint32_t normal = (magnitude - 0x38000000u + 0xfffu + (magnitude >> 13 & 1)) >> 13;
    uint32_t denormal = bits_from_f32(f32_from_bits(magnitude) + 0.5f) - 0x3f000000u;
    uint32_t h = half_choose(magnitude < 0x38800000u, denormal, normal);
    h = half_choose(magnitude >= 0x477ff000u, 0x7c00u, h); /* 65520 */
    h = half_choose(magnitude > 0x7f800000u, 0x7e00u, h);
    return (uint16_t)(h | (bits >> 16 & 0x8000u));
}

#endif
