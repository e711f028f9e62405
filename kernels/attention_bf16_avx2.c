#include "kernels/vec_avx2.inc"

#include "kernels/weight_bf16_wide_vec.inc"
#include "kernels/tile_f32_vec.inc"
#include "kernels/pack_f32_vec.inc"
#include "kernels/attention_vec.inc"

const struct attention_kernel attention_bf16_avx2 = {.scratch_bytes = attention_scratch_bytes,
                                                     .run = attention};
