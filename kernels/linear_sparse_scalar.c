#include "kernels/rows.h"
#include "kernels/sparse.h"

enum { ROWS = 8 }; /* each sum waits for itself, so several rows take turns */

/* in[SPARSE_DEPTH, ROWS] = x[rows, inputs]^T */
static void transpose_block(float *in, const float *x, ptrdiff_t ldx, int rows, int inputs)
{
    for (int i = 0; i < inputs; i++)
        for (int r = 0; r < ROWS; r++)
            in[i * ROWS + r] = r < rows ? x[r * ldx + i] : 0;
}

/* sum[SPARSE_PANEL, ROWS] += the weights of a panel times a block of inputs, in the order of linear_f32_scalar. */
static void add_block(float *sum, const float *in, const struct sparse *s, int block)
{
    const uint16_t *count = s->count + block * SPARSE_PANEL;
    size_t at = s->first[block];
    for (int c = 0; c < SPARSE_PANEL; c++, sum += ROWS)
        for (size_t end = at + count[c]; at < end; at++) {
            const float *x = in + s->input[at] * ROWS;
            for (int r = 0; r < ROWS; r++)
                sum[r] += x[r] * s->value[at];
        }
}

static void add_panel(float *sum, const float *x, ptrdiff_t ldx, int rows, const struct sparse *s, int k)
{
    float in[SPARSE_DEPTH * ROWS];
    memset(sum, 0, sizeof(float[SPARSE_PANEL * ROWS]));
    for (int block = 0; block < sparse_blocks(k); block++) {
        int from = block * SPARSE_DEPTH;
        transpose_block(in, x + from, ldx, rows, k - from < SPARSE_DEPTH ? k - from : SPARSE_DEPTH);
        add_block(sum, in, s, block);
    }
}

static void run(float *y, ptrdiff_t ldy, const float *x, ptrdiff_t ldx, const void *panels, const float *bias, int m, int n, int k,
                enum activation act)
{
    const char *panel = panels;
    for (int j = 0; j < n; j += SPARSE_PANEL) {
        struct sparse s = sparse_open(panel, k);
        int outputs = n - j < SPARSE_PANEL ? n - j : SPARSE_PANEL;
        for (int row = 0; row < m; row += ROWS) {
            float sum[SPARSE_PANEL * ROWS];
            int rows = m - row < ROWS ? m - row : ROWS;
            add_panel(sum, x + row * ldx, ldx, rows, &s, k);
            for (int r = 0; r < rows; r++) {
                float *to = y + (row + r) * ldy + j;
                for (int c = 0; c < outputs; c++)
                    to[c] = sum[c * ROWS + r] + (bias ? bias[j + c] : 0);
                activate_f32_scalar(to, to, (size_t)outputs, act);
            }
        }
        panel += *s.bytes;
    }
}

const struct linear_kernel linear_sparse_scalar = {.panel = SPARSE_PANEL,
                                                   .row_block = 1,
                                                   .panel_bytes = sparse_panel_bytes,
                                                   .panel_bytes_of = sparse_panel_bytes_of,
                                                   .pack = sparse_pack,
                                                   .run = run};
