#include "kernels/rows.h"

enum { CHAINS = 12, LANES = 8 };

/* Eight lanes of 16 bits: the most that a compiler makes of products of int8 without any flags. */
typedef uint16_t lanes __attribute__((vector_size(LANES * sizeof(uint16_t))));

double peak_int8_scalar(long rounds)
{
    const lanes three = {3, 3, 3, 3, 3, 3, 3, 3};
    lanes a[CHAINS], sum = three;
    for (int i = 0; i < CHAINS; i++)
        a[i] = three * (uint16_t)(i + 3);
    for (long r = 0; r < rounds; r++)
#pragma GCC unroll 12
        for (int i = 0; i < CHAINS; i++)
            a[i] = a[i] * three + three;
    for (int i = 0; i < CHAINS; i++)
        sum += a[i];
    __asm__ volatile("" : : "m"(sum)); /* somebody looks at the sum, so the rounds stay */
    return 2.0 * CHAINS * LANES * (double)rounds;
}
