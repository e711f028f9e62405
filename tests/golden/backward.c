#include "tests/golden/backward.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analyzer/run/exec.h"

static double total_exp(const float *logits, int n, double most)
{
    double total = 0;
    for (int j = 0; j < n; j++)
        total += exp(logits[j] - most);
    return total;
}

/* -log softmax(logits)[label], and its gradient divided by `inputs`. */
static double cross_entropy(float *dlogits, const float *logits, int n, int label, int inputs)
{
    double most = -INFINITY;
    for (int j = 0; j < n; j++)
        most = fmax(most, logits[j]);
    double total = total_exp(logits, n, most);
    for (int j = 0; j < n; j++)
        dlogits[j] = (float)((exp(logits[j] - most) / total - (j == label)) / inputs);
    return log(total) + most - logits[label];
}

int backward_sequences(const struct backward *b)
{
    return b->count * b->copies;
}

int backward_input(const struct backward *b, int sequence)
{
    return b->first + sequence % b->count;
}

static void set_tokens(const struct backward *b, const struct golden *g)
{
    int32_t id[BACKWARD_SEQUENCES * 64], type[BACKWARD_SEQUENCES * 64];
    struct err e = {0};
    for (int i = 0, at = 0; i < backward_sequences(b); i++) {
        int input = backward_input(b, i);
        memcpy(id + at, g->id + g->start[input], (size_t)g->length[input] * sizeof *id);
        memcpy(type + at, g->type + g->start[input], (size_t)g->length[input] * sizeof *type);
        at += g->length[input];
    }
    CU_ASSERT_EQUAL(plan_set_tokens(b->run.plan, id, type, &e), 0);
}

static bool run(struct backward *b, const struct golden *g)
{
    struct plan *p = b->run.plan;
    int labels = b->run.model->config.labels;
    set_tokens(b, g);
    CU_ASSERT_EQUAL(exec_run(p, NULL, NULL), 0);
    const float *logits = plan_output(p, PLAN_LOGITS, -1);
    float *dlogits = plan_gradient(p, PLAN_LOGITS, -1);
    CU_ASSERT_FATAL(logits != NULL && dlogits != NULL);
    for (int i = 0; i < backward_sequences(b); i++)
        b->loss[i] = cross_entropy(dlogits + i * labels, logits + i * labels, labels, g->label[backward_input(b, i)],
                                   GOLDEN_INPUTS * b->copies);
    CU_ASSERT_EQUAL(exec_backward(p, NULL), 0);
    return true;
}

bool backward_open(struct backward *b, const struct golden *g, const char *model, const struct backward_options *options,
                   int first, int count)
{
    struct plan_options plan = {.threads = options->threads, .gradients = options->gradients, .neuron_gates = true,
                                .pooled_only = options->pooled_only, .memory_limit = options->memory_limit};
    struct weights_options weights = {.cpu = options->cpu, .threads = options->threads, .format = options->format,
                                      .gradients = true};
    struct err e = {0};
    char path[64];
    int length[BACKWARD_SEQUENCES];
    CU_ASSERT_FATAL(options->copies >= 1 && options->copies <= BACKWARD_COPIES);
    *b = (struct backward){.first = first, .count = count, .copies = options->copies};
    for (int i = 0; i < backward_sequences(b); i++)
        length[i] = g->length[backward_input(b, i)];
    snprintf(path, sizeof path, "tests/golden/%s", model);
    int code = model_open(&b->run.model, unit_source(path), NULL, NULL, &e);
    if (code == 0)
        code = weights_build(&b->run.weights, b->run.model, &weights, NULL, &e);
    if (code == 0 && options->gradients == PLAN_ALL_GRADIENTS)
        code = gradients_new(&b->gradients, b->run.model, &e);
    plan.into = b->gradients;
    if (code == 0)
        code = plan_build(&b->run.plan, b->run.weights, length, backward_sequences(b), &plan, &e);
    b->fits = code == 0;
    if (code == 0)
        return run(b, g);
    backward_close(b);
    if (code == ERR_NOMEM && options->memory_limit > 0)
        return true;
    printf("\n    %s\n", e.text);
    CU_FAIL("a model could not be made ready");
    return false;
}

void backward_close(struct backward *b)
{
    run_close(&b->run);
    gradients_free(b->gradients);
    *b = (struct backward){.fits = false};
}

static void copy_gates(const struct backward *b, int sequence, float *out, int gates,
                       const float *(*of)(const struct plan *, int))
{
    for (int layer = 0; layer < b->run.model->config.layers; layer++) {
        const float *values = of(b->run.plan, layer);
        CU_ASSERT_FATAL(values != NULL);
        for (int i = 0; i < gates; i++)
            out[layer * gates + i] = (float)(GOLDEN_INPUTS * b->copies) * values[sequence * gates + i]; /* powers of 2: exact */
    }
}

void backward_heads(const struct backward *b, int sequence, float *out)
{
    copy_gates(b, sequence, out, b->run.model->config.heads, plan_head_gates);
}

void backward_neurons(const struct backward *b, int sequence, float *out)
{
    copy_gates(b, sequence, out, b->run.model->config.ffn, plan_neuron_gates);
}
