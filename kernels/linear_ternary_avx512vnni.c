#include "kernels/vec_avx512.inc"

#include "kernels/rows.h"
#include "kernels/weight_int8_avx512vnni.inc"
#include "kernels/weight_ternary_vec.inc"
#include "kernels/linear_ternary_vec.inc"

LINEAR_ROW(ternary, avx512vnni, avx512)
