#include "kernels/vec_avx512.inc"

#include "kernels/dropout_f32_vec.inc"

void dropout_f32_avx512(float *y, const float *x, size_t n, float p, uint64_t seed, uint64_t first)
{
    dropout(y, x, n, p, seed, first);
}
