#include "kernels/rows.h"

enum { PANEL = 8 };

/* A panel is [k, PANEL]: the weights that meet the same input lie side by side. */
static size_t panel_bytes(int k)
{
    return (sizeof(float[PANEL]) * (size_t)k + 63) / 64 * 64;
}

static void pack(void *panel, const float *w, ptrdiff_t ldw, int rows, int k)
{
    float *p = panel;
    for (int i = 0; i < k; i++)
        for (int j = 0; j < PANEL; j++)
            p[i * PANEL + j] = j < rows ? w[j * ldw + i] : 0;
}

static void run(float *y, ptrdiff_t ldy, const float *x, ptrdiff_t ldx, const void *panels, const float *bias,
                int m, int n, int k, enum activation act)
{
    for (int j = 0; j < n; j += PANEL) {
        const float *panel = (const float *)((const char *)panels + (size_t)(j / PANEL) * panel_bytes(k));
        int outputs = n - j < PANEL ? n - j : PANEL;
        for (int r = 0; r < m; r++) {
            float sum[PANEL] = {0};
            for (int i = 0; i < k; i++)
                for (int c = 0; c < PANEL; c++)
                    sum[c] += x[r * ldx + i] * panel[i * PANEL + c];
            for (int c = 0; c < outputs; c++)
                y[r * ldy + j + c] = sum[c] + (bias ? bias[j + c] : 0);
            activate_f32_scalar(y + r * ldy + j, y + r * ldy + j, (size_t)outputs, act);
        }
    }
}

const struct linear_kernel linear_f32_scalar = {
    .panel = PANEL, .row_block = 1, .panel_bytes = panel_bytes, .pack = pack, .run = run};
