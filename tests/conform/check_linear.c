/* linear: y = act(x w^T + bias), with w (for bf16, int8 and ternary: and x) rounded to the format of the weights. */
#include <math.h>
#include <string.h>

#include "tests/conform/conform.h"
#include "tests/conform/formats.h"

struct linear_case {
    int m, n, k;
    enum activation act;
    enum numbers kind;
    enum placement where;
    bool bias;
    enum kernel_format format;
    float range; /* of inputs; 0 = each row has its own */
};

struct linear_data {
    struct matrix x, w, y;
    float *panels, *bias, range;
};

/* Only so many different numbers as the table of a format has. */
static void make_few(struct matrix *w, enum kernel_format format)
{
    if (kernel_format_rounds(format))
        return;
    for (int i = 256; i < w->m * w->n; i++)
        w->p[i / w->n * w->ld + i % w->n] = w->p[i % 256 / w->n * w->ld + i % 256 % w->n];
}

/* y = act(x w^T + bias) for rows [row, row + m), whose inputs are first prepared where the row wants that. */
static void run_rows(const struct linear_kernel *l, struct matrix *y, const struct matrix *x, int row, int m, int n,
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

/* Weights that are neither lost nor infinite in the format. */
static enum numbers weights_kind(const struct linear_case *c)
{
    bool narrow = rounding_of(c->format).most < 1e6;
    return c->kind == LARGE || c->kind == SUBNORMAL || (narrow && c->kind == MIXED) ? NORMAL : c->kind;
}

static struct linear_data data_new(const struct linear_kernel *l, const struct linear_case *c)
{
    struct linear_data d = {.range = c->range};
    d.x = matrix_new(c->m, c->k, 3, c->where);
    d.w = matrix_new(c->n, c->k, 1, c->where);
    d.y = matrix_new(c->m, c->n, 5, c->where);
    matrix_fill(&d.x, c->kind);
    matrix_fill(&d.w, weights_kind(c));
    make_few(&d.w, c->format);
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

static void check_case(const struct linear_kernel *l, const struct linear_case *c)
{
    at("m=%d n=%d k=%d %s numbers %d placement %d%s range %g", c->m, c->n, c->k, activation_name(c->act), c->kind,
       c->where, c->bias ? " bias" : "", c->range);
    struct linear_data d = data_new(l, c);
    run_rows(l, &d.y, &d.x, 0, c->m, c->n, &d, c->act);
    for (int r = 0; r < c->m; r++)
        for (int j = 0; j < c->n; j++)
            expect_dot(c, &d, r, j);
    matrix_check_gaps(&d.y);
    guards_release();
}

/* Sizes around the tile; kinds of numbers, activations, placements, bias and ranges (some, all or none saturates) take turns. */
static void check_sizes(const struct linear_kernel *l, enum kernel_format format)
{
    const int t = l->row_block, p = l->panel;
    const int ms[] = {1, 2, 3, t - 1, t, t + 1, 2 * t + 3}, ns[] = {1, 2, 3, p - 1, p, p + 1, 2 * p + 5};
    const int ks[] = {1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 64, 127};
    static const float ranges[] = {0, 0.75f, 1e17f, 0x1p-130f};
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
                                          .bias = turn % 5 != 0,
                                          .range = ranges[turn / 3 % 4],
                                          .format = format};
                if (one.m > 0 && one.n > 0)
                    check_case(l, &one);
            }
}

/* Sizes that cross the blocks of rows, panels and k of any variant, which are at most a few hundred. */
static void check_blocks(const struct linear_kernel *l, enum kernel_format format)
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
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct linear_case one = cases[i];
        one.format = format;
        check_case(l, &one);
    }
}

/* Every number of rows that a few blocks of any variant make. */
static void check_row_counts(const struct linear_kernel *l, enum kernel_format format)
{
    for (int m = 1; m <= 70; m++) {
        struct linear_case one = {.m = m,
                                  .n = 1 + m * 7 % 40,
                                  .k = 1 + m * 11 % 90,
                                  .act = ACT_NONE,
                                  .kind = NORMAL,
                                  .where = m % PLACEMENTS,
                                  .bias = m % 2 == 0,
                                  .format = format};
        check_case(l, &one);
    }
}

/* A NaN in a row of x reaches that row of y and no other; all others are bit-equal to what a run of that row
 * and of the first panel alone gives. */
static void check_rows_are_independent(const struct linear_kernel *l, enum kernel_format format, float range)
{
    struct linear_case c = {
        .m = l->row_block + 2, .n = l->panel + 3, .k = 21, .where = ENDS_AT_GUARD, .format = format, .range = range};
    at("NaN in one row of m=%d n=%d k=%d range %g", c.m, c.n, c.k, range);
    struct linear_data d = data_new(l, &c);
    struct matrix x = matrix_new(c.m, c.k, 0, c.where), y = matrix_new(c.m, c.n, 0, c.where);
    for (int r = 0; r < c.m; r++) {
        memcpy(x.p + r * x.ld, d.x.p + r * d.x.ld, (size_t)c.k * sizeof(float));
        run_rows(l, &d.y, &d.x, r, 1, c.n, &d, ACT_NONE);
    }
    run_rows(l, &d.y, &d.x, 0, c.m, l->panel, &d, ACT_NONE);
    x.p[1 * x.ld + 20] = NAN;
    run_rows(l, &y, &x, 0, c.m, c.n, &d, ACT_NONE);
    for (int r = 0; r < c.m; r++)
        for (int j = 0; j < c.n; j++)
            if (r == 1 ? !isnan(y.p[r * y.ld + j]) : y.p[r * y.ld + j] != d.y.p[r * d.y.ld + j])
                fail("[%d,%d] is %g, alone %g", r, j, y.p[r * y.ld + j], d.y.p[r * d.y.ld + j]);
    guards_release();
}

/* A number that is read back, by 1 w or x 1: ties, the ends of the range, subnormals, and bits at random. */
static float hard_number(int i)
{
    static const uint32_t bits[] = {
        0x00000000, 0x80000000, 0x00000001, 0x007fffff, 0x00008000, 0x00018000, /* zeros, subnormals, ties of bf16 */
        0x3f808000, 0x3f818000, 0x3f808001, 0x3f80ffff, 0x3fff8000,             /* bf16: ties, a carry */
        0x00800000, 0x007fffff, 0x807fffff, 0x00807fff, 0x7fffffff, 0xffffffff, /* its smallest number; NaN */
        0x7f7f7fff, 0x7f7f8000, 0x7f7fffff, 0x7f800000, 0xff800000, 0x7fc00000, 0x7f800001, /* its ends; NaN */
        0x3f801000, 0x3f803000, 0x3f801001, 0x3ffff000,                                     /* f16: ties, a carry */
        0x477fe000, 0x477fefff, 0x477ff000, 0x477ff001, 0x38800000, 0x387fffff, 0x387fe000, /* its ends */
        0x33000000, 0x33000001, 0x32ffffff, 0x33800000, 0x33c00000, 0x34200000, 0x34600000, /* its subnormals */
    };
    enum { HARD = sizeof bits / sizeof *bits };
    uint32_t b = i < HARD ? bits[i] : (uint32_t)random_u64();
    if (i >= HARD && i % 2) /* the range of f16 */
        b = (b & 0x8fffffffu) | 0x30000000u;
    float f;
    memcpy(&f, &b, sizeof f);
    return f;
}

/* Each weight of every kind, met by an input of 127 among zeros (which is 127 in int8): what the format makes of it times 127,
 * rounded once. */
static void check_weights(const struct linear_kernel *l, enum kernel_format format, int k)
{
    at("weights read back, k=%d", k);
    const int n = NUMBERS + 1;
    static double want[4096];
    struct matrix x = matrix_new(k, k, 0, ENDS_AT_GUARD), w = matrix_new(n, k, 0, ENDS_AT_GUARD);
    struct matrix y = matrix_new(k, n, 0, ENDS_AT_GUARD);
    float *round = guard_floats((size_t)n * (size_t)k, ENDS_AT_GUARD);
    memset(x.p, 0, (size_t)k * (size_t)k * sizeof *x.p);
    for (int i = 0; i < k; i++)
        x.p[i * x.ld + i] = 127;
    for (int j = 0; j < n; j++)
        fill(w.p + j * w.ld, (size_t)k, (enum numbers)(j % NUMBERS));
    make_few(&w, format);
    struct linear_data d = {.panels = pack_all(l, &w, ENDS_AT_GUARD)};
    run_rows(l, &y, &x, 0, k, n, &d, ACT_NONE);
    kernel_format_round(format, round, w.p, n, k);
    for (int j = 0; j < n; j++) {
        output_in(format, want, w.p + j * w.ld, k);
        for (int i = 0; i < k; i++)
            if (y.p[i * y.ld + j] != (float)(127 * want[i]) || round[j * k + i] != want[i])
                fail("weight %a of output %d times 127 is %a, rounded to %a, should be %a", w.p[j * w.ld + i], j,
                     y.p[i * y.ld + j], round[j * k + i], want[i]);
    }
    guards_release();
}

static void expect_rounded(const struct rounding *rounding, const char *what, float number, float y)
{
    double want = rounding ? rounded(rounding, number) : number;
    if (isnan(want) ? !isnan(y) : y != want)
        fail("%s %a is read as %a, not as %a", what, number, y, want);
}

/* All numbers as weights of one input, then as inputs of one weight; the other is 1. */
static void check_rounding(const struct linear_kernel *l, enum kernel_format format)
{
    struct rounding rounding = rounding_of(format);
    enum { READ_BACK = 4000 };
    at("%d weights and inputs read back", READ_BACK);
    struct matrix many = matrix_new(READ_BACK, 1, 0, ENDS_AT_GUARD), one = matrix_new(1, 1, 0, ENDS_AT_GUARD);
    struct matrix across = matrix_new(1, READ_BACK, 0, ENDS_AT_GUARD), down = matrix_new(READ_BACK, 1, 0, ENDS_AT_GUARD);
    one.p[0] = 1;
    for (int i = 0; i < READ_BACK; i++)
        many.p[i] = hard_number(i);
    struct linear_data weights = {.panels = pack_all(l, &many, ENDS_AT_GUARD)};
    struct linear_data inputs = {.panels = pack_all(l, &one, ENDS_AT_GUARD)};
    run_rows(l, &across, &one, 0, 1, READ_BACK, &weights, ACT_NONE);
    run_rows(l, &down, &many, 0, READ_BACK, 1, &inputs, ACT_NONE);
    for (int i = 0; i < READ_BACK; i++) {
        expect_rounded(&rounding, "weight", many.p[i], across.p[i]);
        expect_rounded(rounding.inputs ? &rounding : NULL, "input", many.p[i], down.p[i]);
    }
    guards_release();
}

/* Integers with a 127 in each row have scale 1, so that y is the sum of integers itself, rounded once. With `most` all of
 * them are -127 or 127, of the same sign along a row: the sums are as far from 0 as k lets them. With a range of 127 for what is
 * up to 200, x has scale 1 too, and what is beyond counts as 127. */
static void check_sums(const struct linear_kernel *l, int m, int n, int k, bool most, float range)
{
    at("integers m=%d n=%d k=%d%s range %g", m, n, k, most ? " all 127" : "", range);
    struct linear_data d = {.x = matrix_new(m, k, 1, ENDS_AT_GUARD), .w = matrix_new(n, k, 1, ENDS_AT_GUARD), .range = range};
    struct matrix *const both[] = {&d.x, &d.w};
    d.y = matrix_new(m, n, 1, ENDS_AT_GUARD);
    for (int a = 0; a < 2; a++)
        for (int r = 0; r < both[a]->m; r++)
            for (int i = 0; i < k; i++)
                both[a]->p[r * both[a]->ld + i] = !a && range > 0 ? (float)(random_u64() % 401) - 200
                                                  : most   ? r % 2 ? -127 : 127
                                                  : i == r % k ? -127
                                                               : (float)(random_u64() % 255) - 127;
    d.panels = pack_all(l, &d.w, ENDS_AT_GUARD);
    run_rows(l, &d.y, &d.x, 0, m, n, &d, ACT_NONE);
    for (int r = 0; r < m; r++)
        for (int j = 0; j < n; j++) {
            int64_t sum = 0;
            for (int i = 0; i < k; i++)
                sum += (int64_t)fmin(fmax((double)d.x.p[r * d.x.ld + i], -127), 127) * (int64_t)d.w.p[j * d.w.ld + i];
            if (d.y.p[r * d.y.ld + j] != (float)sum)
                fail("[%d,%d] is %.9g, the sum is %lld", r, j, d.y.p[r * d.y.ld + j], (long long)sum);
        }
    guards_release();
}

/* A row of x or w with infinity makes no finite number, whatever the other holds; NaN where it has no scale. In x it saturates if a
 * range for integers was given. */
static void check_infinity(const struct linear_kernel *l, enum kernel_format format, float range)
{
    enum { N = 5, K = 70 };
    at("infinity in a row of x and of w, range %g", range);
    struct linear_data d = {.x = matrix_new(3, K, 0, ENDS_AT_GUARD), .w = matrix_new(N, K, 0, ENDS_AT_GUARD), .range = range};
    d.y = matrix_new(3, N, 0, ENDS_AT_GUARD);
    matrix_fill(&d.x, NORMAL);
    matrix_fill(&d.w, NORMAL);
    d.x.p[1 * d.x.ld + 69] = -INFINITY;
    d.w.p[2 * d.w.ld + 3] = INFINITY;
    make_few(&d.w, format);
    d.panels = pack_all(l, &d.w, ENDS_AT_GUARD);
    run_rows(l, &d.y, &d.x, 0, 3, N, &d, ACT_NONE);
    for (int r = 0; r < 3; r++)
        for (int j = 0; j < N; j++)
            if (multiplies_integers(format) ? isnan(d.y.p[r * d.y.ld + j]) != ((r == 1 && range == 0) || j == 2)
                                      : isfinite(d.y.p[r * d.y.ld + j]) == (r == 1 || j == 2))
                fail("[%d,%d] is %g", r, j, d.y.p[r * d.y.ld + j]);
    guards_release();
}

/* One panel, from w and from its transpose: the same bytes, and the same ones left alone. */
static void check_panel(const struct linear_kernel *l, int rows, int k, enum placement where)
{
    at("the panel of %d rows of k=%d, placement %d, from the transpose", rows, k, where);
    size_t floats = l->panel_bytes(k) / sizeof(float);
    struct matrix w = matrix_new(rows, k, 1, where), wt = matrix_new(k, rows, 3, where);
    enum placement aligned = where == OFF_BY_FLOAT ? STARTS_AT_GUARD : where;
    float *panel = guard_floats(floats, aligned), *transposed = guard_floats(floats, aligned);
    matrix_fill(&w, NORMAL);
    for (int r = 0; r < rows; r++)
        for (int i = 0; i < k; i++)
            wt.p[i * wt.ld + r] = w.p[r * w.ld + i];
    guard_seal(w.p);
    guard_seal(wt.p);
    l->pack(panel, w.p, w.ld, rows, k);
    l->pack_transposed(transposed, wt.p, wt.ld, rows, k);
    if (memcmp(panel, transposed, floats * sizeof *panel) != 0)
        fail("another panel than of the matrix itself");
    guards_release();
}

static void check_transposed(const struct linear_kernel *l)
{
    static const int ks[] = {1, 2, 3, 8, 17, 70};
    for (int rows = 1; rows <= l->panel; rows++)
        for (size_t i = 0; i < sizeof ks / sizeof *ks; i++)
            for (int where = 0; where < PLACEMENTS; where++)
                check_panel(l, rows, ks[i], (enum placement)where);
}

static void expect_same(const char *what, const void *a, const void *b, size_t bytes)
{
    if (memcmp(a, b, bytes) != 0)
        fail("%s differ", what);
}

/* One of each kind of output, then hard numbers: what a format rounds w to is rounded to itself, and has the panels of w. */
static void check_projection(const struct linear_kernel *l, enum kernel_format format, int k)
{
    at("%s rounded twice, k=%d", kernel_format_name(format), k);
    const int n = 3 * NUMBERS + 40;
    const size_t bytes = (size_t)n * (size_t)k * sizeof(float);
    const size_t panels = l->panel_bytes(k) * (size_t)((n - 1) / l->panel + 1);
    struct matrix w = matrix_new(n, k, 0, ENDS_AT_GUARD), once = w, twice = w;
    once.p = guard_floats(bytes / sizeof(float), ENDS_AT_GUARD);
    twice.p = guard_floats(bytes / sizeof(float), ENDS_AT_GUARD);
    for (int j = 0; j < n; j++)
        for (int i = 0; i < k; i++)
            if (j < 3 * NUMBERS && i == 0)
                fill(w.p + j * k, (size_t)k, (enum numbers)(j % NUMBERS));
            else if (j >= 3 * NUMBERS)
                w.p[j * k + i] = hard_number(j < n - 20 ? (int)(random_u64() % 100) : 100);
    make_few(&w, format);
    kernel_format_round(format, once.p, w.p, n, k);
    kernel_format_round(format, twice.p, once.p, n, k);
    expect_same("numbers rounded once and twice", once.p, twice.p, bytes);
    expect_same("panels of numbers and of what they round to", pack_all(l, &w, ENDS_AT_GUARD),
                pack_all(l, &once, ENDS_AT_GUARD), panels);
    kernel_format_round(format, w.p, w.p, n, k);
    expect_same("numbers rounded in place and elsewhere", w.p, once.p, bytes);
    guards_release();
}

static void check_projections(const struct linear_kernel *l, enum kernel_format format)
{
    static const int ks[] = {1, 2, 3, 31, 32, 33, 70, 768};
    for (size_t i = 0; i < sizeof ks / sizeof *ks; i++)
        check_projection(l, format, ks[i]);
}

static void check_integers(const struct linear_kernel *l)
{
    const int t = l->row_block, p = l->panel;
    const int ks[] = {1, 2, 3, 4, 5, 63, 64, 65, 767, 1537};
    for (size_t i = 0; i < sizeof ks / sizeof *ks; i++) {
        check_sums(l, 2 * t + 1, p + 1, ks[i], false, 0);
        check_sums(l, 2 * t + 1, p + 1, ks[i], false, 127);
        check_sums(l, t + 1, 2 * p - 1, ks[i], true, 0);
    }
    check_sums(l, 2, 3, KERNEL_INT8_K, true, 0);
    check_infinity(l, KERNEL_INT8, 0);
    check_infinity(l, KERNEL_INT8, 1);
}

static void check_coded(const struct linear_kernel *l, enum kernel_format format)
{
    static const int ks[] = {1, 2, 5, 31, 32, 33, 64, 97, 417};
    for (size_t i = 0; i < sizeof ks / sizeof *ks; i++)
        check_weights(l, format, ks[i]);
    check_infinity(l, format, 0);
    check_infinity(l, format, 1);
}

void check_linear(const struct kernel *k)
{
    check_sizes(k->fn.linear, k->format);
    check_blocks(k->fn.linear, k->format);
    check_row_counts(k->fn.linear, k->format);
    check_rows_are_independent(k->fn.linear, k->format, 0);
    check_rows_are_independent(k->fn.linear, k->format, 0.5f);
    check_projections(k->fn.linear, k->format);
    at("pack_transposed");
    if ((k->fn.linear->pack_transposed == NULL) != kernel_format_shares(k->format))
        fail("rows whose weights share nothing, and only these, take the transpose of their weights");
    else if (!kernel_format_shares(k->format))
        check_transposed(k->fn.linear);
    if (k->format == KERNEL_INT8)
        check_integers(k->fn.linear);
    else if (kernel_format_shares(k->format))
        check_coded(k->fn.linear, k->format);
    else
        check_rounding(k->fn.linear, k->format);
}
