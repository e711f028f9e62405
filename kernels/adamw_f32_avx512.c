#include "kernels/vec_avx512.inc"

#include "kernels/adamw_f32_vec.inc"

void adamw_f32_avx512(float *w, float *m, float *v, const float *g, size_t n, const struct adamw *h)
{
    adamw(w, m, v, g, n, h);
}
