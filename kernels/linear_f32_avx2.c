#include "kernels/vec_avx2.inc"

#include "kernels/rows.h"
#include "kernels/linear_f32_vec.inc"

static void run(float *y, ptrdiff_t ldy, const float *x, ptrdiff_t ldx, const void *panels, const float *bias,
                int m, int n, int k, enum activation act)
{
    struct linear_job job = {.y = y,
                             .ldy = ldy,
                             .x = x,
                             .ldx = ldx,
                             .panels = panels,
                             .bias = bias,
                             .n = n,
                             .k = k,
                             .act = act,
                             .activate = activate_f32_avx2};
    linear(&job, m);
}

const struct linear_kernel linear_f32_avx2 = {.panel = TILE_COLUMNS,
                                              .row_block = TILE_ROWS,
                                              .panel_bytes = linear_panel_bytes,
                                              .pack = linear_pack,
                                              .run = run};
