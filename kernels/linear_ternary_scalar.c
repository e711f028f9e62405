#include "kernels/codes.h"
#include "kernels/int8.h"
#include "kernels/rows.h"
#include "kernels/ternary.h"

enum { PANEL = 8 };

/* A panel is PANEL times a, then [k, PANEL] codes of 2 bits. */
static size_t panel_bytes(int k)
{
    return (sizeof(float[PANEL]) + codes_bytes((size_t)k * PANEL, 2) + 63) / 64 * 64;
}

static void pack(void *panel, const float *w, ptrdiff_t ldw, int rows, int k)
{
    float *a = panel;
    unsigned char *codes = (unsigned char *)(a + PANEL);
    memset(panel, 0, panel_bytes(k));
    for (int c = 0; c < rows; c++) {
        struct ternary t = ternary_of(w + c * ldw, k);
        a[c] = t.a;
        for (int i = 0; i < k; i++)
            codes_set(codes, (size_t)i * PANEL + (size_t)c, 2, ternary_code(w[c * ldw + i], t));
    }
}

static inline int panel_integer(const float *panel, int i, int c)
{
    return ternary_sign(codes_get((const unsigned char *)(panel + PANEL), (size_t)i * PANEL + (size_t)c, 2));
}

#include "kernels/linear_int8_scalar.inc"

LINEAR_ROW(ternary)
