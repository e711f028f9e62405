/* attention: one head, softmax(scale q k^T) v, in bf16 with all factors of products rounded to it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/dropout.h"
#include "tests/conform/conform.h"
#include "tests/conform/formats.h"

struct attention_case {
    enum kernel_format format;
    int m, s, d;
    enum numbers kind;
    enum placement where;
    float drop; /* probability; 0 = no dropout */
};

struct attention_data {
    struct matrix q, k, v, out;
    float scale;
    const struct attention_dropout *drop;
    double *score, *weight,
        *slack; /* [s]: of one query; slack is what the one being computed may be off by */
    double total, total_slack; /* bf16: the sum of the exponentials before they are rounded */
};

/* scale times a number of a query, as it is multiplied. In bf16 that is float arithmetic, the same everywhere. */
static double query_of(const struct attention_case *c, const struct attention_data *a, int r, int i)
{
    struct rounding to = rounding_of(c->format);
    float x = a->q.p[r * a->q.ld + i];
    return c->format == KERNEL_F32 ? (double)x * a->scale : rounded(&to, x * a->scale);
}

/* A score is a sum of d products and one more product: gamma(d + 1) |scale| sum |q||k|. */
static void exact_scores(const struct attention_case *c, const struct attention_data *a, int r)
{
    struct rounding to = rounding_of(c->format);
    for (int j = 0; j < c->s; j++) {
        double sum = 0, size = 0;
        for (int i = 0; i < c->d; i++) {
            double product = query_of(c, a, r, i) * rounded(&to, a->k.p[j * a->k.ld + i]);
            sum += product;
            size += fabs(product);
        }
        a->score[j] = sum;
        a->slack[j] = error_gamma(c->d + 1) * size + 2 * (c->d + 1) * to.lost;
    }
}

/* From the scores to the weights. The kernel computes weights that are proportional to exp(score + slack),
 * whatever it subtracts; rounding the difference to the maximum adds u |difference|, exp adds 2 ulp <= 4 u.
 * So weight j is off by a factor within exp(+-t); slack becomes what that adds to the weight. */
static void exact_weights(const struct attention_case *c, const struct attention_data *a)
{
    double max = -INFINITY, most = 0, total = 0;
    for (int j = 0; j < c->s; j++) {
        max = fmax(max, a->score[j]);
        most = fmax(most, a->slack[j]);
    }
    for (int j = 0; j < c->s; j++) {
        double t = a->slack[j] + U * (max - a->score[j] + 2 * most) + 4 * U;
        a->weight[j] = exp(a->score[j] - max);
        a->slack[j] = exp(a->score[j] - max + t) * -expm1(-t);
        total += a->weight[j];
    }
    for (int j = 0; j < c->s; j++) {
        a->weight[j] /= total;
        a->slack[j] /= total;
    }
}

/* bf16: what the exponentials become, which are not divided by their sum before. As above, but their common factor counts too:
 * that is what the largest score may be off by. Rounding keeps order, so what an exponential within exp(+-t) of the exact one becomes
 * lies between what the two ends become: a step of bf16 apart where there is a tie between them, else nothing. */
static void rounded_weights(const struct attention_case *c, struct attention_data *a)
{
    struct rounding to = rounding_of(c->format);
    double max = -INFINITY, most = 0;
    a->total = a->total_slack = 0;
    for (int j = 0; j < c->s; j++) {
        max = fmax(max, a->score[j]);
        most = fmax(most, a->slack[j]);
    }
    for (int j = 0; j < c->s; j++) {
        double t = a->slack[j] + most + U * (max - a->score[j] + 2 * most) + 4 * U, e = exp(a->score[j] - max);
        a->weight[j] = rounded(&to, e);
        a->slack[j] = fmax(rounded(&to, e * exp(t)) - a->weight[j], a->weight[j] - rounded(&to, e * exp(-t)));
        a->total += e;
        a->total_slack += e * expm1(t) + ETA;
    }
}

/* A value as dropout leaves it to query r. */
static double value_of(const struct attention_case *c, const struct attention_data *a, int r, int j, int i)
{
    struct rounding to = rounding_of(c->format);
    double v = rounded(&to, a->v.p[j * a->v.ld + i]);
    if (!a->drop)
        return v;
    struct dropout d = dropout_new(a->drop->p, a->drop->seed, 0);
    return v * dropout_factor(&d, dropout_index(a->drop->query + r, c->s, j));
}

/* With weights p + e, |e| <= slack: out' - out = sum e (v - out) / sum (p + e). Then sum p v and sum p are
 * sums of s terms, and two more roundings divide: gamma(2 s + 4) sum p |v|, again over weights that may be
 * off. A weight below the normal range loses ETA, relative to the largest, which is 1. Dropout multiplies each v with 0 or
 * 1 / (1 - p), which is one rounding more where the sum is divided by it first. */
static void expect_output(const struct attention_case *c, const struct attention_data *a, int r, int i)
{
    double exact = 0, size = 0, spread = 0, off = 0, largest = 0;
    for (int j = 0; j < c->s; j++)
        exact += a->weight[j] * value_of(c, a, r, j, i);
    for (int j = 0; j < c->s; j++) {
        double v = value_of(c, a, r, j, i), e = a->slack[j];
        size += (a->weight[j] + e) * fabs(v);
        spread += e * fabs(v - exact);
        off += e;
        largest = fmax(largest, fabs(v));
    }
    if (off >= 1)
        fail("the scores are so large that rounding them decides which one wins: choose other inputs");
    double bound = (spread + error_gamma(2 * c->s + 6) * size) / (1 - off) + 2 * c->s * ETA * (1 + largest);
    expect_near(a->out.p[r * a->out.ld + i], exact, bound, r, i);
}

/* bf16: n / t with n = sum of weights v and t = sum of exponentials. n is off by what weights are off by, gamma(s) for its sums
 * (products are exact) and 2^-126 for each sum and product; t by its terms and gamma(s). Then n' / t' - n / t =
 * ((n' - n) - n / t (t' - t)) / t', and the quotient and dropout round four times more. */
static void expect_rounded_output(const struct attention_case *c, const struct attention_data *a, int r, int i)
{
    double n = 0, size = 0, off = 0, lost = rounding_of(c->format).lost;
    for (int j = 0; j < c->s; j++) {
        double v = value_of(c, a, r, j, i);
        n += a->weight[j] * v;
        off += a->slack[j] * fabs(v);
        size += (a->weight[j] + a->slack[j]) * fabs(v);
    }
    double dn = off + error_gamma(c->s) * size + 2 * c->s * lost;
    double dt = a->total_slack + error_gamma(c->s) * (a->total + a->total_slack), least = a->total - dt;
    if (least <= 0)
        fail("the scores are so large that rounding them decides which one wins: choose other inputs");
    double bound = (dn + fabs(n) / a->total * dt + error_gamma(4) * (fabs(n) + dn)) / least + 2 * ETA;
    expect_near(a->out.p[r * a->out.ld + i], n / a->total, bound, r, i);
}

static void expect_row(const struct attention_case *c, struct attention_data *a, int r)
{
    exact_scores(c, a, r);
    if (c->format == KERNEL_F32)
        exact_weights(c, a);
    else
        rounded_weights(c, a);
    for (int i = 0; i < c->d; i++)
        if (c->format == KERNEL_F32)
            expect_output(c, a, r, i);
        else
            expect_rounded_output(c, a, r, i);
}

static void check_case(const struct attention_kernel *f, const struct attention_case *c)
{
    at("m=%d s=%d d=%d numbers %d placement %d drop %g", c->m, c->s, c->d, c->kind, c->where, c->drop);
    struct attention_dropout drop = {c->drop, random_u64(), 3};
    struct attention_data a = {.scale = 1 / sqrtf((float)c->d), .drop = c->drop > 0 ? &drop : NULL};
    int gap = 7;
    a.q = matrix_new(c->m, c->d, gap, c->where);
    a.k = matrix_new(c->s, c->d, gap, c->where);
    a.v = matrix_new(c->s, c->d, gap, c->where);
    a.out = matrix_new(c->m, c->d, 2, c->where);
    bool steep = c->kind == LARGE || c->kind == MIXED; /* scores of 1e30 would make every bound infinite */
    matrix_fill(&a.q, steep ? NORMAL : c->kind);
    matrix_fill(&a.k, steep || c->kind == SUBNORMAL ? NORMAL : c->kind);
    matrix_fill(&a.v, c->kind);
    guard_seal(a.q.p);
    guard_seal(a.k.p);
    guard_seal(a.v.p);
    size_t bytes = f->scratch_bytes(c->s, c->d);
    if (bytes % 64 != 0)
        fail("%zu bytes of scratch are not a multiple of 64", bytes);
    float *scratch =
        guard_floats(bytes / sizeof(float), c->where == OFF_BY_FLOAT ? STARTS_AT_GUARD : c->where);
    f->run(a.out.p, a.out.ld, a.q.p, a.k.p, a.v.p, a.q.ld, c->m, c->s, c->d, a.scale, a.drop, scratch);
    double *room = malloc(3 * (size_t)c->s * sizeof *room);
    a.score = room;
    a.slack = room + c->s;
    a.weight = room + 2 * c->s;
    for (int r = 0; r < c->m; r++)
        expect_row(c, &a, r);
    free(room);
    matrix_check_gaps(&a.out);
    guards_release();
}

/* One key that wins by far: the output is its value, to the last bit but the division. */
static void check_one_hot(const struct attention_kernel *f, enum kernel_format format)
{
    struct rounding to = rounding_of(format);
    enum { S = 37, D = 5 };
    at("one-hot scores");
    float q[D] = {100, 0, 0, 0, 0}, *k = guard_floats(S * D, ENDS_AT_GUARD),
          *v = guard_floats(S * D, ENDS_AT_GUARD);
    float out[D], *scratch = guard_floats(f->scratch_bytes(S, D) / sizeof(float), ENDS_AT_GUARD);
    fill(v, S * D, NORMAL);
    for (int i = 0; i < S * D; i++)
        k[i] = i == 30 * D ? 3 : 0;
    f->run(out, D, q, k, v, D, 1, S, D, 1, NULL, scratch);
    for (int i = 0; i < D; i++)
        expect_near(out[i], rounded(&to, v[30 * D + i]), fabs(v[30 * D + i]) * error_gamma(2), 0, i);
    guards_release();
}

/* Queries in two calls get what they get in one, bit by bit. */
static void check_dropped_parts(const struct attention_kernel *f)
{
    enum { M = 40, FIRST = 17, S = 61, D = 26 };
    at("dropout in two parts");
    struct attention_dropout drop = {0.25f, 7, 0}, rest = {0.25f, 7, FIRST};
    float *q = guard_floats(M * D, ENDS_AT_GUARD), *k = guard_floats(S * D, ENDS_AT_GUARD);
    float *out = guard_floats(M * D, ENDS_AT_GUARD), *parts = guard_floats(M * D, ENDS_AT_GUARD);
    float *scratch = guard_floats(f->scratch_bytes(S, D) / sizeof(float), ENDS_AT_GUARD);
    fill(q, M * D, NORMAL);
    fill(k, S * D, NORMAL);
    f->run(out, D, q, k, k, D, M, S, D, 1, &drop, scratch);
    f->run(parts, D, q, k, k, D, FIRST, S, D, 1, &drop, scratch);
    f->run(parts + FIRST * D, D, q + FIRST * D, k, k, D, M - FIRST, S, D, 1, &rest, scratch);
    if (memcmp(out, parts, M * D * sizeof *out) != 0)
        fail("two parts are not the whole");
    guards_release();
}

/* Every length, odd ones too, with every size of head around vectors and pairs. */
static void check_lengths(const struct attention_kernel *f, enum kernel_format format)
{
    for (int s = 1; s <= 70; s++) {
        struct attention_case c = {.format = format, .m = 1 + s % 17, .s = s, .d = 1 + s * 29 % 70, .where = s % PLACEMENTS,
                                   .drop = s % 3 ? 0 : 0.2f};
        check_case(f, &c);
    }
}

/* Whole blocks of queries, of keys and of a head of every variant, so that all of the scratch is used. */
static void check_blocks(const struct attention_kernel *f, enum kernel_format format)
{
    static const struct attention_case cases[] = {
        {.m = 42, .s = 768, .d = 32, .where = ENDS_AT_GUARD},
        {.m = 20, .s = 801, .d = 64, .where = ENDS_AT_GUARD, .drop = 0.1f},
        {.m = 9, .s = 70, .d = 401, .where = ENDS_AT_GUARD},
        {.m = 15, .s = 33, .d = 801, .where = ENDS_AT_GUARD},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct attention_case c = cases[i];
        c.format = format;
        check_case(f, &c);
    }
}

void check_attention(const struct kernel *k)
{
    static const int ms[] = {1, 2, 5, 6, 7, 13, 14, 15, 33},
                     ss[] = {1, 2, 3, 15, 16, 17, 31, 32, 33, 61, 128};
    static const int ds[] = {1, 3, 8, 16, 26, 33, 64};
    unsigned turn = 0;
    for (size_t a = 0; a < sizeof ms / sizeof *ms; a++)
        for (size_t b = 0; b < sizeof ss / sizeof *ss; b++)
            for (size_t c = 0; c < sizeof ds / sizeof *ds; c++, turn++) {
                struct attention_case one = {.format = k->format,
                                             .m = ms[a],
                                             .s = ss[b],
                                             .d = ds[c],
                                             .kind = turn % NUMBERS,
                                             .where = turn % 7 % PLACEMENTS,
                                             .drop = turn % 5 % 2 ? 0.3f : 0};
                check_case(k->fn.attention, &one);
            }
    check_lengths(k->fn.attention, k->format);
    check_blocks(k->fn.attention, k->format);
    check_one_hot(k->fn.attention, k->format);
    check_dropped_parts(k->fn.attention);
}
