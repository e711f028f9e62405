#include "kernels/vec_avx512.inc"

#include "kernels/weight_bf16_avx512bf16.inc"
#include "kernels/tile_f32_vec.inc"
#include "kernels/pack_bf16_pairs.inc"
#include "kernels/attention_vec.inc"

const struct attention_kernel attention_bf16_avx512bf16 = {.scratch_bytes = attention_scratch_bytes,
                                                           .run = attention};
