#include "kernels/vec_avx2.inc"

#include "kernels/rows.h"
#include "kernels/weight_int8_avxvnni.inc"
#include "kernels/linear_int8_vec.inc"

LINEAR_ROW(int8, avxvnni, avx2)
