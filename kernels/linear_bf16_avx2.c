#include "kernels/vec_avx2.inc"

#include "kernels/rows.h"
#include "kernels/weight_bf16_vec.inc"
#include "kernels/linear_f32_vec.inc"

LINEAR_ROW(bf16, avx2)
