#include "kernels/vec_avx2.inc"

#include "kernels/attention_grad_f32_vec.inc"

const struct attention_grad_kernel attention_grad_f32_avx2 = {.scratch_bytes = attention_grad_scratch_bytes,
                                                            .run = attention_grad};
