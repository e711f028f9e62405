#include "kernels/vec_avx2.inc"

#include "kernels/embed_f32_vec.inc"

void embed_f32_avx2(float *y, const float *word, const float *position, const float *type, const int32_t *id,
                    const int32_t *pos, const int32_t *tt, int m, int n)
{
    embed(y, word, position, type, id, pos, tt, m, n);
}
