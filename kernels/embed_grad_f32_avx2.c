#include "kernels/vec_avx2.inc"

#include "kernels/embed_grad_f32_vec.inc"

void embed_grad_f32_avx2(float *dword, float *dposition, float *dtype, ptrdiff_t ld, const float *dy,
                         const int32_t *id, const int32_t *pos, const int32_t *tt, int m, int cols)
{
    embed_grad(dword, dposition, dtype, ld, dy, id, pos, tt, m, cols);
}
