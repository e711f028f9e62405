#include "kernels/vec_avx2.inc"

#include "kernels/linear_sparse_vec.inc"

LINEAR_ROW(avx2)
