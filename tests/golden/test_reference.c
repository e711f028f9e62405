/* The double forward pass that gradients are compared with, against the golden values of every part. They are kept to
 * 34 bits; double leaves an error of some thousand roundings of values of a few units. */
#include <math.h>
#include <stdio.h>

#include "tests/golden/golden.h"
#include "tests/golden/reference.h"

static struct golden golden;

static void compare(int input, const char *what, const double *values, size_t n)
{
    char name[64];
    double worst = 0;
    snprintf(name, sizeof name, "%d.%s", input, what);
    for (size_t i = 0; i < n; i++) {
        double want = golden_value(&golden.file, name, i);
        worst = fmax(worst, fabs(values[i] - want) / (0x1p-34 * fabs(want) + 0x1p-40));
    }
    if (!(worst <= 1))
        printf("\n    %s: %.2g times what is allowed", name, worst);
    CU_ASSERT_TRUE(worst <= 1);
}

static void check_input(struct reference *r, int input)
{
    const struct config *c = &r->model->config;
    size_t hidden = (size_t)c->hidden, n = (size_t)golden.length[input];
    int at = golden.start[input];
    double loss = reference_loss(r, golden.id + at, golden.type + at, (int)n, golden.label[input]);
    compare(input, "embedding", r->hidden, n * hidden);
    for (int layer = 0; layer < c->layers; layer++) {
        char what[32];
        snprintf(what, sizeof what, "layer.%d.hidden", layer);
        compare(input, what, r->hidden + (size_t)(layer + 1) * REFERENCE_TOKENS * hidden, n * hidden);
    }
    compare(input, "pooled", r->pooled, hidden);
    compare(input, "logits", r->logits, (size_t)c->labels);
    CU_ASSERT_DOUBLE_EQUAL(loss, golden_value(&golden.gradients, "losses", (size_t)input),
                           golden_bound(&golden.gradients, "losses", (size_t)input) / 4096);
}

static void check_model(const char *name)
{
    struct model *m = NULL;
    struct reference r;
    struct err e = {0};
    char path[64];
    snprintf(path, sizeof path, "tests/golden/%s", name);
    if (!golden_open(&golden, name))
        return;
    CU_ASSERT_EQUAL_FATAL(model_open(&m, unit_source(path), NULL, NULL, &e), 0);
    reference_open(&r, m, KERNEL_F32);
    for (int i = 0; i < GOLDEN_INPUTS; i++)
        check_input(&r, i);
    reference_close(&r);
    model_free(m);
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

CU_TestInfo suite_reference[] = {
    {"reference: BERT in double, every part", test_bert},
    {"reference: DistilBERT in double, every part", test_distilbert},
    CU_TEST_INFO_NULL,
};
