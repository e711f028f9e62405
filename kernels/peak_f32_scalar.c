#include "kernels/rows.h"

enum { LANES = 32 };

double peak_f32_scalar(long rounds)
{
    float a[LANES], sum = 0;
    for (int i = 0; i < LANES; i++)
        a[i] = (float)i;
    for (long r = 0; r < rounds; r++)
        for (int i = 0; i < LANES; i++)
            a[i] = a[i] * 0.5f + 0.5f;
    for (int i = 0; i < LANES; i++)
        sum += a[i];
    /* 0 * sum is not a constant for the compiler (sum could be NaN), so the rounds stay */
    return 2.0 * LANES * (double)rounds + 0 * sum;
}
