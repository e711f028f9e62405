#include "kernels/vec_avx512.inc"

#include "kernels/rows.h"
#include "kernels/weight_bf16_avx512bf16.inc"
#include "kernels/linear_bf16_pairs.inc"

LINEAR_ROW(bf16, avx512bf16)
