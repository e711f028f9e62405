/* loss: every gradient is the slope of its loss; schedule. */
#include "tests/unit/unit.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analyzer/base/rng.h"
#include "analyzer/model/checkpoint.h"
#include "analyzer/train/loss.h"
#include "analyzer/train/schedule.h"

enum { ROWS = 5, COLS = 4 };

/* Multiples of 2^-8 within +-4, so that a few 2^-10 more or less is exact. */
static void draw(float *x, int n, uint64_t seed)
{
    for (int i = 0; i < n; i++)
        x[i] = (float)((int)(rng_uniform(seed, (uint64_t)i) * 2048) - 1024) / 256;
}

struct problem {
    const struct loss *loss;
    struct loss_target target;
    struct loss_options options;
    double weight;
};

static double value(const struct problem *p, const float *x)
{
    float d[ROWS * COLS];
    return p->loss->run(d, x, &p->target, &p->options, p->weight, ROWS, COLS);
}

static double slope(const struct problem *p, const float *x, int i, float h)
{
    float up[ROWS * COLS], down[ROWS * COLS];
    memcpy(up, x, sizeof up);
    memcpy(down, x, sizeof down);
    up[i] += h;
    down[i] -= h;
    return (value(p, up) - value(p, down)) / (2 * (double)h);
}

/* Central differences with steps h and 2h cancel the term in h^2. What is left is h^4 times a fifth derivative, which for
 * these losses and numbers is below 2^10: 2^-40 * 2^10; the loss has 2^-50, divided by h 2^-40; the gradient is rounded
 * to float: 2^-24 of at most 4. */
static void matches_differences(const struct problem *p)
{
    float x[ROWS * COLS], d[ROWS * COLS];
    const double bound = 0x1p-22 + 0x1p-30 + 0x1p-40;
    draw(x, ROWS * COLS, 1);
    p->loss->run(d, x, &p->target, &p->options, p->weight, ROWS, COLS);
    for (int i = 0; i < ROWS * COLS; i++) {
        double fine = slope(p, x, i, 0x1p-10f), coarse = slope(p, x, i, 0x1p-9f);
        double want = fine + (fine - coarse) / 3;
        if (!(fabs((double)d[i] - want) <= bound))
            printf("\n    %s, value %d: %.9g instead of %.9g\n", p->loss->name, i, (double)d[i], want);
        CU_ASSERT_TRUE(fabs((double)d[i] - want) <= bound);
    }
}

static void gradients_are_slopes(void)
{
    static const int32_t label[ROWS] = {0, 3, -1, 2, 1};
    float other[ROWS * COLS];
    draw(other, ROWS * COLS, 2);
    struct loss_target target = {label, other};
    for (int i = 0; i < losses_count; i++)
        for (int k = 0; k < 3; k++) {
            struct problem p = {losses[i], target, {0.1 * k, 1 + 1.5 * k}, k == 2 ? 0.5 : 1.0 / ROWS};
            matches_differences(&p);
        }
}

/* Values worked out by hand. */
static void values(void)
{
    struct loss_options o = {0, 1};
    float d[4];
    const float even[4] = {7, 7, 7, 7}, far[2] = {1000, -1000}, zero[2] = {0, 0}, x[2] = {3, 4}, y[2] = {4, -3};
    const int32_t first = 0, second = 1, none = -1;
    struct loss_target t = {&first, x};
    CU_ASSERT_DOUBLE_EQUAL(loss_cross_entropy.run(d, even, &t, &o, 1, 1, 4), log(4), 1e-15);
    CU_ASSERT_TRUE(d[0] == -0.75f && d[1] == 0.25f);
    CU_ASSERT_EQUAL(loss_cross_entropy.run(d, far, &t, &o, 1, 1, 2), 0);
    t.label = &second;
    CU_ASSERT_EQUAL(loss_cross_entropy.run(d, far, &t, &o, 1, 1, 2), 2000);
    CU_ASSERT_TRUE(d[0] == 1 && d[1] == -1);
    t.label = &none;
    CU_ASSERT_EQUAL(loss_cross_entropy.run(d, far, &t, &o, 1, 1, 2), 0);
    CU_ASSERT_TRUE(d[0] == 0 && d[1] == 0);
    CU_ASSERT_EQUAL(loss_mse.run(d, y, &t, &o, 1, 1, 2), 25);
    CU_ASSERT_TRUE(d[0] == 1 && d[1] == -7);
    CU_ASSERT_EQUAL(loss_kl.run(d, x, &t, &o, 1, 1, 2), 0);
    CU_ASSERT_TRUE(d[0] == 0 && d[1] == 0);
    CU_ASSERT_EQUAL(loss_cosine.run(d, y, &t, &o, 1, 1, 2), 1);
    CU_ASSERT_EQUAL(loss_cosine.run(d, zero, &t, &o, 1, 1, 2), 1);
    CU_ASSERT_TRUE(d[0] == 0 && d[1] == 0);
}

/* ---- tests/golden/losses.safetensors ---- */

static const struct tensor *golden(const struct checkpoint *c, const char *name, const char *what)
{
    char full[64];
    snprintf(full, sizeof full, "%s.%s", name, what);
    return checkpoint_find(c, full);
}

static double number(const struct tensor *t, size_t i)
{
    double x;
    memcpy(&x, (const char *)t->data + i * sizeof x, sizeof x);
    return x;
}

/* The reference's values are doubles; ours are rounded to float once, and the sums of a few doubles before that. */
static void matches_golden(const struct checkpoint *c, const char *name, const struct loss *loss, double temperature)
{
    const struct tensor *logits = golden(c, name, "logits"), *target = golden(c, name, "target");
    const struct tensor *want = golden(c, name, "loss"), *gradient = golden(c, name, "dlogits");
    CU_ASSERT_TRUE_FATAL(logits && target && want && gradient);
    int rows = (int)logits->dim[0], cols = (int)logits->dim[1];
    float x[64], d[64], values_of[64];
    int32_t label[64];
    CU_ASSERT_TRUE_FATAL(rows * cols <= 64);
    tensor_read_f32(logits, 0, (size_t)(rows * cols), x);
    tensor_read_f32(target, 0, tensor_count(target), values_of);
    for (int i = 0; i < rows; i++)
        label[i] = (int32_t)values_of[i];
    struct loss_target t = {label, values_of};
    struct loss_options o = {0, temperature};
    double got = loss->run(d, x, &t, &o, 1.0 / rows, rows, cols);
    CU_ASSERT_TRUE(fabs(got - number(want, 0)) <= 0x1p-30 * fabs(number(want, 0)));
    for (int i = 0; i < rows * cols; i++) {
        double right = number(gradient, (size_t)i);
        CU_ASSERT_TRUE(fabs((double)d[i] - right) <= 0x1p-23 * fabs(right) + 0x1p-40);
    }
}

static void golden_values(void)
{
    struct checkpoint c;
    struct err e = {0};
    CU_ASSERT_EQUAL_FATAL(checkpoint_open(&c, unit_source("tests/golden/losses.safetensors"), &e), 0);
    matches_golden(&c, "cross_entropy", &loss_cross_entropy, 1);
    matches_golden(&c, "mse", &loss_mse, 1);
    matches_golden(&c, "kl.1", &loss_kl, 1);
    matches_golden(&c, "kl.2.5", &loss_kl, 2.5);
    matches_golden(&c, "cosine", &loss_cosine, 1);
    checkpoint_close(&c);
}

static void rates_rise_and_fall(void)
{
    static const struct {
        struct schedule s;
        int64_t step;
        double want;
    } cases[] = {{{1, 4, 12}, 0, 0.25}, {{1, 4, 12}, 3, 1},       {{1, 4, 12}, 4, 1},  {{1, 4, 12}, 8, 0.5},
                 {{1, 4, 12}, 11, 0.125}, {{2, 0, 10}, 0, 2},     {{2, 0, 10}, 9, 0.2}, {{1, 3, 3}, 2, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CU_ASSERT_DOUBLE_EQUAL(schedule_lr(&cases[i].s, cases[i].step), cases[i].want, 1e-15);
}

CU_TestInfo suite_loss[] = {
    {"gradients are slopes", gradients_are_slopes},
    {"values", values},
    {"golden values", golden_values},
    {"rates rise and fall", rates_rise_and_fall},
    CU_TEST_INFO_NULL,
};
