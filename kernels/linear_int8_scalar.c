#include "kernels/int8.h"
#include "kernels/rows.h"

enum { PANEL = 8 };

/* A panel is PANEL scales, then [k, PANEL]. */
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

static inline int panel_integer(const float *panel, int i, int c)
{
    return ((const int8_t *)(panel + PANEL))[i * PANEL + c];
}

#include "kernels/linear_int8_scalar.inc"

LINEAR_ROW(int8)
