#include "kernels/vec_avx512.inc"

#include "kernels/weight_f32_vec.inc"
#include "kernels/tile_f32_vec.inc"
#include "kernels/pack_f32_vec.inc"
#include "kernels/attention_vec.inc"

const struct attention_kernel attention_f32_avx512 = {.scratch_bytes = attention_scratch_bytes,
                                                      .run = attention};
