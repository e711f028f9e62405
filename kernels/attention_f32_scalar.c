#include "kernels/dropout.h"
#include "kernels/rows.h"

/* The scores of one query. */
static size_t scratch_bytes(int s, int d)
{
    (void)d;
    return (sizeof(float) * (size_t)s + 63) / 64 * 64;
}

static float dot(const float *a, const float *b, int n)
{
    float sum = 0;
    for (int i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

/* The weights p[s] of query r of a call. */
static void drop_weights(float *p, int s, const struct attention_dropout *drop, int r)
{
    struct dropout d = dropout_new(drop->p, drop->seed, 0);
    for (int j = 0; j < s; j++)
        p[j] *= dropout_factor(&d, dropout_index(drop->query + r, s, j));
}

static void run(float *out, ptrdiff_t ldo, const float *q, const float *k, const float *v, ptrdiff_t ld,
                int m, int s, int d, float scale, const struct attention_dropout *drop, void *scratch)
{
    float *p = scratch;
    for (int r = 0; r < m; r++) {
        for (int j = 0; j < s; j++)
            p[j] = scale * dot(q + r * ld, k + j * ld, d);
        softmax_f32_scalar(p, s, 1, s);
        if (drop)
            drop_weights(p, s, drop, r);
        for (int c = 0; c < d; c++)
            out[r * ldo + c] = 0;
        for (int j = 0; j < s; j++)
            for (int c = 0; c < d; c++)
                out[r * ldo + c] += p[j] * v[j * ld + c];
    }
}

const struct attention_kernel attention_f32_scalar = {.scratch_bytes = scratch_bytes, .run = run};
