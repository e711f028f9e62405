/* layernorm: (z - mean) / sqrt(var + eps) gamma + beta, z = x + residual. */
#include <math.h>
#include <string.h>

#include "tests/conform/conform.h"

enum alias { APART, Y_IS_X, Y_IS_RESIDUAL, NO_RESIDUAL, ALIASES };

struct layernorm_case {
    int m, n;
    float eps;
    enum numbers kind;
    enum placement where;
    enum alias alias;
};

/* z is rounded once: u |z|. The mean of n is off by e_m = (gamma(n) + u (1 + gamma(n))) mean |z|.
 * c = z - mean is off by e_c = u |z| + e_m + u (|c| + u |z| + e_m).
 * The sum of n squares over n is off by e_v = mean (2 |c| e_c + e_c^2) + gamma(n + 2) mean (|c| + e_c)^2; the
 * computed variance is never negative. s = 1 / sqrt(var + eps) is rounded three times (gamma(3)). y = c s g +
 * b is three or four more roundings. */
static void expect_row(const float *y, const double *z, const float *gamma, const float *beta,
                       const struct layernorm_case *c, int row)
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
    }
    double s = 1 / sqrt(var + c->eps);
    double high = (1 + error_gamma(3)) / sqrt(fmax(var - e_v, 0) + c->eps);
    double low = (1 - error_gamma(3)) / sqrt(var + e_v + c->eps), e_s = fmax(high - s, s - low);
    for (int i = 0; i < c->n; i++) {
        double d = z[i] - mean, e_c = (1 + U) * (U * fabs(z[i]) + e_m) + U * fabs(d);
        double exact = d * s * gamma[i] + beta[i];
        double off = fabs(gamma[i]) * (e_c * (s + e_s) + fabs(d) * e_s);
        double bound = off + error_gamma(4) * (fabs(d * s * gamma[i]) + off + fabs(beta[i])) +
                       4 * ETA * (1 + s + e_s) * (1 + fabs(gamma[i]));
        expect_near(y[i], exact, bound, row, i);
    }
}

static void check_case(layernorm_fn *f, const struct layernorm_case *c)
{
    enum { MOST = 1024 };
    at("m=%d n=%d eps %g numbers %d placement %d alias %d", c->m, c->n, c->eps, c->kind, c->where, c->alias);
    size_t all = (size_t)c->m * (size_t)c->n;
    float *x = guard_floats(all, c->where), *residual = guard_floats(all, c->where);
    float *gamma = guard_floats((size_t)c->n, c->where), *beta = guard_floats((size_t)c->n, c->where);
    float *y = c->alias == Y_IS_X ? x : c->alias == Y_IS_RESIDUAL ? residual : guard_floats(all, c->where);
    double z[3 * MOST];
    fill(x, all, c->kind);
    fill(residual, all, c->kind);
    fill(gamma, (size_t)c->n, NORMAL);
    fill(beta, (size_t)c->n, NORMAL);
    for (size_t i = 0; i < all; i++)
        z[i] = (double)x[i] + (c->alias == NO_RESIDUAL ? 0 : residual[i]);
    if (y != x)
        guard_seal(x);
    if (y != residual)
        guard_seal(residual);
    guard_seal(gamma);
    guard_seal(beta);
    f(y, x, c->alias == NO_RESIDUAL ? NULL : residual, gamma, beta, c->eps, c->m, c->n);
    for (int r = 0; r < c->m; r++)
        expect_row(y + r * c->n, z + r * c->n, gamma, beta, c, r);
    guards_release();
}

void check_layernorm(const struct kernel *k)
{
    static const int ns[] = {1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 100, 312, 769, 1024};
    unsigned turn = 0;
    for (int m = 1; m <= 3; m++)
        for (size_t b = 0; b < sizeof ns / sizeof *ns; b++)
            for (int alias = 0; alias < ALIASES; alias++)
                for (int kind = 0; kind < NUMBERS; kind++, turn++) {
                    struct layernorm_case c = {.m = m,
                                               .n = ns[b],
                                               .eps = turn % 2 ? 1e-12f : 1e-5f,
                                               .kind = (enum numbers)kind,
                                               .alias = (enum alias)alias,
                                               .where = (enum placement)(turn % 7 % PLACEMENTS)};
                    check_case(k->fn.layernorm, &c);
                }
}
