#include "kernels/dropout.h"
#include "kernels/rows.h"

/* The probabilities of one query and their gradients. */
static size_t scratch_bytes(int s, int d)
{
    (void)d;
    return (2 * sizeof(float) * (size_t)s + 63) / 64 * 64;
}

static float dot(const float *a, const float *b, int n)
{
    float sum = 0;
    for (int i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

/* y += factor x */
static void add_scaled(float *y, float factor, const float *x, int n)
{
    for (int i = 0; i < n; i++)
        y[i] += factor * x[i];
}

static void zero_rows(float *x, ptrdiff_t ld, int m, int n)
{
    for (int r = 0; r < m; r++)
        for (int c = 0; c < n; c++)
            x[r * ld + c] = 0;
}

static float run(float *dq, float *dk, float *dv, ptrdiff_t ldd, const float *q, const float *k, const float *v,
                 ptrdiff_t ld, const float *out, const float *dout, ptrdiff_t ldo, int m, int s, int d, float scale,
                 const struct attention_dropout *drop, void *scratch)
{
    float *p = scratch, *ds = p + s;
    struct dropout mask = drop ? dropout_new(drop->p, drop->seed, 0) : (struct dropout){.scale = 1};
    double gate = 0;
    zero_rows(dq, ldd, m, d);
    zero_rows(dk, ldd, s, d);
    zero_rows(dv, ldd, s, d);
    for (int i = 0; i < m; i++) {
        float shift = dot(out + i * ldo, dout + i * ldo, d);
        gate += (double)shift;
        for (int j = 0; j < s; j++)
            p[j] = scale * dot(q + i * ld, k + j * ld, d);
        softmax_f32_scalar(p, s, 1, s);
        for (int j = 0; j < s; j++) {
            float kept = drop ? dropout_factor(&mask, dropout_index(drop->query + i, s, j)) : 1;
            ds[j] = scale * p[j] * (kept * dot(dout + i * ldo, v + j * ld, d) - shift);
            add_scaled(dv + j * ldd, p[j] * kept, dout + i * ldo, d);
            add_scaled(dk + j * ldd, ds[j], q + i * ld, d);
            add_scaled(dq + i * ldd, ds[j], k + j * ld, d);
        }
    }
    return (float)gate;
}

const struct attention_grad_kernel attention_grad_f32_scalar = {.scratch_bytes = scratch_bytes, .run = run};
