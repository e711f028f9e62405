#include "kernels/vec_avx2.inc"

#include "kernels/rows.h"
#include "kernels/weight_f16_vec.inc"
#include "kernels/linear_f32_vec.inc"

LINEAR_ROW(f16, avx2)
