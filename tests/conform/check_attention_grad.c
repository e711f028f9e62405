/* attention_grad: dq, dk, dv of one head, and of a gate on it. */
#include <math.h>
#include <stdlib.h>

#include "kernels/dropout.h"
#include "tests/conform/conform.h"

struct attention_grad_case {
    int m, s, d;
    enum numbers kind;
    enum placement where;
    float drop; /* probability; 0 = no dropout */
};

enum { Q, K, V, OUT, DOUT, INPUTS };

struct attention_grad_data {
    struct matrix in[INPUTS], dq, dk, dv;
    float scale;
    struct attention_dropout drop;
};

/* What dropout multiplies a weight with. */
static double factor_of(const struct attention_grad_data *a, int i, int j)
{
    if (!(a->drop.p > 0))
        return 1;
    struct dropout d = dropout_new(a->drop.p, a->drop.seed, 0);
    return dropout_factor(&d, dropout_index(a->drop.query + i, a->in[K].m, j));
}

/* What one query adds, in double: p and ds [s], and how far the floats may be from them. */
struct query {
    double *p, *ds, *e_p, *e_ds;
    double shift, e_shift; /* D */
};

static double value(const struct matrix *a, int r, int c)
{
    return a->p[r * a->ld + c];
}

struct near_dot {
    double sum, size;
};

static struct near_dot dot(const struct matrix *a, int r, const struct matrix *b, int q)
{
    struct near_dot x = {0, 0};
    for (int i = 0; i < a->n; i++) {
        x.sum += value(a, r, i) * value(b, q, i);
        x.size += fabs(value(a, r, i) * value(b, q, i));
    }
    return x;
}

/* p and e_p. A score is off by t' = gamma(d + 1) |scale| sum |q||k| and what is lost below the normal range. So weight
 * exp(score - max) is off by a factor within exp(+-t), t = t' + u (max - score + 2 largest t') + 4 u (the difference, and
 * exp within 2 ulp), and the sum of all by a factor within 1 +- w, w = sum p (e^t - 1), and gamma(s + 2) with
 * the division. A weight below the normal range loses ETA, before and after the division by a sum of at least 1. */
static void exact_weights(const struct attention_grad_data *a, int i, int s, struct query *x)
{
    double max = -INFINITY, most = 0, total = 0, off = 0;
    int d = a->in[Q].n;
    for (int j = 0; j < s; j++) {
        struct near_dot score = dot(&a->in[Q], i, &a->in[K], j);
        x->p[j] = score.sum * a->scale;
        x->e_p[j] = error_gamma(d + 1) * score.size * a->scale;
        for (int c = 0; c < d; c++)
            x->e_p[j] += 2 * ETA * (1 + fabs(value(&a->in[K], j, c)));
        max = fmax(max, x->p[j]);
        most = fmax(most, x->e_p[j]);
    }
    for (int j = 0; j < s; j++) {
        x->e_p[j] += U * (max - x->p[j] + 2 * most) + 4 * U;
        x->p[j] = exp(x->p[j] - max);
        total += x->p[j];
        off += x->p[j] * expm1(x->e_p[j]);
    }
    off /= total;
    if (off >= 1)
        fail("the scores are so large that rounding them decides which one wins: choose other inputs");
    for (int j = 0; j < s; j++) {
        x->p[j] /= total;
        x->e_p[j] = x->p[j] * (exp(x->e_p[j]) * (1 + error_gamma(s + 2)) / (1 - off) - 1) + 4 * ETA;
    }
}

/* ds = p t, t = M (dout v^T) - D as a sum of d products, perhaps multiplied, and D: gamma(d + 2) of the magnitudes, and what D
 * is off by. */
static void exact_query(const struct attention_grad_data *a, int i, int s, struct query *x)
{
    int d = a->in[Q].n;
    struct near_dot shift = dot(&a->in[OUT], i, &a->in[DOUT], i);
    x->shift = shift.sum;
    x->e_shift = error_gamma(d) * shift.size + 2 * d * ETA;
    exact_weights(a, i, s, x);
    for (int j = 0; j < s; j++) {
        struct near_dot dp = dot(&a->in[DOUT], i, &a->in[V], j);
        double kept = factor_of(a, i, j);
        dp.sum *= kept;
        dp.size *= kept;
        double t = dp.sum - x->shift, e_shift = x->e_shift + 2 * (d + 2) * ETA * fmax(kept, 1);
        double e_t = e_shift + error_gamma(d + 2) * (dp.size + fabs(x->shift) + e_shift);
        x->ds[j] = x->p[j] * t;
        x->e_ds[j] = x->e_p[j] * (fabs(t) + e_t) + x->p[j] * e_t + U * (x->p[j] + x->e_p[j]) * (fabs(t) + e_t) + ETA;
    }
}

/* A sum of n terms a b, where a is off by e: what it is, and may be off by; `factor` is on all of it, two roundings more. */
struct term_sum {
    double sum, size, off;
};

static void add_term(struct term_sum *x, double a, double e, double b)
{
    x->sum += a * b;
    x->size += (fabs(a) + e) * fabs(b);
    x->off += e * fabs(b) + 2 * ETA * (1 + fabs(a) + e);
}

static void expect_sum(float got, const struct term_sum *x, int n, double factor, int r, int c)
{
    expect_near(got, factor * x->sum, factor * (x->off + error_gamma(n + 2) * x->size) + 2 * ETA, r, c);
}

/* One query after the other; dk and dv gather what all of them add. */
static void expect_all(const struct attention_grad_data *a, float gate)
{
    int m = a->in[Q].m, s = a->in[K].m, d = a->in[Q].n;
    size_t row = (size_t)s, all = row * (size_t)d;
    double *room = calloc(4 * row, sizeof *room), total = 0, e_total = 0;
    struct term_sum *dk = calloc(2 * all, sizeof *dk), *dv = dk + all;
    struct query x = {.p = room, .ds = room + row, .e_p = room + 2 * row, .e_ds = room + 3 * row};
    for (int i = 0; i < m; i++) {
        exact_query(a, i, s, &x);
        total += x.shift;
        e_total += x.e_shift;
        for (int c = 0; c < d; c++) {
            struct term_sum dq = {0};
            for (int j = 0; j < s; j++) {
                add_term(&dq, x.ds[j], x.e_ds[j], value(&a->in[K], j, c));
                add_term(&dk[j * d + c], x.ds[j], x.e_ds[j], value(&a->in[Q], i, c));
                add_term(&dv[j * d + c], factor_of(a, i, j) * x.p[j], factor_of(a, i, j) * (x.e_p[j] + U * x.p[j]),
                         value(&a->in[DOUT], i, c));
            }
            expect_sum(a->dq.p[i * a->dq.ld + c], &dq, s, a->scale, i, c);
        }
    }
    for (int j = 0; j < s; j++)
        for (int c = 0; c < d; c++) {
            expect_sum(a->dk.p[j * a->dk.ld + c], &dk[j * d + c], m, a->scale, j, c);
            expect_sum(a->dv.p[j * a->dv.ld + c], &dv[j * d + c], m, 1, j, c);
        }
    expect_near(gate, total, e_total + error_gamma(2) * (fabs(total) + e_total), -1, -1);
    free(dk);
    free(room);
}

static float run(const struct attention_grad_kernel *f, const struct attention_grad_data *a, enum placement where)
{
    const struct matrix *in = a->in;
    size_t bytes = f->scratch_bytes(in[K].m, in[Q].n);
    if (bytes % 64 != 0)
        fail("%zu bytes of scratch are not a multiple of 64", bytes);
    float *scratch = guard_floats(bytes / sizeof(float), where == OFF_BY_FLOAT ? STARTS_AT_GUARD : where);
    return f->run(a->dq.p, a->dk.p, a->dv.p, a->dq.ld, in[Q].p, in[K].p, in[V].p, in[Q].ld, in[OUT].p, in[DOUT].p,
                  in[OUT].ld, in[Q].m, in[K].m, in[Q].n, a->scale, a->drop.p > 0 ? &a->drop : NULL, scratch);
}

/* Scores of 1e30 would make every bound infinite, and so would a gradient past the largest float. */
static enum numbers kind_of(int input, enum numbers kind)
{
    if (input == V || input == OUT)
        return kind;
    if (input == DOUT)
        return kind == LARGE ? NORMAL : kind;
    return kind == LARGE || kind == MIXED || (kind == SUBNORMAL && input == K) ? NORMAL : kind;
}

static struct attention_grad_data data_new(const struct attention_grad_case *c)
{
    struct attention_grad_data a = {.scale = 1 / sqrtf((float)c->d), .drop = {c->drop, random_u64(), 5}};
    for (int i = 0; i < INPUTS; i++) {
        a.in[i] = matrix_new(i == K || i == V ? c->s : c->m, c->d, i < OUT ? 7 : 2, c->where);
        matrix_fill(&a.in[i], kind_of(i, c->kind));
        guard_seal(a.in[i].p);
    }
    struct matrix *const outputs[] = {&a.dq, &a.dk, &a.dv};
    for (int i = 0; i < 3; i++)
        *outputs[i] = matrix_new(i ? c->s : c->m, c->d, 3, c->where);
    return a;
}

static void check_case(const struct attention_grad_kernel *f, const struct attention_grad_case *c)
{
    at("m=%d s=%d d=%d numbers %d placement %d", c->m, c->s, c->d, c->kind, c->where);
    struct attention_grad_data a = data_new(c);
    expect_all(&a, run(f, &a, c->where));
    matrix_check_gaps(&a.dq);
    matrix_check_gaps(&a.dk);
    matrix_check_gaps(&a.dv);
    guards_release();
}

/* sum(gate out dout) with out = softmax(scale q k^T) v, in double: what all of this is the gradient of. Element (r, c) of
 * input `which` is `step` larger. */
static double loss(const struct attention_grad_data *a, int which, int r, int c, double step)
{
    int s = a->in[Q].m, d = a->in[Q].n;
    double total = 0, score[64];
    for (int i = 0; i < s; i++) {
        double sum = 0;
        for (int j = 0; j < s; j++) {
            score[j] = dot(&a->in[Q], i, &a->in[K], j).sum;
            score[j] += which == Q && i == r ? step * value(&a->in[K], j, c) : 0;
            score[j] += which == K && j == r ? step * value(&a->in[Q], i, c) : 0;
            score[j] = exp(score[j] * a->scale);
            sum += score[j];
        }
        for (int j = 0; j < s; j++)
            for (int x = 0; x < d; x++)
                total += score[j] / sum * factor_of(a, i, j) * value(&a->in[DOUT], i, x) *
                         (value(&a->in[V], j, x) + (which == V && j == r && x == c ? step : 0));
    }
    return total;
}

/* The kernel's gradients are those of `loss`, whose out it is given: central differences of step 10^-4 of a smooth
 * function of size 10 are off by some 10^-7 (its third derivative) and 10^-11 (rounding); out rounded to float changes dS
 * by 10^-6. */
static void check_differences(const struct attention_grad_kernel *f, float drop)
{
    enum { S = 11, D = 6 };
    const double step = 1e-4, bound = 1e-4;
    at("differences, s=%d d=%d dropout %g", S, D, (double)drop);
    struct attention_grad_data a = data_new(&(struct attention_grad_case){.m = S, .s = S, .d = D, .kind = NORMAL, .drop = drop});
    const struct matrix *const got[] = {&a.dq, &a.dk, &a.dv};
    struct matrix out = matrix_new(S, D, 2, ENDS_AT_GUARD);
    for (int i = 0; i < S; i++)
        for (int c = 0; c < D; c++) {
            double sum = 0, total = 0;
            for (int j = 0; j < S; j++) {
                double weight = exp(dot(&a.in[Q], i, &a.in[K], j).sum * a.scale);
                total += weight;
                sum += weight * factor_of(&a, i, j) * value(&a.in[V], j, c);
            }
            out.p[i * out.ld + c] = (float)(sum / total);
        }
    a.in[OUT] = out;
    float gate = run(f, &a, ENDS_AT_GUARD);
    expect_near(gate, loss(&a, INPUTS, 0, 0, 0), bound, -1, -1);
    for (int which = Q; which <= V; which++)
        for (int r = 0; r < S; r++)
            for (int c = 0; c < D; c++)
                expect_near(got[which]->p[r * got[which]->ld + c],
                            (loss(&a, which, r, c, step) - loss(&a, which, r, c, -step)) / (2 * step), bound, r, c);
    guards_release();
}

/* A NaN in a row of q or dout reaches that row of dq, all of dk (and dv: weights and dout), and no other row of dq. */
static void check_nan(const struct attention_grad_kernel *f)
{
    for (int which = Q; which <= DOUT; which += DOUT - Q) {
        at("NaN in a row of %s", which == Q ? "q" : "dout");
        struct attention_grad_data a = data_new(&(struct attention_grad_case){.m = 37, .s = 37, .d = 20, .kind = NORMAL});
        struct matrix x = matrix_new(37, 20, which == Q ? 7 : 2, ENDS_AT_GUARD);
        matrix_fill(&x, NORMAL);
        x.p[11 * x.ld + 3] = NAN;
        a.in[which] = x;
        if (!isnan(run(f, &a, ENDS_AT_GUARD)) != (which == Q))
            fail("the gate is not right");
        for (int r = 0; r < 37; r++)
            for (int c = 0; c < 20; c++) {
                if (isnan(a.dq.p[r * a.dq.ld + c]) != (r == 11))
                    fail("dq[%d,%d] is %g", r, c, a.dq.p[r * a.dq.ld + c]);
                if (!isnan(a.dk.p[r * a.dk.ld + c]))
                    fail("dk[%d,%d] is %g", r, c, a.dk.p[r * a.dk.ld + c]);
                if (isnan(a.dv.p[r * a.dv.ld + c]) != (which == Q || c == 3))
                    fail("dv[%d,%d] is %g", r, c, a.dv.p[r * a.dv.ld + c]);
            }
        guards_release();
    }
}

void check_attention_grad(const struct kernel *k)
{
    static const int ds[] = {1, 3, 8, 16, 26, 33, 64};
    unsigned turn = 0;
    for (int s = 1; s <= 70; s++, turn++)
        for (size_t b = 0; b < sizeof ds / sizeof *ds; b++, turn++) {
            struct attention_grad_case c = {
                .m = turn % 3 ? s : 1 + s / 5, .s = s, .d = ds[b], .kind = turn % NUMBERS, .where = turn % 7 % PLACEMENTS,
                .drop = turn % 5 % 2 ? 0.3f : 0};
            check_case(k->fn.attention_grad, &c);
        }
    /* whole blocks of queries, keys and columns of every variant, so that all of the scratch is used */
    check_case(k->fn.attention_grad, &(struct attention_grad_case){.m = 128, .s = 128, .d = 64});
    check_case(k->fn.attention_grad, &(struct attention_grad_case){.m = 384, .s = 384, .d = 32, .where = STARTS_AT_GUARD});
    check_case(k->fn.attention_grad, &(struct attention_grad_case){.m = 401, .s = 401, .d = 33, .drop = 0.1f});
    check_case(k->fn.attention_grad, &(struct attention_grad_case){.m = 70, .s = 70, .d = 401, .where = OFF_BY_FLOAT});
    check_case(k->fn.attention_grad, &(struct attention_grad_case){.m = 130, .s = 300, .d = 64});
    check_case(k->fn.attention_grad, &(struct attention_grad_case){.m = 1, .s = 384, .d = 64});
    check_differences(k->fn.attention_grad, 0);
    check_differences(k->fn.attention_grad, 0.3f);
    check_nan(k->fn.attention_grad);
}
