/* linear: y = act(x w^T + bias). */
#include <math.h>
#include <string.h>

#include "tests/conform/conform.h"

struct linear_case {
    int m, n, k;
    enum activation act;
    enum numbers kind;
    enum placement where;
    bool bias;
};

struct linear_data {
    struct matrix x, w, y;
    float *panels, *bias;
};

static float *pack_all(const struct linear_kernel *l, const struct matrix *w, enum placement where)
{
    size_t panel = l->panel_bytes(w->n) / sizeof(float);
    int panels = (w->m - 1) / l->panel + 1;
    if (l->panel_bytes(w->n) % 64 != 0)
        fail("a panel of %zu bytes is not a multiple of 64", l->panel_bytes(w->n));
    /* panels are 64-byte aligned by contract: never off by a float */
    float *p = guard_floats(panel * (size_t)panels, where == OFF_BY_FLOAT ? STARTS_AT_GUARD : where);
    for (int i = 0; i < panels; i++) {
        int first = i * l->panel, rows = w->m - first < l->panel ? w->m - first : l->panel;
        l->pack(p + (size_t)i * panel, w->p + first * w->ld, w->ld, rows, w->n);
    }
    guard_seal(p);
    return p;
}

static struct linear_data data_new(const struct linear_kernel *l, const struct linear_case *c)
{
    struct linear_data d = {0};
    d.x = matrix_new(c->m, c->k, 3, c->where);
    d.w = matrix_new(c->n, c->k, 1, c->where);
    d.y = matrix_new(c->m, c->n, 5, c->where);
    matrix_fill(&d.x, c->kind);
    matrix_fill(&d.w, c->kind == LARGE || c->kind == SUBNORMAL ? NORMAL : c->kind);
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

/* kernels.h: gamma(k + 1) (sum |x||w| + |bias|); each of k products and k + 1 sums may lose ETA below the
 * normal range. An activation multiplies that by its steepest slope, at most 1.13 (both GELUs; ReLU and tanh:
 * 1), and adds its own bound at the point where it is applied; the bound grows with |x|, so take the far end.
 */
static void expect_dot(const struct linear_case *c, const struct linear_data *d, int r, int j)
{
    double sum = d->bias ? d->bias[j] : 0, size = fabs(sum);
    for (int i = 0; i < c->k; i++) {
        double product = (double)d->x.p[r * d->x.ld + i] * d->w.p[j * d->w.ld + i];
        sum += product;
        size += fabs(product);
    }
    double bound = error_gamma(c->k + 1) * size + (2 * c->k + 1) * ETA;
    if (c->act != ACT_NONE)
        bound = 1.13 * bound + activation_bound(c->act, fabs(sum) + bound);
    expect_near(d->y.p[r * d->y.ld + j], activation_exact(c->act, sum), bound, r, j);
}

static void check_case(const struct linear_kernel *l, const struct linear_case *c)
{
    at("m=%d n=%d k=%d %s numbers %d placement %d%s", c->m, c->n, c->k, activation_name(c->act), c->kind,
       c->where, c->bias ? " bias" : "");
    struct linear_data d = data_new(l, c);
    l->run(d.y.p, d.y.ld, d.x.p, d.x.ld, d.panels, d.bias, c->m, c->n, c->k, c->act);
    for (int r = 0; r < c->m; r++)
        for (int j = 0; j < c->n; j++)
            expect_dot(c, &d, r, j);
    matrix_check_gaps(&d.y);
    guards_release();
}

/* Sizes around the tile; kinds of numbers, activations, placements and bias take turns. */
static void check_sizes(const struct linear_kernel *l)
{
    const int t = l->row_block, p = l->panel;
    const int ms[] = {1, 2, 3, t - 1, t, t + 1, 2 * t + 3}, ns[] = {1, 2, 3, p - 1, p, p + 1, 2 * p + 5};
    const int ks[] = {1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 64, 127};
    unsigned turn = 0;
    for (size_t a = 0; a < sizeof ms / sizeof *ms; a++)
        for (size_t b = 0; b < sizeof ns / sizeof *ns; b++)
            for (size_t c = 0; c < sizeof ks / sizeof *ks; c++, turn++) {
                struct linear_case one = {.m = ms[a],
                                          .n = ns[b],
                                          .k = ks[c],
                                          .kind = turn % NUMBERS,
                                          .act = turn / NUMBERS % ACTIVATIONS,
                                          .where = turn % 7 % PLACEMENTS,
                                          .bias = turn % 5 != 0};
                if (one.m > 0 && one.n > 0)
                    check_case(l, &one);
            }
}

/* Sizes that cross the blocks of rows, panels and k of any variant, which are at most a few hundred. */
static void check_blocks(const struct linear_kernel *l)
{
    static const struct linear_case cases[] = {
        {.m = 5, .n = 70, .k = 800, .act = ACT_NONE, .kind = MIXED, .where = ENDS_AT_GUARD, .bias = true},
        {.m = 17, .n = 41, .k = 384, .act = ACT_TANH, .kind = NORMAL, .where = OFF_BY_FLOAT, .bias = true},
        {.m = 31, .n = 33, .k = 385, .act = ACT_NONE, .kind = LARGE, .where = ENDS_AT_GUARD},
        {.m = 9, .n = 517, .k = 513, .act = ACT_RELU, .kind = NORMAL, .where = ENDS_AT_GUARD, .bias = true},
        {.m = 401, .n = 35, .k = 260, .act = ACT_GELU, .kind = NORMAL, .where = ENDS_AT_GUARD, .bias = true},
        {.m = 3,
         .n = 19,
         .k = 3072,
         .act = ACT_NONE,
         .kind = SUBNORMAL,
         .where = ENDS_AT_GUARD,
         .bias = true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_case(l, &cases[i]);
}

/* A NaN in a row of x reaches that row of y and no other; all others are bit-equal to what a run of that row
 * and of the first panel alone gives. */
static void check_rows_are_independent(const struct linear_kernel *l)
{
    struct linear_case c = {.m = l->row_block + 2, .n = l->panel + 3, .k = 21, .where = ENDS_AT_GUARD};
    at("NaN in one row of m=%d n=%d k=%d", c.m, c.n, c.k);
    struct linear_data d = data_new(l, &c);
    struct matrix x = matrix_new(c.m, c.k, 0, c.where), y = matrix_new(c.m, c.n, 0, c.where);
    for (int r = 0; r < c.m; r++) {
        memcpy(x.p + r * x.ld, d.x.p + r * d.x.ld, (size_t)c.k * sizeof(float));
        l->run(d.y.p + r * d.y.ld, d.y.ld, d.x.p + r * d.x.ld, d.x.ld, d.panels, NULL, 1, c.n, c.k, ACT_NONE);
    }
    l->run(d.y.p, d.y.ld, d.x.p, d.x.ld, d.panels, NULL, c.m, l->panel, c.k, ACT_NONE);
    x.p[1 * x.ld + 20] = NAN;
    l->run(y.p, y.ld, x.p, x.ld, d.panels, NULL, c.m, c.n, c.k, ACT_NONE);
    for (int r = 0; r < c.m; r++)
        for (int j = 0; j < c.n; j++)
            if (r == 1 ? !isnan(y.p[r * y.ld + j]) : y.p[r * y.ld + j] != d.y.p[r * d.y.ld + j])
                fail("[%d,%d] is %g, alone %g", r, j, y.p[r * y.ld + j], d.y.p[r * d.y.ld + j]);
    guards_release();
}

void check_linear(const struct kernel *k)
{
    check_sizes(k->fn.linear);
    check_blocks(k->fn.linear);
    check_rows_are_independent(k->fn.linear);
}
