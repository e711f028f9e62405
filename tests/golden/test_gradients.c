/* Every gradient of a backward pass against the golden values: parameters, gates of heads and neurons; each input alone, all
 * of them in one packed batch, and in one large enough that every step is shared out; with one and two threads, with and
 * without a limit of memory, for every cap of the CPU. Beside its bound each tensor has what the program promises: 1e-4 of its largest element. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/golden/backward.h"

enum { GATES = 512 }; /* room for the gates of a model */

static const double PROMISE = 1e-4;

static struct golden golden;
static const char *name;

/* From the classifier back to the embedding: the first one to leave its bound is where the error is. */
static bool parameters_agree(const struct model *m, float *const *gradient, struct distance *d)
{
    for (int i = m->params - 1; i >= 0; i--) {
        char what[160];
        snprintf(what, sizeof what, "gradient.%s", m->param[i].name);
        if (!golden_compare_tensor(&golden.gradients, what, gradient[i], d))
            return false;
    }
    return true;
}

/* Rows of an input, from the last layer back. */
static bool layers_agree(const char *what, int input, const float *values, int layers, int gates, struct distance *d)
{
    for (int layer = layers - 1; layer >= 0; layer--)
        if (!golden_compare_rows(&golden.gradients, what, (size_t)(input * layers + layer), 1, values + layer * gates,
                                 (size_t)gates, d))
            return false;
    return true;
}

static bool gates_agree(const struct backward *b, struct distance *d)
{
    const struct config *c = &b->run.model->config;
    float gate[GATES];
    CU_ASSERT_FATAL(c->layers * c->ffn <= GATES && c->layers * c->heads <= GATES);
    for (int i = 0; i < backward_sequences(b); i++) {
        int input = backward_input(b, i);
        backward_heads(b, i, gate);
        if (!layers_agree("heads", input, gate, c->layers, c->heads, d))
            return false;
        backward_neurons(b, i, gate);
        if (!layers_agree("neurons", input, gate, c->layers, c->ffn, d))
            return false;
    }
    return true;
}

static bool losses_agree(const struct backward *b)
{
    bool good = true;
    for (int i = 0; i < backward_sequences(b); i++) {
        size_t at = (size_t)backward_input(b, i);
        good = good && fabs(b->loss[i] - golden_value(&golden.gradients, "losses", at)) <=
                           golden_bound(&golden.gradients, "losses", at);
    }
    return good;
}

static void judge(bool good, const char *cap, const char *how, const struct distance *d)
{
    if (!good)
        printf("\n    %s, cap %s, %s: %s\n", name, cap, how, d->failed);
    CU_ASSERT_TRUE(good);
    if (d->relative > PROMISE)
        printf("\n    %s, cap %s, %s: %s is off by %.1e of its largest\n", name, cap, how, d->relative_where,
               d->relative);
    CU_ASSERT_TRUE(d->relative <= PROMISE);
}

/* One packed batch of all inputs. */
static void check_batch(const char *cap, const struct backward_options *options, struct distance *d)
{
    struct backward b;
    if (!backward_open(&b, &golden, name, options, 0, GOLDEN_INPUTS))
        return;
    CU_ASSERT_TRUE_FATAL(b.fits);
    CU_ASSERT_TRUE(losses_agree(&b));
    d->compared = 0;
    bool good = !b.gradients || parameters_agree(b.run.model, b.gradients->param, d);
    CU_ASSERT(!good || !b.gradients || d->compared == b.run.model->params);
    judge(good && gates_agree(&b, d), cap, "all inputs in one batch", d);
    backward_close(&b);
}

/* Each input alone: the gradients of the four passes add up to that of the batch. */
static void check_single(const char *cap, const struct backward_options *options, struct distance *d)
{
    struct backward b[GOLDEN_INPUTS];
    for (int i = 0; i < GOLDEN_INPUTS; i++) {
        if (!backward_open(&b[i], &golden, name, options, i, 1))
            return;
        judge(losses_agree(&b[i]) && gates_agree(&b[i], d), cap, "one input", d);
        for (size_t j = 0; i > 0 && j < b[0].gradients->floats; j++)
            b[0].gradients->all[j] += b[i].gradients->all[j];
    }
    judge(parameters_agree(b[0].run.model, b[0].gradients->param, d), cap, "inputs one by one", d);
    for (int i = 0; i < GOLDEN_INPUTS; i++)
        backward_close(&b[i]);
}

static bool same_gradients(const struct backward *a, const struct backward *b)
{
    return memcmp(a->gradients->all, b->gradients->all, a->gradients->floats * sizeof(float)) == 0;
}

/* Less and less memory, until it does not suffice: layers are computed again, and the bits stay. */
static void check_limits(const char *cap, struct backward_options options)
{
    struct backward plenty, scarce;
    int fewer = 0;
    if (!backward_open(&plenty, &golden, name, &options, 0, GOLDEN_INPUTS))
        return;
    options.memory_limit = plenty.run.plan->activation_bytes - 1;
    size_t least = options.memory_limit + 1;
    while (backward_open(&scarce, &golden, name, &options, 0, GOLDEN_INPUTS) && scarce.fits) {
        fewer++;
        least = scarce.run.plan->activation_bytes;
        CU_ASSERT_TRUE(least <= options.memory_limit);
        CU_ASSERT_TRUE(same_gradients(&plenty, &scarce));
        options.memory_limit = least - 1;
        backward_close(&scarce);
    }
    CU_ASSERT_TRUE(fewer > 0);
    if (options.threads == 1)
        printf("\n    %s, cap %s: activations in %zu bytes, with recompute in %zu ", name, cap,
               plenty.run.plan->activation_bytes, least);
    backward_close(&plenty);
}

/* Largest error of [n] values over the largest value; 0 where that should be 0. */
static double relative_error(const char *what, const float *values, size_t n)
{
    double most = 0, worst = 0;
    for (size_t i = 0; i < n; i++) {
        double want = golden_value(&golden.gradients, what, i);
        most = fmax(most, fabs(want));
        worst = fmax(worst, fabs(values[i] - want));
    }
    return most > 0 ? worst / most : 0;
}

/* In bf16 every linear layer rounds both its factors by up to 2^-8 of themselves. On its way a gradient meets 6 layers in each
 * layer of the encoder and 2 behind them, forward and backward; their errors add up as those of independent roundings do. What
 * is allowed is 5 times that. (test_differences.c holds f16 weights to a bound that is not loose.) */
static void check_bf16(const char *cap, uint32_t cpu)
{
    struct backward_options options = {.cpu = cpu, .format = KERNEL_BF16, .threads = 2, .copies = 1,
                                       .gradients = PLAN_ALL_GRADIENTS};
    struct backward b;
    char what[160], where[160] = "";
    double worst = 0;
    if (!backward_open(&b, &golden, name, &options, 0, GOLDEN_INPUTS))
        return;
    for (int i = b.run.model->params - 1; i >= 0; i--) {
        snprintf(what, sizeof what, "gradient.%s", b.run.model->param[i].name);
        double error = relative_error(what, gradients_of(b.gradients, i), tensor_count(&b.run.model->param[i].tensor));
        if (error > worst)
            snprintf(where, sizeof where, "%s", what);
        worst = fmax(worst, error);
    }
    double allowed = 5 * 0x1p-8 * sqrt(2 * (6 * b.run.model->config.layers + 2));
    printf("\n    %s in bf16, cap %s: %.1f %% of the largest of a tensor (%s); %.1f %% are allowed ", name, cap, 100 * worst,
           where, 100 * allowed);
    CU_ASSERT_TRUE(worst > 0 && worst <= allowed);
    backward_close(&b);
}

static void check_cap(const char *cap, uint32_t cpu)
{
    struct distance d = {0};
    for (int threads = 1; threads <= 2; threads++) {
        struct backward_options options = {.cpu = cpu, .threads = threads, .copies = 1,
                                           .gradients = PLAN_ALL_GRADIENTS};
        check_batch(cap, &options, &d);
        check_single(cap, &options, &d);
        check_limits(cap, options);
        options.copies = BACKWARD_COPIES;
        check_batch(cap, &options, &d);
        options.pooled_only = true;
        check_batch(cap, &options, &d);
        options.gradients = PLAN_GATE_GRADIENTS;
        check_batch(cap, &options, &d);
        options.pooled_only = false;
        check_batch(cap, &options, &d);
    }
    printf("\n    %s, cap %s: largest error is %.2f of its bound (%s), %.1e of the largest of a tensor (%s) ", name, cap,
           d.worst, d.where, d.relative, d.relative_where);
}

static void check_model(const char *model)
{
    name = model;
    if (!golden_open(&golden, name))
        return;
    for_each_cap(check_cap);
    for_each_cap(check_bf16);
    golden_close(&golden);
}

static void test_bert(void)
{
    check_model("bert");
}

static void test_distilbert(void)
{
    check_model("distilbert");
}

CU_TestInfo suite_gradients[] = {
    {"gradients: BERT, every parameter and gate", test_bert},
    {"gradients: DistilBERT, every parameter and gate", test_distilbert},
    CU_TEST_INFO_NULL,
};
