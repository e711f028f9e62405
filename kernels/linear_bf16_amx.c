#include "kernels/vec_avx512.inc"

#include "kernels/amx.h"
#include "kernels/rows.h"
#include "kernels/weight_bf16_avx512bf16.inc"
#define TILES_MULTIPLY_ADD amx_multiply_add_bf16
#include "kernels/linear_amx.inc"
#include "kernels/linear_bf16_pairs.inc"

LINEAR_ROW(bf16, amx)
