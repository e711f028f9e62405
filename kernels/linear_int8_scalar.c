#include "kernels/int8.h"
#include "kernels/rows.h"

enum { PANEL = 8 };

/* A panel is PANEL scales, then [k, PANEL]. A prepared row is its scale, then k values. */
static size_t panel_bytes(int k)
{
    return (sizeof(float[PANEL]) + sizeof(int8_t[PANEL]) * (size_t)k + 63) / 64 * 64;
}

static void pack(void *panel, const float *w, ptrdiff_t ldw, int rows, int k)
{
    float *scale = panel;
    int8_t *q = (int8_t *)(scale + PANEL);
    memset(panel, 0, panel_bytes(k));
    for (int j = 0; j < rows; j++) {
        struct scale s = int8_weight_scale(w + j * ldw, k);
        scale[j] = s.scale;
        for (int i = 0; i < k; i++)
            q[i * PANEL + j] = scale_quantize(w[j * ldw + i], s);
    }
}

static size_t input_bytes(int k)
{
    return (sizeof(float) + (size_t)k + 63) / 64 * 64;
}

static void prepare(void *prepared, const float *x, ptrdiff_t ldx, int m, int k)
{
    for (int r = 0; r < m; r++) {
        char *row = (char *)prepared + (size_t)r * input_bytes(k);
        struct scale s = int8_input_scale(scale_top(x + r * ldx, k));
        memset(row, 0, input_bytes(k));
        memcpy(row, &s.scale, sizeof s.scale);
        for (int i = 0; i < k; i++)
            ((int8_t *)row)[sizeof(float) + (size_t)i] = scale_quantize(x[r * ldx + i], s);
    }
}

static void run(float *y, ptrdiff_t ldy, const float *x, ptrdiff_t ldx, const void *panels, const float *bias,
                int m, int n, int k, enum activation act)
{
    for (int j = 0; j < n; j += PANEL) {
        const float *scale = (const float *)(const void *)((const char *)panels + (size_t)(j / PANEL) * panel_bytes(k));
        const int8_t *w = (const int8_t *)(scale + PANEL);
        int outputs = n - j < PANEL ? n - j : PANEL;
        for (int r = 0; r < m; r++) {
            const int8_t *q = (const int8_t *)(x + r * ldx + 1);
            int32_t sum[PANEL] = {0};
            for (int i = 0; i < k; i++)
                for (int c = 0; c < PANEL; c++)
                    sum[c] += q[i] * w[i * PANEL + c];
            for (int c = 0; c < outputs; c++)
                y[r * ldy + j + c] = (float)sum[c] * scale[c] * x[r * ldx] + (bias ? bias[j + c] : 0);
            activate_f32_scalar(y + r * ldy + j, y + r * ldy + j, (size_t)outputs, act);
        }
    }
}

const struct linear_kernel linear_int8_scalar = {.panel = PANEL,
                                                 .row_block = 1,
                                                 .panel_bytes = panel_bytes,
                                                 .pack = pack,
                                                 .input_bytes = input_bytes,
                                                 .prepare = prepare,
                                                 .run = run};
