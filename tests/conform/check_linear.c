/* linear: y = act(x w^T + bias), with w (for bf16, int8 and ternary: and x) rounded to the format of the weights. */
#include <math.h>
#include <string.h>

#include "tests/conform/conform.h"
#include "tests/conform/formats.h"
#include "tests/conform/linear_case.h"

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
                pack_all(l, &once, ENDS_AT_GUARD), packed_bytes(l, &w));
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

/* The row of f32 with the same vectors. */
static const struct linear_kernel *dense_of(const struct kernel *k)
{
    for (int i = 0; i < kernels_count; i++)
        if (kernels[i].op == k->op && kernels[i].format == KERNEL_F32 && strcmp(kernels[i].isa, k->isa) == 0)
            return kernels[i].fn.linear;
    fail("there is no row of f32 for %s", k->isa);
    return k->fn.linear;
}

/* Finite numbers: what the f32 row gives (0 == -0). */
static void check_dense(const struct kernel *k, const struct linear_case *c)
{
    const struct linear_kernel *dense = dense_of(k);
    at("m=%d n=%d k=%d zeros %g against f32", c->m, c->n, c->k, c->zeros);
    struct linear_data d = data_new(k->fn.linear, c), f = d;
    f.y = matrix_new(c->m, c->n, 5, c->where);
    f.panels = pack_all(dense, &d.w, c->where);
    run_rows(k->fn.linear, &d.y, &d.x, 0, c->m, c->n, &d, c->act);
    run_rows(dense, &f.y, &d.x, 0, c->m, c->n, &f, c->act);
    for (int r = 0; r < c->m; r++)
        for (int j = 0; j < c->n; j++)
            if (d.y.p[r * d.y.ld + j] != f.y.p[r * f.y.ld + j])
                fail("[%d,%d] is %a, f32 gives %a", r, j, d.y.p[r * d.y.ld + j], f.y.p[r * f.y.ld + j]);
    guards_release();
}

/* x[1] is infinite where only output 2 has a weight; -0 is a zero, and weights may be NaN. */
static void check_left_out(const struct linear_kernel *l)
{
    enum { N = 5, K = 300, AT = 290 };
    at("infinity that meets zeros");
    struct linear_data d = {.x = matrix_new(3, K, 0, ENDS_AT_GUARD), .w = matrix_new(N, K, 0, ENDS_AT_GUARD)};
    d.y = matrix_new(3, N, 0, ENDS_AT_GUARD);
    matrix_fill(&d.x, NORMAL);
    matrix_fill(&d.w, NORMAL);
    for (int j = 0; j < N; j++)
        d.w.p[j * d.w.ld + AT] = j == 2 ? 1 : j % 2 ? 0.0f : -0.0f;
    d.x.p[1 * d.x.ld + AT] = INFINITY;
    d.w.p[4 * d.w.ld] = NAN;
    d.panels = pack_all(l, &d.w, ENDS_AT_GUARD);
    run_rows(l, &d.y, &d.x, 0, 3, N, &d, ACT_NONE);
    for (int r = 0; r < 3; r++)
        for (int j = 0; j < N; j++)
            if (isfinite(d.y.p[r * d.y.ld + j]) == ((r == 1 && j == 2) || j == 4))
                fail("[%d,%d] is %g", r, j, d.y.p[r * d.y.ld + j]);
    guards_release();
}

/* Weights of which some, most or all are zero. Whatever is zero, sums are those of all products. */
static void check_skipping(const struct kernel *k)
{
    static const double zeros[] = {0, 0.3, 0.75, 0.9, 0.97, 0.999, 1};
    static const int ms[] = {1, 2, 3, 5, 8, 9, 16, 17, 40, 63, 64, 65, 127, 128, 131}, ks[] = {1, 5, 95, 96, 97, 191, 193, 300};
    unsigned turn = 0;
    for (size_t z = 0; z < sizeof zeros / sizeof *zeros; z++)
        for (size_t a = 0; a < sizeof ms / sizeof *ms; a++)
            for (size_t b = 0; b < sizeof ks / sizeof *ks; b++, turn++) {
                struct linear_case one = {.m = ms[a],
                                          .n = 1 + (int)(turn * 29 % 131),
                                          .k = ks[b],
                                          .act = turn % ACTIVATIONS,
                                          .kind = turn % 3 ? NORMAL : MIXED,
                                          .where = turn % PLACEMENTS,
                                          .bias = turn % 4 != 0,
                                          .zeros = zeros[z],
                                          .format = k->format};
                check_case(k->fn.linear, &one);
                check_dense(k, &one);
            }
    /* more outputs than a group has, and panels without any weight beside others */
    struct linear_case wide = {.m = 70, .n = 1611, .k = 130, .kind = NORMAL, .bias = true, .zeros = 0.995, .format = k->format};
    check_case(k->fn.linear, &wide);
    check_dense(k, &wide);
    check_left_out(k->fn.linear);
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
    bool transposes = !kernel_format_shares(k->format) && !k->fn.linear->panel_bytes_of;
    if ((k->fn.linear->pack_transposed != NULL) != transposes)
        fail("rows whose weights share nothing and whose panels are of one size, and only these, take the transpose of their weights");
    else if (transposes)
        check_transposed(k->fn.linear);
    if ((k->fn.linear->panel_bytes_of != NULL) != kernel_format_skips(k->format))
        fail("panels of rows that leave zeros out, and only these, differ in size");
    if (kernel_format_skips(k->format))
        check_skipping(k);
    if (k->format == KERNEL_INT8)
        check_integers(k->fn.linear);
    else if (kernel_format_shares(k->format))
        check_coded(k->fn.linear, k->format);
    else
        check_rounding(k->fn.linear, k->format);
}
