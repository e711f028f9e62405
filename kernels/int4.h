/* Symmetric int4: INT4_GROUP neighbours of an output (the last group may have fewer) stand for q scale with integers q in
 * [-7, 7] (kernels/scale.h). A scale has 8 bits of significand, so it is a number of bf16. */
#ifndef KERNELS_INT4_H
#define KERNELS_INT4_H

#include "kernels/scale.h"

enum { INT4_GROUP = 32 };

static inline int int4_groups(int k)
{
    return (k - 1) / INT4_GROUP + 1;
}

/* How many of k weights are in a group. */
static inline int int4_group_size(int group, int k)
{
    return k - group * INT4_GROUP < INT4_GROUP ? k - group * INT4_GROUP : INT4_GROUP;
}

static inline struct scale int4_scale(const float *w, int size)
{
    return scale_of(scale_top(w, size), 7, 8);
}

/* Four bits in two's complement, and back. */
static inline unsigned int4_code(int8_t q)
{
    return (unsigned)q & 15;
}

static inline int int4_integer(unsigned code)
{
    return (int)(code ^ 8) - 8;
}

#endif
