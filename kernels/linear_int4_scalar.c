#include "kernels/codes.h"
#include "kernels/int4.h"
#include "kernels/rows.h"

enum { PANEL = 8 };

/* A panel is [groups, PANEL] scales, then [k, PANEL] codes of 4 bits. */
static size_t scale_bytes(int k)
{
    return sizeof(float[PANEL]) * (size_t)int4_groups(k);
}

static size_t panel_bytes(int k)
{
    return (scale_bytes(k) + codes_bytes((size_t)k * PANEL, 4) + 63) / 64 * 64;
}

static void pack(void *panel, const float *w, ptrdiff_t ldw, int rows, int k)
{
    float *scale = panel;
    unsigned char *codes = (unsigned char *)panel + scale_bytes(k);
    memset(panel, 0, panel_bytes(k));
    for (int c = 0; c < rows; c++)
        for (int g = 0; g < int4_groups(k); g++) {
            int first = g * INT4_GROUP, end = first + int4_group_size(g, k);
            struct scale s = int4_scale(w + c * ldw + first, end - first);
            scale[g * PANEL + c] = s.scale;
            for (int i = first; i < end; i++)
                codes_set(codes, (size_t)i * PANEL + (size_t)c, 4, int4_code(scale_quantize(w[c * ldw + i], s)));
        }
}

static inline float panel_value(const void *panel, int k, int i, int c)
{
    const float *scale = panel;
    const unsigned char *codes = (const unsigned char *)panel + scale_bytes(k);
    int q = int4_integer(codes_get(codes, (size_t)i * PANEL + (size_t)c, 4));
    return (float)q * scale[i / INT4_GROUP * PANEL + c];
}

#include "kernels/linear_coded_scalar.inc"

LINEAR_ROW(int4)
