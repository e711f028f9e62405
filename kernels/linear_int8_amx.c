#include "kernels/vec_avx512.inc"

#include "kernels/amx.h"
#include "kernels/rows.h"
#include "kernels/weight_int8_avx512vnni.inc"
#define TILES_MULTIPLY_ADD amx_multiply_add_int8
#include "kernels/linear_amx.inc"
#include "kernels/linear_int8_vec.inc"

LINEAR_ROW(int8, amx, avx512)
