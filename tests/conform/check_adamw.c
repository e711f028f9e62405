/* adamw: one step, and several against AdamW in double. */
#include <math.h>
#include <string.h>

#include "tests/conform/conform.h"

/* What one element is in double, and how far the floats may be from it. v is off by a share of itself, as all its terms
 * are positive, and by what is lost below the normal range. */
struct element {
    double w, m, v;
    double e_w, e_m, share_v, lost_v;
};

/* One step of the double, with what the step of the float adds, for floats that are where `x` allows them.
 * m: 1 - beta1, g' = scale g, two products and the sum: gamma(4) (|beta1 m| + |(1 - beta1) g'|).
 * v: twice g', its square, 1 - beta2, two products and the sum: gamma(6) of itself.
 * sqrt(v) / sqrt(correction2) + eps: half the share of v, five roundings (two roots, reciprocal, product, sum); what v lost
 * counts by its root. lr / correction1, product, division: three more.
 * decay: lr decay, product, sum of both: three; then the difference, of what is left of w. */
static void advance(struct element *x, double g, const struct adamw *h)
{
    double new_m = h->beta1 * x->m, add_m = (1 - (double)h->beta1) * h->scale * g;
    double add_v = (1 - (double)h->beta2) * (h->scale * g) * (h->scale * g);
    x->e_m = h->beta1 * x->e_m + error_gamma(4) * (fabs(new_m) + h->beta1 * x->e_m + fabs(add_m)) + 4 * ETA;
    x->m = new_m + add_m;
    x->v = h->beta2 * x->v + add_v;
    x->share_v = (1 + x->share_v) * (1 + error_gamma(6)) - 1;
    x->lost_v = h->beta2 * x->lost_v + 4 * ETA;
    double root = sqrt(x->v / h->correction2), below = root + h->eps;
    double e_below = x->share_v / 2 + error_gamma(5) + sqrt(x->lost_v / h->correction2) / below;
    double step = h->lr / (double)h->correction1 * x->m / below;
    double share = (1 + error_gamma(4)) / (1 - e_below) - 1;
    double e_step = fabs(step) * share + h->lr / h->correction1 * x->e_m / below * (1 + share);
    e_step += 4 * ETA * (1 + 1 / below);
    double decay = (double)h->lr * h->decay, e_decay = decay * x->e_w + error_gamma(3) * decay * (fabs(x->w) + x->e_w) + ETA;
    double change = fabs(step) + e_step + decay * (fabs(x->w) + x->e_w) + e_decay;
    x->e_w += e_step + e_decay + error_gamma(2) * (fabs(x->w) + x->e_w + change);
    x->w -= step + decay * x->w;
}

static void expect_element(const struct element *x, float w, float m, float v, int i)
{
    expect_near(m, x->m, x->e_m, 1, i);
    expect_near(v, x->v, x->share_v * x->v + x->lost_v, 2, i);
    expect_near(w, x->w, x->e_w, 0, i);
}

static struct adamw step_options(int step, unsigned turn)
{
    static const struct adamw options[] = {
        {.lr = 5e-5f, .beta1 = 0.9f, .beta2 = 0.999f, .eps = 1e-8f, .decay = 0.01f, .scale = 1},
        {.lr = 0.1f, .beta1 = 0.5f, .beta2 = 0.25f, .eps = 1e-6f, .decay = 0, .scale = 0.3f},
        {.lr = 1e-3f, .beta1 = 0, .beta2 = 0, .eps = 1e-4f, .decay = 0.5f, .scale = 1},
    };
    struct adamw h = options[turn % (sizeof options / sizeof *options)];
    h.correction1 = (float)(1 - pow(h.beta1, step));
    h.correction2 = (float)(1 - pow(h.beta2, step));
    return h;
}

/* From zero moments, as training starts. */
static void check_steps(adamw_fn *f, int n, int steps, enum numbers kind, enum placement where, unsigned turn)
{
    struct element exact[256];
    float *w = guard_floats((size_t)n, where), *m = guard_floats((size_t)n, where), *v = guard_floats((size_t)n, where);
    float *g = guard_floats((size_t)n, where);
    fill(w, (size_t)n, kind);
    memset(m, 0, (size_t)n * sizeof *m);
    memset(v, 0, (size_t)n * sizeof *v);
    for (int i = 0; i < n; i++)
        exact[i] = (struct element){.w = w[i]};
    for (int step = 1; step <= steps; step++) {
        struct adamw h = step_options(step, turn);
        at("n=%d step %d numbers %d placement %d options %u", n, step, kind, where, turn % 3);
        fill(g, (size_t)n, kind);
        f(w, m, v, g, (size_t)n, &h);
        for (int i = 0; i < n; i++) {
            advance(&exact[i], g[i], &h);
            expect_element(&exact[i], w[i], m[i], v[i], i);
        }
    }
    guards_release();
}

static void check_nan(adamw_fn *f)
{
    enum { N = 35 };
    struct adamw h = step_options(3, 0);
    for (int at_i = 0; at_i < N; at_i++) {
        float w[N], m[N] = {0}, v[N] = {0}, g[N];
        at("NaN in g[%d]", at_i);
        fill(w, N, NORMAL);
        fill(g, N, NORMAL);
        g[at_i] = NAN;
        f(w, m, v, g, N, &h);
        for (int i = 0; i < N; i++)
            if (isnan(w[i]) != (i == at_i) || isnan(m[i]) != (i == at_i) || isnan(v[i]) != (i == at_i))
                fail("[%d] is %g, %g, %g", i, w[i], m[i], v[i]);
    }
}

void check_adamw(const struct kernel *k)
{
    static const int ns[] = {1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 70, 255};
    unsigned turn = 0;
    for (size_t b = 0; b < sizeof ns / sizeof *ns; b++)
        for (int kind = 0; kind < NUMBERS; kind++)
            for (int where = 0; where < PLACEMENTS; where++, turn++)
                check_steps(k->fn.adamw, ns[b], turn % 2 ? 1 : 6, (enum numbers)kind, (enum placement)where, turn / 2);
    check_nan(k->fn.adamw);
}
