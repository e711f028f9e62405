#include "kernels/vec_avx512.inc"

#include "kernels/rows.h"
#include "kernels/weight_int8_avx512vnni.inc"
#include "kernels/linear_int8_vec.inc"

LINEAR_ROW(int8, avx512vnni, avx512)
