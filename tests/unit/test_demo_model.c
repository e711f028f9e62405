/* demo: the built-in model is what analyzer/model/demo/ holds, and it can do what it says. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/filemap.h"
#include "analyzer/data/dataset.h"
#include "analyzer/data/encoded.h"
#include "analyzer/measure/evaluate.h"
#include "analyzer/model/demo.h"
#include "analyzer/model/model.h"
#include "analyzer/model/vocab_build.h"
#include "analyzer/run/weights.h"
#include "kernels/cpu.h"

enum { MAX_BYTES = 4000000, ROWS = 1000 };

static struct model *opened(const char *spec)
{
    struct model *m;
    struct err e = {0};
    if (model_open(&m, spec, NULL, NULL, &e) != 0)
        printf("\n    said: %s\n", e.text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(m);
    return m;
}

static void holds_its_files(void)
{
    static const char *const name[DEMO_FILES] = {
        [DEMO_CONFIG] = "config.json", [DEMO_WEIGHTS] = "model.safetensors", [DEMO_VOCAB] = "vocab.txt"};
    size_t all = 0;
    for (int i = 0; i < DEMO_FILES; i++) {
        struct filemap m;
        char path[64];
        size_t n;
        const unsigned char *bytes = demo_file((enum demo_file)i, &n);
        snprintf(path, sizeof path, "analyzer/model/demo/%s", name[i]);
        CU_ASSERT_EQUAL_FATAL(filemap_open(&m, unit_source(path), NULL), 0);
        CU_ASSERT_TRUE(m.size == n && memcmp(m.data, bytes, n) == 0);
        filemap_close(&m);
        all += n;
    }
    CU_ASSERT_TRUE(all < MAX_BYTES);
}

/* In memory or in a directory: the same model. */
static void opens_like_a_directory(void)
{
    struct model *demo = opened("demo"), *dir = opened(unit_source("analyzer/model/demo"));
    CU_ASSERT_EQUAL_FATAL(demo->params, dir->params);
    for (int i = 0; i < demo->params; i++) {
        const struct tensor *a = &demo->param[i].tensor, *b = &dir->param[i].tensor;
        CU_ASSERT_STRING_EQUAL(demo->param[i].name, dir->param[i].name);
        CU_ASSERT_TRUE_FATAL(a->dtype == DTYPE_F16 && b->dtype == DTYPE_F16 && tensor_count(a) == tensor_count(b));
        CU_ASSERT_EQUAL(memcmp(a->data, b->data, 2 * tensor_count(a)), 0);
    }
    CU_ASSERT_EQUAL(tokenizer_vocab(demo->tokenizer), tokenizer_vocab(dir->tokenizer));
    CU_ASSERT_TRUE(demo->config.layers == 4 && demo->config.heads >= 4 && demo->config.heads <= 8);
    CU_ASSERT_TRUE(!demo->random && model_has_classifier(demo));
    model_free(demo);
    model_free(dir);
}

/* The first part of `make demo-model`, which makes the same vocabulary each time. */
static void vocabulary_is_that_of_its_text(void)
{
    struct dataset d;
    struct str made;
    size_t n;
    int lines = 0;
    const unsigned char *vocab = demo_file(DEMO_VOCAB, &n);
    for (size_t i = 0; i < n; i++)
        lines += vocab[i] == '\n';
    CU_ASSERT_EQUAL_FATAL(dataset_read(&d, "demo:train", NULL, NULL), 0);
    const char **text = calloc((size_t)d.rows, sizeof *text);
    size_t *len = calloc((size_t)d.rows, sizeof *len);
    CU_ASSERT_FATAL(text && len);
    for (int i = 0; i < d.rows; i++) {
        text[i] = d.row[i].text;
        len[i] = d.row[i].text_len;
    }
    str_init(&made);
    CU_ASSERT_EQUAL(vocab_build(&made, text, len, d.rows, lines, true, NULL, NULL), 0);
    CU_ASSERT_TRUE(made.len == n && memcmp(made.text, vocab, n) == 0);
    str_free(&made);
    free(text);
    free(len);
    dataset_free(&d);
}

static void says_that_it_is_generated(void)
{
    struct model *m = opened("demo");
    CU_ASSERT_PTR_NOT_NULL(strstr(m->origin, "trained by this project on generated sentences"));
    CU_ASSERT_PTR_NOT_NULL(strstr(m->note, "reviews that this program generates"));
    char label[2][32];
    for (int i = 0; i < 2; i++)
        model_label(m, i, label[i], sizeof label[i]);
    CU_ASSERT_STRING_EQUAL(label[0], "negative");
    CU_ASSERT_STRING_EQUAL(label[1], "positive");
    model_free(m);
}

/* The share of the first rows of a split that the model gets right. */
static double share_right(const struct model *m, const struct weights *w, const char *split)
{
    struct evaluate_options options = {.threads = 2};
    struct evaluation x;
    struct dataset d;
    struct encoded rows;
    int unknown = 0;
    CU_ASSERT_EQUAL_FATAL(dataset_read(&d, split, NULL, NULL), 0);
    dataset_cut(&d, ROWS);
    CU_ASSERT_EQUAL_FATAL(encode_dataset(&rows, m->tokenizer, &d, m->config.positions, 2, NULL, NULL), 0);
    for (int i = 0; i < d.rows; i++)
        for (int k = 0; k < rows.row[i].n; k++)
            unknown += rows.row[i].id[k] == 1;
    CU_ASSERT_TRUE(rows.truncated == 0 && unknown == 0);
    CU_ASSERT_EQUAL_FATAL(evaluate(&x, w, &d, &rows, &options, NULL, NULL), 0);
    CU_ASSERT_EQUAL(x.quality.match, LABELS_BY_NAME);
    double share = x.quality.value[0].value;
    printf("%s: %.2f%% of %d rows\n", split, 100 * share, d.rows);
    evaluation_free(&x);
    encoded_free(&rows);
    dataset_free(&d);
    return share;
}

static void knows_what_it_was_trained_for(void)
{
    struct model *m = opened("demo");
    struct weights *w;
    struct weights_options options = {.cpu = cpu_detect(NULL), .threads = 2};
    CU_ASSERT_EQUAL_FATAL(weights_build(&w, m, &options, NULL, NULL), 0);
    CU_ASSERT_TRUE(share_right(m, w, "demo:dev") >= 0.97);
    CU_ASSERT_TRUE(share_right(m, w, "demo:test") >= 0.97);
    weights_free(w);
    model_free(m);
}

CU_TestInfo suite_demo_model[] = {
    {"holds its files", holds_its_files},
    {"opens like a directory", opens_like_a_directory},
    {"vocabulary is that of its text", vocabulary_is_that_of_its_text},
    {"says that it is generated", says_that_it_is_generated},
    {"97% of dev and test", knows_what_it_was_trained_for},
    CU_TEST_INFO_NULL,
};
