#include "kernels/vec_avx512.inc"

#include "kernels/linear_sparse_vec.inc"

LINEAR_ROW(avx512)
