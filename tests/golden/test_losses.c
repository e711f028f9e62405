/* Every loss that is trained with, and its gradient, against the golden rows of losses.safetensors. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analyzer/train/loss.h"
#include "tests/golden/golden.h"

enum { NUMBERS = 64 };

static struct checkpoint file;

static size_t read_floats(const char *name, const char *what, float *out, size_t *cols)
{
    char text[64];
    snprintf(text, sizeof text, "%s.%s", name, what);
    const struct tensor *t = checkpoint_find(&file, text);
    CU_ASSERT_FATAL(t != NULL && tensor_count(t) <= NUMBERS);
    tensor_read_f32(t, 0, tensor_count(t), out);
    *cols = t->dim[t->ndim - 1];
    return tensor_count(t);
}

/* `name` in the file; the mean over the rows. */
static void check(const char *name, const struct loss *loss, bool classes, double temperature)
{
    float logits[NUMBERS], target[NUMBERS], d[NUMBERS];
    int32_t label[NUMBERS];
    char text[64];
    struct distance distance = {0};
    size_t cols, unused, n = read_floats(name, "logits", logits, &cols), rows = n / cols;
    size_t targets = read_floats(name, "target", target, &unused);
    for (size_t i = 0; i < targets; i++)
        label[i] = (int32_t)target[i];
    struct loss_target t = {.label = classes ? label : NULL, .value = classes ? NULL : target};
    struct loss_options options = {.temperature = temperature};
    double value = loss->run(d, logits, &t, &options, 1.0 / (double)rows, (int)rows, (int)cols);
    snprintf(text, sizeof text, "%s.loss", name);
    CU_ASSERT_DOUBLE_EQUAL(value, golden_value(&file, text, 0), golden_bound(&file, text, 0));
    snprintf(text, sizeof text, "%s.dlogits", name);
    bool good = golden_compare_tensor(&file, text, d, &distance);
    printf("\n    %s: largest error is %.2f of its bound %s", name, distance.worst, distance.failed);
    CU_ASSERT_TRUE(good);
}

static void test_losses(void)
{
    struct err e = {0};
    CU_ASSERT_EQUAL_FATAL(checkpoint_open(&file, unit_source("tests/golden/losses.safetensors"), &e), 0);
    check("cross_entropy", &loss_cross_entropy, true, 1);
    check("mse", &loss_mse, false, 1);
    check("kl.1", &loss_kl, false, 1);
    check("kl.2.5", &loss_kl, false, 2.5);
    check("cosine", &loss_cosine, false, 1);
    checkpoint_close(&file);
}

CU_TestInfo suite_losses[] = {
    {"losses: values and gradients", test_losses},
    CU_TEST_INFO_NULL,
};
