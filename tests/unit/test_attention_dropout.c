/* Dropout of the weights of attention, in whole passes (backward_fixture.h has it among its kinds of passes, too). */
#include "tests/unit/backward_fixture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The sum that backward_run has the gradient of. */
static double seeded_loss(const struct plan *p)
{
    float dy[SEQUENCES * HIDDEN];
    double sum = 0;
    backward_seed(dy, SEQUENCES * HIDDEN);
    CU_ASSERT_EQUAL_FATAL(exec_run(p, NULL, NULL), 0);
    for (int i = 0; i < SEQUENCES * HIDDEN; i++)
        sum += (double)dy[i] * (double)plan_output(p, PLAN_POOLED, -1)[i];
    return sum;
}

/* Moves the values of a parameter by `by` times g. */
static void move(struct backward_fixture *f, int param, const float *g, size_t n, double by)
{
    for (size_t i = 0; i < n; i++)
        model_values(f->model, param)[i] += (float)(by * (double)g[i]);
    weights_refresh(f->weights, 2);
}

/* Along its gradient g a loss grows by |g|^2: backward drops the weights of attention that forward dropped. Passes of floats
 * differ by some 1e-6 of the loss, here by 1e-3 of the difference; another mask changes the gradient by a tenth and more. */
static void attention_dropout_has_its_gradient(void)
{
    struct backward_fixture f = backward_open(KERNEL_F32);
    struct plan *p = backward_plan(&f, (struct plan_options){.gradients = PLAN_ALL_GRADIENTS, .attention_dropout = 0.4f});
    static const enum role roles[] = {ROLE_QUERY_WEIGHT, ROLE_KEY_WEIGHT, ROLE_VALUE_WEIGHT};
    plan_set_seed(p, 9);
    for (size_t r = 0; r < 3; r++) {
        int param = (int)(model_param(f.model, roles[r], 0) - f.model->param);
        size_t n = tensor_count(&f.model->param[param].tensor), bytes = n * sizeof(float);
        backward_run(&f, p);
        float *g = malloc(bytes), *was = malloc(bytes);
        double square = 0, length = r < 2 ? 0.1 : 0.01; /* of a step */
        memcpy(g, gradients_of(f.gradients, param), bytes);
        memcpy(was, model_values(f.model, param), bytes);
        for (size_t i = 0; i < n; i++)
            square += (double)g[i] * (double)g[i];
        double h = length / sqrt(square);
        move(&f, param, g, n, h);
        double up = seeded_loss(p);
        memcpy(model_values(f.model, param), was, bytes);
        move(&f, param, g, n, -h);
        double down = seeded_loss(p);
        memcpy(model_values(f.model, param), was, bytes);
        weights_refresh(f.weights, 2);
        CU_ASSERT_DOUBLE_EQUAL((up - down) / (2 * h), square, 0.02 * square);
        free(g);
        free(was);
    }
    plan_free(p);
    backward_close(&f);
}

static const float *run_hidden(const struct plan *p)
{
    CU_ASSERT_EQUAL_FATAL(exec_run(p, NULL, NULL), 0);
    return plan_output(p, PLAN_HIDDEN, LAYERS - 1);
}

/* What is dropped follows from the seed, and is something else in each layer. */
static void attention_drops_by_seed(void)
{
    struct backward_fixture f = backward_open(KERNEL_F32);
    struct plan *p = backward_plan(&f, (struct plan_options){.attention_dropout = 0.1f}), *none = backward_plan(&f, (struct plan_options){0});
    size_t bytes = TOKENS * HIDDEN * sizeof(float);
    float *first = malloc(bytes);
    memcpy(first, run_hidden(p), bytes);
    CU_ASSERT_NOT_EQUAL(memcmp(first, run_hidden(none), bytes), 0);
    CU_ASSERT_EQUAL(memcmp(first, run_hidden(p), bytes), 0);
    plan_set_seed(p, 1);
    CU_ASSERT_NOT_EQUAL(memcmp(first, run_hidden(p), bytes), 0);
    int streams[2 * LAYERS + 1] = {0};
    for (int i = 0; i < p->steps; i++)
        if (p->step[i].op == &op_attention)
            streams[LAYERS + p->step[i].stream]++;
    for (int i = 0; i < LAYERS; i++)
        CU_ASSERT_EQUAL(streams[i], 1);
    free(first);
    plan_free(none);
    plan_free(p);
    backward_close(&f);
}

CU_TestInfo suite_attention_dropout[] = {
    {"it has its gradient", attention_dropout_has_its_gradient},
    {"it follows from the seed", attention_drops_by_seed},
    CU_TEST_INFO_NULL,
};
