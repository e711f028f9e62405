#include "tests/conform/linear_case.h"

#include <math.h>

#include "tests/conform/formats.h"

void make_few(struct matrix *w, enum kernel_format format)
{
    if (kernel_format_rounds(format))
        return;
    for (int i = 256; i < w->m * w->n; i++)
        w->p[i / w->n * w->ld + i % w->n] = w->p[i % 256 / w->n * w->ld + i % 256 % w->n];
}

void run_rows(const struct linear_kernel *l, struct matrix *y, const struct matrix *x, int row, int m, int n,
              const struct linear_data *d, enum activation act)
{
    const float *from = x->p + row * x->ld;
    ptrdiff_t ld = x->ld;
    if (l->prepare) {
        size_t bytes = l->input_bytes(x->n);
        if (bytes % 64 != 0)
            fail("a prepared row of %zu bytes is not a multiple of 64", bytes);
        float *prepared = guard_floats((size_t)m * bytes / sizeof(float), ENDS_AT_GUARD);
        l->prepare(prepared, from, ld, m, x->n, d->range);
        guard_seal(prepared);
        from = prepared;
        ld = (ptrdiff_t)(bytes / sizeof(float));
    }
    l->run(y->p + row * y->ld, y->ld, from, ld, d->panels, d->bias, m, n, x->n, act);
}

static int panel_rows(const struct linear_kernel *l, const struct matrix *w, int panel)
{
    int left = w->m - panel * l->panel;
    return left < l->panel ? left : l->panel;
}

static size_t panel_bytes(const struct linear_kernel *l, const struct matrix *w, int panel)
{
    const float *rows = w->p + panel * l->panel * w->ld;
    size_t most = l->panel_bytes(w->n), bytes = l->panel_bytes_of ? l->panel_bytes_of(rows, w->ld, panel_rows(l, w, panel), w->n) : most;
    if (bytes % 64 != 0 || bytes > most)
        fail("a panel of %zu bytes is not a multiple of 64, or more than the most, %zu", bytes, most);
    return bytes;
}

size_t packed_bytes(const struct linear_kernel *l, const struct matrix *w)
{
    size_t bytes = 0;
    for (int i = 0; i * l->panel < w->m; i++)
        bytes += panel_bytes(l, w, i);
    return bytes;
}

float *pack_all(const struct linear_kernel *l, const struct matrix *w, enum placement where)
{
    /* panels are 64-byte aligned by contract: never off by a float */
    float *p = guard_floats(packed_bytes(l, w) / sizeof(float), where == OFF_BY_FLOAT ? STARTS_AT_GUARD : where), *panel = p;
    for (int i = 0; i * l->panel < w->m; i++) {
        l->pack(panel, w->p + i * l->panel * w->ld, w->ld, panel_rows(l, w, i), w->n);
        panel += panel_bytes(l, w, i) / sizeof(float);
    }
    guard_seal(p);
    return p;
}

/* Weights that are neither lost nor infinite in the format. */
static enum numbers weights_kind(const struct linear_case *c)
{
    bool narrow = rounding_of(c->format).most < 1e6;
    return c->kind == LARGE || c->kind == SUBNORMAL || (narrow && c->kind == MIXED) ? NORMAL : c->kind;
}

static void make_zeros(struct matrix *w, double share)
{
    for (int i = 0; i < w->m * w->n; i++)
        if ((double)(random_u64() >> 11) * 0x1p-53 < share)
            w->p[i / w->n * w->ld + i % w->n] = 0;
}

struct linear_data data_new(const struct linear_kernel *l, const struct linear_case *c)
{
    struct linear_data d = {.range = c->range};
    d.x = matrix_new(c->m, c->k, 3, c->where);
    d.w = matrix_new(c->n, c->k, 1, c->where);
    d.y = matrix_new(c->m, c->n, 5, c->where);
    matrix_fill(&d.x, c->kind);
    matrix_fill(&d.w, weights_kind(c));
    make_few(&d.w, c->format);
    if (c->zeros > 0)
        make_zeros(&d.w, c->zeros);
    guard_seal(d.x.p);
    guard_seal(d.w.p);
    if (c->bias) {
        d.bias = guard_floats((size_t)c->n, c->where);
        fill(d.bias, (size_t)c->n, c->kind);
        guard_seal(d.bias);
    }
    d.panels = pack_all(l, &d.w, c->where);
    return d;
}

/* What y may be before its activation. */
struct dot {
    double sum, bound;
};

/* kernels.h: gamma(k + 1) (sum |x||w| + |bias|); each of k products and k + 1 sums may lose ETA, or 2^-126, below the
 * normal range. The product of two numbers of bf16 is exact in double, too.
 *
 * Tiles sum in another order (kernels/amx.h), within the same bound: a product goes through at most 15 sums of its tile of 32,
 * that of both numbers of pairs (if k > 1), and one for each tile of k, together no more than k + 1. They lose 2^-126 in at most k
 * multiply-adds, two sums a tile (one if k = 1), and the bias as it is read: no more than 2 k + 1 times. */
static struct dot dot_of_floats(const struct linear_case *c, const struct linear_data *d, int r, int j)
{
    static double w[4096];
    struct rounding rounding = rounding_of(c->format);
    double sum = d->bias ? d->bias[j] : 0, size = fabs(sum);
    output_in(c->format, w, d->w.p + j * d->w.ld, c->k);
    for (int i = 0; i < c->k; i++) {
        double x = d->x.p[r * d->x.ld + i];
        double product = (rounding.inputs ? rounded(&rounding, x) : x) * w[i];
        sum += product;
        size += fabs(product);
    }
    return (struct dot){sum, error_gamma(c->k + 1) * size + (2 * c->k + 1) * rounding.lost};
}

/* kernels.h: gamma(4) (|sum q p| scale scale + |bias|): integer to float, two products, one sum, of which the last two
 * may lose ETA and the first product as much times the other scale. */
static struct dot dot_of_integers(const struct linear_case *c, const struct linear_data *d, int r, int j)
{
    static int8_t q[4096], p[4096];
    const float *x = d->x.p + r * d->x.ld, *w = d->w.p + j * d->w.ld;
    double row = c->range > 0 ? scale_in(&c->range, 1, 127, 24) : scale_in(x, c->k, 127, 24);
    double out = output_integers(c->format, p, w, c->k);
    double bias = d->bias ? d->bias[j] : 0;
    int64_t sum = 0;
    integers_of(q, x, c->k, row);
    for (int i = 0; i < c->k; i++)
        sum += q[i] * p[i];
    double product = (double)sum * row * out;
    return (struct dot){product + bias, error_gamma(4) * (fabs(product) + fabs(bias)) + (2 + row) * ETA};
}

/* An activation multiplies the bound by its steepest slope, at most 1.13 (both GELUs; ReLU and tanh: 1), and adds its own
 * bound at the point where it is applied; the bound grows with |x|, so take the far end. */
static void expect_dot(const struct linear_case *c, const struct linear_data *d, int r, int j)
{
    struct dot dot = multiplies_integers(c->format) ? dot_of_integers(c, d, r, j) : dot_of_floats(c, d, r, j);
    double bound = dot.bound;
    if (c->act != ACT_NONE)
        bound = 1.13 * bound + activation_bound(c->act, fabs(dot.sum) + bound);
    expect_near(d->y.p[r * d->y.ld + j], activation_exact(c->act, dot.sum), bound, r, j);
}

void check_case(const struct linear_kernel *l, const struct linear_case *c)
{
    at("m=%d n=%d k=%d %s numbers %d placement %d%s range %g zeros %g", c->m, c->n, c->k, activation_name(c->act), c->kind,
       c->where, c->bias ? " bias" : "", c->range, c->zeros);
    struct linear_data d = data_new(l, c);
    run_rows(l, &d.y, &d.x, 0, c->m, c->n, &d, c->act);
    for (int r = 0; r < c->m; r++)
        for (int j = 0; j < c->n; j++)
            expect_dot(c, &d, r, j);
    matrix_check_gaps(&d.y);
    guards_release();
}
