#include "kernels/vec_avx2.inc"

#include "kernels/read_f32_vec.inc"

double read_f32_avx2(const float *p, size_t bytes)
{
    return read_all(p, bytes);
}
