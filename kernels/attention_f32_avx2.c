#include "kernels/vec_avx2.inc"

#include "kernels/attention_f32_vec.inc"

const struct attention_kernel attention_f32_avx2 = {.scratch_bytes = attention_scratch_bytes,
                                                    .run = attention};
