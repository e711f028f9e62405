#include "kernels/dropout.h"
#include "kernels/rows.h"

void dropout_f32_scalar(float *y, const float *x, size_t n, float p, uint64_t seed, uint64_t first)
{
    for (size_t i = 0; i < n;) {
        struct dropout d = dropout_new(p, seed, (uint32_t)((first + i) >> 32));
        for (size_t end = i + dropout_run(first + i, n - i); i < end; i++)
            y[i] = dropout_hash(&d, (uint32_t)(first + i)) >= d.below ? x[i] * d.scale : 0;
    }
}
