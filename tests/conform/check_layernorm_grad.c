/* layernorm_grad: dz = r (g - mean(g) - h mean(g h)), dgamma += sum dy h, dbeta += sum dy. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/conform/conform.h"

struct layernorm_grad_case {
    int m, n;
    float eps;
    enum numbers kind;
    enum placement where;
    bool residual, in_place, parameters;
};

/* A value, and how far the float may be from it. */
struct near {
    double x, e;
};

static struct near product(struct near a, struct near b)
{
    double size = (fabs(a.x) + a.e) * (fabs(b.x) + b.e);
    return (struct near){a.x * b.x, size - fabs(a.x * b.x) + U * size + ETA};
}

/* One row of all that is worked out of z: h, and r that it is scaled by.
 * z is rounded once: u |z|. The mean of n is off by e_m = (gamma(n) + 2 u) mean |z|; c = z - mean by
 * (1 + u) (u |z| + e_m) + u |c|; the sum of n squares over n by mean (2 |c| e_c + e_c^2) + gamma(n + 2) mean (|c| + e_c)^2,
 * and the computed variance is never negative; r = 1 / sqrt(var + eps) is rounded three times. */
static struct near scale_of(struct near *h, const double *z, const struct layernorm_grad_case *c)
{
    double mean = 0, size = 0, var = 0, e_v = 0;
    for (int i = 0; i < c->n; i++) {
        mean += z[i] / c->n;
        size += fabs(z[i]) / c->n;
    }
    double e_m = (error_gamma(c->n) + 2 * U) * size;
    for (int i = 0; i < c->n; i++) {
        double d = fabs(z[i] - mean), e_c = (1 + U) * (U * fabs(z[i]) + e_m) + U * d;
        var += d * d / c->n;
        e_v += (2 * d * e_c + e_c * e_c + error_gamma(c->n + 2) * (d + e_c) * (d + e_c)) / c->n + 2 * ETA;
        h[i] = (struct near){z[i] - mean, e_c};
    }
    double s = 1 / sqrt(var + c->eps);
    double high = (1 + error_gamma(3)) / sqrt(fmax(var - e_v, 0) + c->eps);
    double low = (1 - error_gamma(3)) / sqrt(var + e_v + c->eps);
    struct near r = {s, fmax(high - s, s - low)};
    for (int i = 0; i < c->n; i++)
        h[i] = product(h[i], r);
    return r;
}

/* The mean of n values, each `e` off: n - 1 additions, a division or a reciprocal and a product. */
static struct near mean_of(const struct near *x, int n)
{
    struct near mean = {0, 0};
    for (int i = 0; i < n; i++) {
        mean.x += x[i].x / n;
        mean.e += (x[i].e + error_gamma(n + 1) * (fabs(x[i].x) + x[i].e)) / n;
    }
    mean.e += ETA;
    return mean;
}

/* (g - mean(g) - h mean(g h)) r: two differences and a product. `gh` is room for n. */
static void expect_row(const float *dz, const struct near *h, struct near r, struct near *g, struct near *gh, int n,
                       int row)
{
    for (int i = 0; i < n; i++)
        gh[i] = product(g[i], h[i]);
    struct near mean_g = mean_of(g, n), mean_gh = mean_of(gh, n);
    for (int i = 0; i < n; i++) {
        struct near t = product(h[i], mean_gh);
        double size = fabs(g[i].x) + g[i].e + fabs(mean_g.x) + mean_g.e + fabs(t.x) + t.e;
        struct near sum = {g[i].x - mean_g.x - t.x, g[i].e + mean_g.e + t.e + error_gamma(2) * size};
        struct near exact = product(sum, r);
        expect_near(dz[i], exact.x, exact.e, row, i);
    }
}

struct layernorm_grad_data {
    float *x, *residual, *dy, *dz, *gamma, *dgamma, *dbeta, *before; /* before: dy, then dgamma, then dbeta */
};

/* Column i of dgamma or dbeta: a sum of m terms on top of what was there. */
static void expect_parameter(float value, double start, const struct near *term, int n, int m, int which, int i)
{
    struct near sum = {start, error_gamma(m) * fabs(start)};
    for (int r = 0; r < m; r++) {
        const struct near *t = &term[r * n + i];
        sum.x += t->x;
        sum.e += t->e + error_gamma(m) * (fabs(t->x) + t->e);
    }
    expect_near(value, sum.x, sum.e, which, i);
}

static void expect_all(const struct layernorm_grad_case *c, const struct layernorm_grad_data *d)
{
    size_t n = (size_t)c->n, all = (size_t)c->m * n;
    struct near *h = malloc((2 * all + 2 * n) * sizeof *h), *dy = h + all, *g = dy + all, *gh = g + n;
    double *z = malloc(n * sizeof *z);
    for (int r = 0; r < c->m; r++) {
        const float *x = d->x + r * c->n, *residual = d->residual ? d->residual + r * c->n : NULL;
        for (int i = 0; i < c->n; i++)
            z[i] = (double)x[i] + (residual ? residual[i] : 0);
        struct near scale = scale_of(h + r * c->n, z, c);
        for (int i = 0; i < c->n; i++) {
            dy[r * c->n + i] = (struct near){d->before[r * c->n + i], 0};
            g[i] = product(dy[r * c->n + i], (struct near){d->gamma[i], 0});
        }
        expect_row(d->dz + r * c->n, h + r * c->n, scale, g, gh, c->n, r);
    }
    for (int i = 0; d->dgamma && i < c->n; i++) {
        expect_parameter(d->dbeta[i], d->before[all + n + (size_t)i], dy, c->n, c->m, -2, i);
        for (int r = 0; r < c->m; r++)
            dy[r * c->n + i] = product(dy[r * c->n + i], h[r * c->n + i]);
        expect_parameter(d->dgamma[i], d->before[all + (size_t)i], dy, c->n, c->m, -1, i);
    }
    free(z);
    free(h);
}

static void check_case(layernorm_grad_fn *f, const struct layernorm_grad_case *c)
{
    at("m=%d n=%d eps=%g numbers %d placement %d%s%s%s", c->m, c->n, c->eps, c->kind, c->where,
       c->residual ? " residual" : "", c->in_place ? " in place" : "", c->parameters ? " parameters" : "");
    size_t n = (size_t)c->n, all = (size_t)c->m * n;
    struct layernorm_grad_data d = {.x = guard_floats(all, c->where), .dy = guard_floats(all, c->where)};
    float *floats[] = {d.x, d.dy, NULL, NULL};
    floats[2] = d.residual = c->residual ? guard_floats(all, c->where) : NULL;
    floats[3] = d.dz = c->in_place ? d.dy : guard_floats(all, c->where);
    for (int i = 0; i < 3; i++)
        if (floats[i])
            fill(floats[i], all, c->kind);
    d.gamma = guard_floats(n, c->where);
    fill(d.gamma, n, NORMAL);
    d.before = malloc((all + 2 * n) * sizeof(float));
    fill(d.before + all, 2 * n, NORMAL);
    if (c->parameters) {
        d.dgamma = guard_floats(n, c->where);
        d.dbeta = guard_floats(n, c->where);
        memcpy(d.dgamma, d.before + all, n * sizeof(float));
        memcpy(d.dbeta, d.before + all + n, n * sizeof(float));
    }
    memcpy(d.before, d.dy, all * sizeof(float));
    guard_seal(d.x);
    guard_seal(d.gamma);
    if (d.residual)
        guard_seal(d.residual);
    if (!c->in_place)
        guard_seal(d.dy);
    f(d.dz, d.dgamma, d.dbeta, d.dy, d.x, d.residual, d.gamma, c->eps, c->m, c->n);
    expect_all(c, &d);
    free(d.before);
    guards_release();
}

/* A NaN in a row of dy or x reaches that row of dz and no other. */
static void check_nan(layernorm_grad_fn *f)
{
    enum { M = 3, N = 37 };
    for (int i = 0; i < 2 * N; i++) {
        float x[M * N], dy[M * N], dz[M * N], gamma[N];
        at("NaN in %s[1,%d]", i < N ? "x" : "dy", i % N);
        fill(x, M * N, NORMAL);
        fill(dy, M * N, NORMAL);
        fill(gamma, N, NORMAL);
        (i < N ? x : dy)[N + i % N] = NAN;
        f(dz, NULL, NULL, dy, x, NULL, gamma, 1e-12f, M, N);
        for (int j = 0; j < M * N; j++)
            if (isnan(dz[j]) != (j / N == 1))
                fail("[%d,%d] is %g", j / N, j % N, dz[j]);
    }
}

void check_layernorm_grad(const struct kernel *k)
{
    static const int ns[] = {1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 100, 312, 769};
    unsigned turn = 0;
    for (int m = 1; m <= 70; m += m < 5 ? 1 : 13)
        for (size_t b = 0; b < sizeof ns / sizeof *ns; b++)
            for (int kind = 0; kind < NUMBERS; kind++, turn++) {
                struct layernorm_grad_case c = {.m = m,
                                                .n = ns[b],
                                                .eps = turn % 2 ? 1e-12f : 1e-5f,
                                                .kind = (enum numbers)kind,
                                                .residual = turn / 2 % 2,
                                                .in_place = turn / 4 % 2,
                                                .parameters = turn % 3 != 0,
                                                .where = (enum placement)(turn % 7 % PLACEMENTS)};
                check_case(k->fn.layernorm_grad, &c);
            }
    check_nan(k->fn.layernorm_grad);
}
