#include "kernels/rows.h"

enum { CHAINS = 12, LANES = 4 };

/* Four lanes: what a compiler makes of the other rows without any flags, where the machine has them. */
typedef float lanes __attribute__((vector_size(LANES * sizeof(float))));

double peak_f32_scalar(long rounds)
{
    const lanes half = {0.5f, 0.5f, 0.5f, 0.5f};
    lanes a[CHAINS], sum = {0};
    for (int i = 0; i < CHAINS; i++) /* not 1, which stays 1: a compiler may leave such a chain out */
        a[i] = half * (float)(i + 3);
    for (long r = 0; r < rounds; r++)
#pragma GCC unroll 12
        for (int i = 0; i < CHAINS; i++)
            a[i] = a[i] * half + half;
    for (int i = 0; i < CHAINS; i++)
        sum += a[i];
    /* 0 * sum is not a constant for the compiler (sum could be NaN), so the rounds stay */
    return 2.0 * CHAINS * LANES * (double)rounds + 0 * (double)(sum[0] + sum[1] + sum[2] + sum[3]);
}
