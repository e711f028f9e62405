#include <math.h>

#include "kernels/rows.h"

void adamw_f32_scalar(float *w, float *m, float *v, const float *g, size_t n, const struct adamw *h)
{
    float step = h->lr / h->correction1, root = 1 / sqrtf(h->correction2), decay = h->lr * h->decay;
    for (size_t i = 0; i < n; i++) {
        float scaled = h->scale * g[i];
        m[i] = h->beta1 * m[i] + (1 - h->beta1) * scaled;
        v[i] = h->beta2 * v[i] + (1 - h->beta2) * (scaled * scaled);
        w[i] -= step * m[i] / (sqrtf(v[i]) * root + h->eps) + decay * w[i];
    }
}
