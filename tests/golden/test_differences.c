/* Gradients of the backward pass against central differences (L(+h) - L(-h)) / 2h of the loss of the double reference: for
 * some elements of every parameter, all gates of heads and some gates of neurons.
 *
 * A difference has two errors of its own. Richardson's extrapolation with a step of 2h takes away the part of order h^2;
 * what is left is of order h^4 = 2^-32 h^2, and a thousandth of what was taken away is allowed for it. The loss is rounded:
 * by less than ROUNDINGS units, divided by h. (DistilBERT's ReLU has no derivative at 0: h is small, so that none of its
 * inputs here crosses 0 within 2h.)
 *
 * Added to that is the bound of the golden value, which says how far a float pass may be. With f16 weights the reference
 * has the rounded weights, too: that is another model, of nearly the same condition, for which twice the bound is allowed. */
#include <math.h>
#include <stdio.h>

#include "analyzer/base/rng.h"
#include "kernels/cpu.h"
#include "tests/golden/backward.h"
#include "tests/golden/reference.h"

#define STEP 0x1p-16

enum { SAMPLES = 30, FEWER_SAMPLES = 8, ROUNDINGS = 64, GATES = 512 };

static struct golden golden;
static struct reference reference;

/* L of each input. */
static void losses(double *out)
{
    for (int i = 0; i < GOLDEN_INPUTS; i++)
        out[i] = reference_loss(&reference, golden.id + golden.start[i], golden.type + golden.start[i], golden.length[i],
                                golden.label[i]);
}

struct slope {
    double value, allowed;
};

/* The derivative of the loss of each input with respect to *x. */
static void slopes(struct slope *out, double *x)
{
    static const double step[] = {STEP, -STEP, 2 * STEP, -2 * STEP};
    double loss[4][GOLDEN_INPUTS], was = *x;
    for (int s = 0; s < 4; s++) {
        *x = was + step[s];
        losses(loss[s]);
    }
    *x = was;
    for (int i = 0; i < GOLDEN_INPUTS; i++) {
        double narrow = (loss[0][i] - loss[1][i]) / (2 * STEP), wide = (loss[2][i] - loss[3][i]) / (4 * STEP);
        out[i].value = narrow + (narrow - wide) / 3;
        out[i].allowed = fabs(narrow - wide) * 0x1p-10 + ROUNDINGS * 0x1p-53 * fabs(loss[0][i]) / STEP;
    }
}

static double mean_slope(const struct slope *s, double *allowed)
{
    double sum = 0;
    *allowed = 0;
    for (int i = 0; i < GOLDEN_INPUTS; i++) {
        sum += s[i].value / GOLDEN_INPUTS;
        *allowed += s[i].allowed / GOLDEN_INPUTS;
    }
    return sum;
}

static struct tally {
    int compared, differ;
    double worst;  /* largest error / what is allowed */
    double bounds; /* golden bounds that are allowed */
    int samples;   /* elements of a parameter, and neurons */
} tally;

static void compare(const char *what, size_t i, double got, double want, double allowed)
{
    double error = fabs(got - want);
    tally.compared++;
    tally.worst = fmax(tally.worst, error > 0 ? error / allowed : 0);
    if (!(error <= allowed) && tally.differ++ == 0)
        printf("\n    %s, element %zu: %.9g instead of %.9g, an error of %.2e where %.2e is allowed\n", what, i, got, want,
               error, allowed);
}

static void check_parameter(const struct backward *b, int param)
{
    const struct param *p = &b->run.model->param[param];
    char what[160];
    snprintf(what, sizeof what, "gradient.%s", p->name);
    for (int s = 0; s < tally.samples; s++) {
        struct slope slope[GOLDEN_INPUTS];
        double allowed;
        size_t i = rng_u64((uint64_t)param, (uint64_t)s) % tensor_count(&p->tensor);
        slopes(slope, &reference.param[param][i]);
        double want = mean_slope(slope, &allowed), bound = golden_bound(&golden.gradients, what, i);
        compare(what, i, gradients_of(b->gradients, param)[i], want, allowed + tally.bounds * bound);
    }
}

/* Gate i of [layers, gates]. */
static void check_gate(const char *what, size_t i, size_t gates, double *gate, float (*got)[GATES])
{
    struct slope slope[GOLDEN_INPUTS];
    slopes(slope, gate);
    for (size_t input = 0; input < GOLDEN_INPUTS; input++)
        compare(what, i, got[input][i], slope[input].value,
                slope[input].allowed + tally.bounds * golden_bound(&golden.gradients, what, input * gates + i));
}

static void check_gates(const struct backward *b)
{
    const struct config *c = &b->run.model->config;
    float heads[GOLDEN_INPUTS][GATES], neurons[GOLDEN_INPUTS][GATES];
    size_t all_heads = (size_t)(c->layers * c->heads), all_neurons = (size_t)(c->layers * c->ffn);
    CU_ASSERT_FATAL(all_heads <= GATES && all_neurons <= GATES);
    for (int i = 0; i < GOLDEN_INPUTS; i++) {
        backward_heads(b, i, heads[i]);
        backward_neurons(b, i, neurons[i]);
    }
    for (size_t i = 0; i < all_heads; i++)
        check_gate("heads", i, all_heads, &reference.head_gate[i], heads);
    for (uint64_t s = 0; s < (uint64_t)tally.samples; s++) {
        size_t i = rng_u64(1, s) % all_neurons;
        check_gate("neurons", i, all_neurons, &reference.neuron_gate[i], neurons);
    }
}

static void check_format(const char *name, enum kernel_format format, int samples, double bounds)
{
    struct backward_options options = {.cpu = cpu_detect(NULL), .format = format, .threads = 1, .copies = 1,
                                       .gradients = PLAN_ALL_GRADIENTS};
    struct backward b;
    tally = (struct tally){.bounds = bounds, .samples = samples};
    if (!backward_open(&b, &golden, name, &options, 0, GOLDEN_INPUTS))
        return;
    reference_open(&reference, b.run.model, format);
    for (int i = b.run.model->params - 1; i >= 0; i--)
        check_parameter(&b, i);
    check_gates(&b);
    printf("\n    %s in %s: %d derivatives, the largest error is %.2f of what is allowed ", name,
           kernel_format_name(format), tally.compared, tally.worst);
    CU_ASSERT_EQUAL(tally.differ, 0);
    reference_close(&reference);
    backward_close(&b);
}

static void check_model(const char *name)
{
    if (!golden_open(&golden, name))
        return;
    check_format(name, KERNEL_F32, SAMPLES, 1);
    check_format(name, KERNEL_F16, FEWER_SAMPLES, 2);
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

CU_TestInfo suite_differences[] = {
    {"differences: BERT, gradients and differences of the loss", test_bert},
    {"differences: DistilBERT, gradients and differences of the loss", test_distilbert},
    CU_TEST_INFO_NULL,
};
