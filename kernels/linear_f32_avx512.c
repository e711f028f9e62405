#include "kernels/vec_avx512.inc"

#include "kernels/rows.h"
#include "kernels/weight_f32_vec.inc"
#include "kernels/linear_f32_vec.inc"

LINEAR_ROW(f32, avx512)
