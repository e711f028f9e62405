#include "kernels/vec_avx2.inc"

#include "kernels/rows.h"
#include "kernels/weight_int8_avxvnni.inc"
#include "kernels/weight_ternary_vec.inc"
#include "kernels/linear_ternary_vec.inc"

LINEAR_ROW(ternary, avxvnni, avx2)
