/* The published BERT-tiny encoder with its linear weights in each format.
 *
 * f16 and int4 compute in float from rounded weights, so a row of any instruction set and the scalar row are two float
 * passes over one model: each is within the bound that tests/golden/test_published.c gives a float pass, and
 * they are within twice that of each other. bf16, int8 and ternary also round what they multiply, where a last bit may become a
 * step of 2^-8 or 1/127 of one input. That happens to few of them (a bit in about 2^15 lies beside a tie of bf16), and each
 * step is at most twice what rounding moved that input by; rounding all of them is what moves the answer away from f32, so
 * two rows stay nearer to each other than half of that. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analyzer/run/exec.h"
#include "tests/golden/golden.h"

#define FOLDER "bert-tiny-sst2-encoder/"

enum { LOGITS = 2 };

static const double FLOAT_PASS = 7.02e-6; /* logits; see test_published.c */

static const char config_text[] =
    "{\"model_type\": \"bert\", \"vocab_size\": 30522, \"hidden_size\": 128, \"num_hidden_layers\": 2,"
    " \"num_attention_heads\": 2, \"intermediate_size\": 512, \"max_position_embeddings\": 512,"
    " \"type_vocab_size\": 2, \"hidden_act\": \"gelu\", \"layer_norm_eps\": 1e-12,"
    " \"id2label\": {\"0\": \"negative\", \"1\": \"positive\"}}";

static struct checkpoint inputs;
static struct config config;
static enum kernel_format format;
static float plain[LOGITS], scalar[LOGITS]; /* logits in f32, and of the scalar rows of `format` */

static bool logits_of(float *out, uint32_t cpu, enum kernel_format f, int threads)
{
    const struct tensor *x = checkpoint_find(&inputs, "inputs-sst2");
    struct model_options options = {.encoder_only = true, .config = &config};
    struct run r;
    CU_ASSERT_FATAL(x != NULL && x->ndim == 2 && x->dim[1] == 128);
    int length = (int)x->dim[0];
    if (!run_open(&r, unit_data(FOLDER "bert-tiny-sst2-encoder.safetensors"), &options, cpu, f, &length, 1,
                  &(struct plan_options){.threads = threads, .from_hidden = true}))
        return false;
    tensor_read_f32(x, 0, tensor_count(x), r.plan->input);
    CU_ASSERT_EQUAL(exec_run(r.plan, NULL, NULL), 0);
    for (int i = 0; i < r.plan->steps; i++)
        if (r.plan->step[i].linear && r.plan->step[i].layer >= 0)
            CU_ASSERT_EQUAL(r.plan->step[i].kernel->format, f);
    memcpy(out, plan_output(r.plan, PLAN_LOGITS, -1), LOGITS * sizeof *out);
    run_close(&r);
    return true;
}

static double distance(const float *a, const float *b)
{
    return fmax(fabs((double)a[0] - b[0]), fabs((double)a[1] - b[1]));
}

static void check_cap(const char *cap, uint32_t cpu)
{
    float logits[LOGITS], one[LOGITS];
    if (!logits_of(logits, cpu, format, 2) || !logits_of(one, cpu, format, 1))
        return;
    printf("\n    %s, cap %s: %.2e from the scalar row, %.2e from f32 ", kernel_format_name(format), cap,
           distance(logits, scalar), distance(logits, plain));
    CU_ASSERT_EQUAL(memcmp(logits, one, sizeof one), 0); /* rows are rounded alone, whoever runs them */
    CU_ASSERT_EQUAL(logits[0] < logits[1], plain[0] < plain[1]);
    bool rounds_inputs = kernel_format_factors(format) != KERNEL_F32;
    CU_ASSERT_TRUE(distance(logits, scalar) <= (rounds_inputs ? distance(scalar, plain) / 2 : 2 * FLOAT_PASS));
    if (format != KERNEL_F32 && !kernel_format_skips(format))
        CU_ASSERT_TRUE(distance(logits, plain) > 0); /* it was rounded */
}

/* Rounding moves a weight by up to 2^-8 (bf16, inputs too) or 2^-11 (f16) of itself, so that f16 moves the answer by an eighth or
 * less; a half is not reached by chance. int8 moves it by up to 1/254 of the largest of its row, inputs too, int4 by up to 1/14 of
 * the largest of its group, ternary by up to all of it. */
static void test_formats(void)
{
    struct err e = {0};
    double moved[KERNEL_FORMATS];
    if (!unit_data(FOLDER "golden.json"))
        return;
    CU_ASSERT_EQUAL_FATAL(checkpoint_open(&inputs, unit_data(FOLDER "embedded-inputs.safetensors"), &e), 0);
    CU_ASSERT_EQUAL_FATAL(config_parse(&config, config_text, sizeof config_text - 1, "config", &e), 0);
    CU_ASSERT_TRUE_FATAL(logits_of(plain, 0, KERNEL_F32, 1));
    for (int f = 0; f < KERNEL_FORMATS; f++) {
        format = (enum kernel_format)f;
        if (!kernel_format_rounds(format))
            continue;
        CU_ASSERT_TRUE_FATAL(logits_of(scalar, 0, format, 1));
        moved[f] = distance(scalar, plain);
        for_each_cap(check_cap);
    }
    CU_ASSERT_TRUE(moved[KERNEL_F16] < moved[KERNEL_BF16] / 2);
    CU_ASSERT_TRUE(moved[KERNEL_INT8] > moved[KERNEL_F16]);
    CU_ASSERT_TRUE(moved[KERNEL_INT4] > moved[KERNEL_INT8] && moved[KERNEL_TERNARY] > moved[KERNEL_INT4]);
    checkpoint_close(&inputs);
    config_free(&config);
}

CU_TestInfo suite_formats[] = {
    {"formats: BERT-tiny encoder in every format that weights can be rounded to", test_formats},
    CU_TEST_INFO_NULL,
};
