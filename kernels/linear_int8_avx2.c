#include "kernels/vec_avx2.inc"

#include "kernels/rows.h"
#include "kernels/weight_int8_avx2.inc"
#include "kernels/linear_int8_vec.inc"

LINEAR_ROW(int8, avx2, avx2)
