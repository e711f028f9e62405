/* Codes of 1 to 8 bits, one after the other, from the lowest bit of a byte on. */
#ifndef KERNELS_CODES_H
#define KERNELS_CODES_H

#include <stddef.h>

static inline size_t codes_bytes(size_t count, int bits)
{
    return (count * (size_t)bits + 7) / 8;
}

static inline unsigned codes_get(const unsigned char *p, size_t i, int bits)
{
    size_t at = i * (size_t)bits, shift = at % 8;
    unsigned code = (unsigned)p[at / 8] >> shift;
    if (shift + (size_t)bits > 8)
        code |= (unsigned)p[at / 8 + 1] << (8 - shift);
    return code & ((1u << bits) - 1);
}

/* The bits at code i are still 0. */
static inline void codes_set(unsigned char *p, size_t i, int bits, unsigned code)
{
    size_t at = i * (size_t)bits, shift = at % 8;
    p[at / 8] |= (unsigned char)(code << shift);
    if (shift + (size_t)bits > 8)
        p[at / 8 + 1] |= (unsigned char)(code >> (8 - shift));
}

#endif
