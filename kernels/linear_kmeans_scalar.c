#include "kernels/kmeans.h"
#include "kernels/rows.h"

enum { PANEL = 8 };

static size_t panel_bytes(int k)
{
    return kmeans_panel_bytes(PANEL, k);
}

static void pack(void *panel, const float *w, ptrdiff_t ldw, int rows, int k)
{
    kmeans_pack(panel, w, ldw, rows, PANEL, k);
}

static inline float panel_value(const void *panel, int k, int i, int c)
{
    const float *table = panel;
    (void)k;
    return table[((const unsigned char *)(table + KMEANS_TABLE))[i * PANEL + c]];
}

#include "kernels/linear_coded_scalar.inc"

LINEAR_ROW(kmeans)
