#include "kernels/rows.h"

enum { LANES = 32 };

double read_f32_scalar(const float *p, size_t bytes)
{
    float sum[LANES] = {0};
    for (size_t i = 0; i < bytes / sizeof *p; i += LANES)
        for (int j = 0; j < LANES; j++)
            sum[j] += p[i + j];
    double total = 0;
    for (int j = 0; j < LANES; j++)
        total += sum[j];
    return total;
}
