#include "kernels/vec_avx512.inc"

#include "kernels/rows.h"
#include "kernels/weight_bf16_avx512bf16.inc"
#include "kernels/linear_sums_f32_vec.inc"
#include "kernels/pack_f32_vec.inc"

static int pairs_of(int k)
{
    return parts_of(k, PACKED);
}

static size_t panel_bytes(int k)
{
    return (panel_weights(pairs_of(k)) * sizeof(weight) + 63) / 64 * 64;
}

/* pack_square leaves zeros past k, so the last of an odd number has a zero beside it. */
static void pack(void *panel, const float *w, ptrdiff_t ldw, int rows, int k)
{
    weight *to = panel;
    for (int i = 0; i < k; i += VEC) {
        vec low[VEC], high[VEC];
        pack_square(low, w + i, ldw, rows, k - i);
        pack_square(high, rows > VEC ? w + VEC * ldw + i : w, ldw, rows - VEC, k - i);
        for (int c = 0; c < VEC && c < k - i; c += PACKED, to += TILE_COLUMNS) {
            weights_store(to, low[c], low[c + 1]);
            weights_store(to + VEC, high[c], high[c + 1]);
        }
    }
}

static vec columns_of(const float *wt, int rows)
{
    return rows > 0 ? vec_load_part(wt, rows, vec_set1(0.0f)) : vec_set1(0.0f);
}

static void pack_transposed(void *panel, const float *wt, ptrdiff_t ldw, int rows, int k)
{
    weight *to = panel;
    for (int i = 0; i < k; i += PACKED, wt += PACKED * ldw, to += TILE_COLUMNS) {
        int rows_next = i + 1 < k ? rows : 0;
        weights_store(to, columns_of(wt, rows), columns_of(wt + ldw, rows_next));
        weights_store(to + VEC, columns_of(wt + VEC, rows - VEC), columns_of(wt + ldw + VEC, rows_next - VEC));
    }
}

static size_t input_bytes(int k)
{
    return (sizeof(uint16_t) * (size_t)k + 63) / 64 * 64;
}

/* Zeros follow the last input, as the last of an odd number needs one beside it. */
static void prepare(void *prepared, const float *x, ptrdiff_t ldx, int m, int k)
{
    char *to = prepared;
    for (int r = 0; r < m; r++, x += ldx, to += input_bytes(k)) {
        for (int i = 0; i < k; i += VEC)
            inputs_store(to + (size_t)i * sizeof(uint16_t), vec_load_part(x + i, k - i, vec_set1(0.0f)));
    }
}

static void run(float *y, ptrdiff_t ldy, const float *x, ptrdiff_t ldx, const void *panels, const float *bias, int m,
                int n, int k, enum activation act)
{
    struct linear_job job = {.y = y,
                             .ldy = ldy,
                             .x = x,
                             .ldx = ldx,
                             .panels = panels,
                             .panel_bytes = panel_bytes(k),
                             .bias = bias,
                             .n = n,
                             .k = pairs_of(k),
                             .act = act,
                             .activate = activate_f32_avx512};
    linear(&job, m);
}

const struct linear_kernel linear_bf16_avx512bf16 = {.panel = TILE_COLUMNS,
                                                     .row_block = TILE_ROWS,
                                                     .panel_bytes = panel_bytes,
                                                     .pack = pack,
                                                     .pack_transposed = pack_transposed,
                                                     .input_bytes = input_bytes,
                                                     .prepare = prepare,
                                                     .run = run};
