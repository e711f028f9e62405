#include "kernels/vec_avx512.inc"

#include "kernels/read_f32_vec.inc"

double read_f32_avx512(const float *p, size_t bytes)
{
    return read_all(p, bytes);
}
