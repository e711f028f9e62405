/* A real model that others published: the encoder of a BERT-tiny fine-tuned on SST-2, from embedded inputs to
 * logits.
 *
 * The expected values were computed in double by a program that is not part of this project. The bounds are
 * those of tests/tools/make_golden.py (see there): 4 times the largest error of 64 float passes over this
 * model and input. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analyzer/run/exec.h"
#include "tests/golden/golden.h"

#define FOLDER "bert-tiny-sst2-encoder/"

static const char config_text[] =
    "{\"model_type\": \"bert\", \"vocab_size\": 30522, \"hidden_size\": 128, \"num_hidden_layers\": 2,"
    " \"num_attention_heads\": 2, \"intermediate_size\": 512, \"max_position_embeddings\": 512,"
    " \"type_vocab_size\": 2, \"hidden_act\": \"gelu\", \"layer_norm_eps\": 1e-12,"
    " \"id2label\": {\"0\": \"negative\", \"1\": \"positive\"}}";

static json_t *expected; /* the case of golden.json */
static struct checkpoint inputs;
static struct config config;

/* False after a sentence when the data is not there. */
static bool open_data(void)
{
    struct err e = {0};
    const char *path = unit_data(FOLDER "golden.json");
    if (!path)
        return false;
    json_t *all = json_load_file(path, 0, NULL);
    expected = json_incref(json_array_get(json_object_get(all, "cases"), 0));
    json_decref(all);
    CU_ASSERT_PTR_NOT_NULL_FATAL(expected);
    CU_ASSERT_EQUAL_FATAL(checkpoint_open(&inputs, unit_data(FOLDER "embedded-inputs.safetensors"), &e), 0);
    CU_ASSERT_EQUAL_FATAL(config_parse(&config, config_text, sizeof config_text - 1, "config", &e), 0);
    return true;
}

static void close_data(void)
{
    json_decref(expected);
    checkpoint_close(&inputs);
    config_free(&config);
    expected = NULL;
}

static double compare(const char *key, const float *values, double bound)
{
    const json_t *want = json_object_get(expected, key);
    double worst = 0;
    CU_ASSERT_FATAL(values != NULL && json_array_size(want) > 0);
    for (size_t i = 0; i < json_array_size(want); i++)
        worst = fmax(worst, fabs(values[i] - json_number_value(json_array_get(want, i))));
    if (!(worst <= bound)) {
        printf("\n    %s is off by %.2e where %.2e is allowed", key, worst, bound);
        CU_FAIL("a published value is not met");
    }
    return worst / bound;
}

static void check_cap(const char *cap, uint32_t cpu)
{
    const struct tensor *x = checkpoint_find(&inputs, "inputs-sst2");
    struct model_options options = {.encoder_only = true, .config = &config};
    struct run r;
    CU_ASSERT_FATAL(x != NULL && x->ndim == 2 && x->dim[1] == 128);
    int length = (int)x->dim[0];
    if (!run_open(&r, unit_data(FOLDER "bert-tiny-sst2-encoder.safetensors"), &options, cpu, KERNEL_F32, &length, 1,
                  &(struct plan_options){.threads = 2, .keep_hidden = true, .from_hidden = true}))
        return;
    tensor_read_f32(x, 0, tensor_count(x), r.plan->input);
    CU_ASSERT_EQUAL(exec_run(r.plan, NULL, NULL), 0);
    double worst = compare("exact_layer0_cls_first8", plan_output(r.plan, PLAN_HIDDEN, 0), 1.36e-5);
    worst = fmax(worst, compare("exact_layer1_cls_first8", plan_output(r.plan, PLAN_HIDDEN, 1), 4.49e-5));
    worst = fmax(worst, compare("exact_pooled_first8", plan_output(r.plan, PLAN_POOLED, -1), 2.14e-5));
    worst = fmax(worst, compare("recomputed_here_exact_bert", plan_output(r.plan, PLAN_LOGITS, -1), 7.02e-6));
    printf("\n    cap %s: largest error is %.2f of its bound ", cap, worst);
    run_close(&r);
}

static void test_bert_tiny(void)
{
    if (!open_data())
        return;
    for_each_cap(check_cap);
    close_data();
}

CU_TestInfo suite_published[] = {
    {"published: BERT-tiny encoder, SST-2", test_bert_tiny},
    CU_TEST_INFO_NULL,
};
