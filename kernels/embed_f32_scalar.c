#include "kernels/rows.h"

void embed_f32_scalar(float *y, const float *word, const float *position, const float *type,
                      const int32_t *id, const int32_t *pos, const int32_t *tt, int m, int n)
{
    for (int r = 0; r < m; r++, y += n) {
        const float *w = word + (ptrdiff_t)id[r] * n, *p = position + (ptrdiff_t)pos[r] * n;
        const float *t = type ? type + (ptrdiff_t)tt[r] * n : NULL;
        for (int i = 0; i < n; i++)
            y[i] = w[i] + p[i] + (t ? t[i] : 0);
    }
}
