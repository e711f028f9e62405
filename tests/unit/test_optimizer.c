/* optimizer: steps against AdamW in doubles, clipping, what decays, and that threads change nothing. */
#include "tests/unit/unit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/rng.h"
#include "analyzer/model/model.h"
#include "analyzer/train/optimizer.h"
#include "kernels/cpu.h"

enum { STEPS = 3 };

static struct model *owned_model(void)
{
    struct model *m;
    CU_ASSERT_EQUAL_FATAL(model_open(&m, unit_source("tests/golden/bert"), NULL, NULL, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(model_own(m, NULL, NULL), 0);
    return m;
}

static struct optimizer *made(struct model *m, const struct optimizer_options *options)
{
    struct optimizer *o;
    CU_ASSERT_EQUAL_FATAL(optimizer_new(&o, m, options, NULL), 0);
    return o;
}

/* Gradients of step `step`; returns their norm. */
static double draw(struct optimizer *o, int step)
{
    double sum = 0;
    for (int i = 0; i < o->model->params; i++) {
        float *g = gradients_of(o->gradients, i);
        for (size_t k = 0; k < tensor_count(&o->model->param[i].tensor); k++) {
            g[k] = rng_normal((uint64_t)(i + 1000 * step), k);
            sum += (double)g[k] * (double)g[k];
        }
    }
    return sqrt(sum);
}

static double lr_of(int step)
{
    return 1e-3 / (step + 1);
}

/* Algorithm 2 of Loshchilov and Hutter, in doubles. */
static double reference_value(double w, const struct optimizer_options *s, const double *norm, int i, size_t k, bool decays)
{
    double m = 0, v = 0;
    for (int step = 0; step < STEPS; step++) {
        double scale = s->clip > 0 && norm[step] > (double)s->clip ? (double)s->clip / norm[step] : 1;
        double g = scale * (double)rng_normal((uint64_t)(i + 1000 * step), k), t = step + 1;
        m = (double)s->beta1 * m + (1 - (double)s->beta1) * g;
        v = (double)s->beta2 * v + (1 - (double)s->beta2) * g * g;
        double mean = m / (1 - pow((double)s->beta1, t)), spread = v / (1 - pow((double)s->beta2, t));
        w -= lr_of(step) * (mean / (sqrt(spread) + (double)s->eps) + (decays ? (double)s->decay * w : 0));
    }
    return w;
}

/* A step adds to the error the rounding of w (half a unit of its last place) and that of the update: at most lr times 4 (for
 * three steps |mean| <= 4 sqrt(spread)), a dozen roundings, and beta2 as a float, which is off by u and makes 1 - beta2 off
 * by 1000 u. */
static void steps_match(float clip)
{
    struct model *m = owned_model(), *before = owned_model();
    struct optimizer_options s = optimizer_defaults(2, cpu_detect(NULL));
    s.clip = clip;
    s.decay = 0.1f;
    struct optimizer *o = made(m, &s);
    double norm[STEPS], u = 0x1p-24;
    for (int step = 0; step < STEPS; step++) {
        norm[step] = draw(o, step);
        double got = optimizer_step(o, lr_of(step));
        CU_ASSERT_DOUBLE_EQUAL(got, norm[step], 1e-12 * norm[step]);
    }
    for (int i = 0; i < m->params; i++)
        for (size_t k = 0; k < tensor_count(&m->param[i].tensor); k++) {
            double w = (double)model_values(before, i)[k], got = (double)model_values(m, i)[k];
            double want = reference_value(w, &s, norm, i, k, m->param[i].tensor.ndim == 2);
            double bound = STEPS * (u * (fabs(w) + 0.01) + lr_of(0) * 4 * 1012 * u);
            CU_ASSERT_TRUE(fabs(got - want) <= bound);
            if (fabs(got - want) > bound)
                i = m->params - 1, printf("\n    %g instead of %g (was %g)\n", got, want, w);
        }
    CU_ASSERT_EQUAL(gradients_of(o->gradients, 3)[0], 0);
    optimizer_free(o);
    model_free(before);
    model_free(m);
}

static void steps_match_adamw(void)
{
    steps_match(0);
    steps_match(1);
    steps_match(1e6f);
}

static void threads_change_nothing(void)
{
    struct model *one = owned_model(), *three = owned_model();
    struct optimizer_options s = optimizer_defaults(1, cpu_detect(NULL));
    struct optimizer *a = made(one, &s);
    s.threads = 3;
    struct optimizer *b = made(three, &s);
    for (int step = 0; step < STEPS; step++) {
        draw(a, step);
        draw(b, step);
        CU_ASSERT_EQUAL(optimizer_step(a, 0.01), optimizer_step(b, 0.01));
    }
    for (int i = 0; i < one->params; i++)
        CU_ASSERT_EQUAL(memcmp(model_values(one, i), model_values(three, i), tensor_bytes(&one->param[i].tensor)), 0);
    optimizer_free(a);
    optimizer_free(b);
    model_free(one);
    model_free(three);
}

static void a_gradient_that_is_no_number_changes_nothing(void)
{
    struct model *m = owned_model(), *same = owned_model();
    struct optimizer_options s = optimizer_defaults(2, cpu_detect(NULL));
    struct optimizer *o = made(m, &s);
    gradients_of(o->gradients, 2)[1] = INFINITY;
    CU_ASSERT_FALSE(isfinite(optimizer_step(o, 0.01)));
    CU_ASSERT_EQUAL(o->step, 0);
    for (int i = 0; i < m->params; i++)
        CU_ASSERT_EQUAL(memcmp(model_values(m, i), model_values(same, i), tensor_bytes(&m->param[i].tensor)), 0);
    optimizer_free(o);
    model_free(m);
    model_free(same);
}

CU_TestInfo suite_optimizer[] = {
    {"steps match AdamW", steps_match_adamw},
    {"threads change nothing", threads_change_nothing},
    {"a gradient that is no number changes nothing", a_gradient_that_is_no_number_changes_nothing},
    CU_TEST_INFO_NULL,
};
