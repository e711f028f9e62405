#include "tests/unit/backward_fixture.h"

#include <math.h>

const int backward_lengths[SEQUENCES] = {5, 9, 40};

struct backward_fixture backward_open(enum kernel_format format)
{
    struct backward_fixture f = {0};
    struct weights_options options = {.cpu = cpu_detect(NULL), .threads = 2, .format = format, .gradients = true};
    CU_ASSERT_EQUAL_FATAL(model_open(&f.model, "preset:bert-tiny", &(struct model_options){.seed = 3}, NULL, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(model_own(f.model, NULL, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(weights_build(&f.weights, f.model, &options, NULL, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(gradients_new(&f.gradients, f.model, NULL), 0);
    return f;
}

void backward_close(struct backward_fixture *f)
{
    gradients_free(f->gradients);
    weights_free(f->weights);
    model_free(f->model);
}

struct plan *backward_plan(const struct backward_fixture *f, struct plan_options options)
{
    struct plan *p;
    struct err e = {0};
    int32_t id[TOKENS], type[TOKENS];
    options.threads = options.threads ? options.threads : 2;
    options.into = options.gradients == PLAN_ALL_GRADIENTS ? f->gradients : NULL;
    CU_ASSERT_EQUAL_FATAL(plan_build(&p, f->weights, backward_lengths, SEQUENCES, &options, &e), 0);
    for (int i = 0; i < TOKENS; i++) {
        id[i] = i * 371 % 30522;
        type[i] = i % 2;
    }
    CU_ASSERT_EQUAL_FATAL(plan_set_tokens(p, id, type, NULL), 0);
    return p;
}

void backward_seed(float *dy, size_t n)
{
    for (size_t i = 0; dy && i < n; i++)
        dy[i] = sinf(1.7f * (float)i);
}

void backward_run(const struct backward_fixture *f, const struct plan *p)
{
    gradients_clear(f->gradients, 2);
    CU_ASSERT_EQUAL_FATAL(exec_run(p, NULL, NULL), 0);
    backward_seed(plan_gradient(p, PLAN_POOLED, -1), SEQUENCES * HIDDEN);
    for (int layer = -1; layer < LAYERS; layer++)
        backward_seed(plan_gradient(p, PLAN_HIDDEN, layer), TOKENS * HIDDEN);
    CU_ASSERT_EQUAL_FATAL(exec_backward(p, NULL), 0);
}

const struct plan_options backward_kinds[BACKWARD_KINDS] = {
    {.gradients = PLAN_NO_GRADIENTS},
    {.gradients = PLAN_NO_GRADIENTS, .unfused = true, .dropout = 0.1f},
    {.gradients = PLAN_GATE_GRADIENTS},
    {.gradients = PLAN_GATE_GRADIENTS, .neuron_gates = true, .keep_hidden = true},
    {.gradients = PLAN_GATE_GRADIENTS, .neuron_gates = true, .pooled_only = true},
    {.gradients = PLAN_GATE_GRADIENTS, .from_hidden = true, .keep_hidden = true, .first_layer = 1},
    {.gradients = PLAN_ALL_GRADIENTS},
    {.gradients = PLAN_ALL_GRADIENTS, .pooled_only = true, .dropout = 0.1f, .attention_dropout = 0.2f},
    {.gradients = PLAN_ALL_GRADIENTS, .dropout = 0.1f, .attention_dropout = 0.1f, .neuron_gates = true},
    {.gradients = PLAN_ALL_GRADIENTS, .keep_hidden = true, .losses = PLAN_BIT(PLAN_HIDDEN) | PLAN_BIT(PLAN_POOLED)},
    {.gradients = PLAN_ALL_GRADIENTS, .losses = PLAN_BIT(PLAN_HIDDEN)},
};
