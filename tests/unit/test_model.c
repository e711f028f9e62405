/* model: what opens, how names are found, and the sentence for each directory that is not a model. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyzer/model/model.h"
#include "tests/unit/fixture.h"

/* Opens a directory that must be refused; the sentence begins with the directory's name (or that of a file in it). */
static void refused(const char *dir, int code, const char *sentence)
{
    struct model *m;
    struct err e = {0};
    CU_ASSERT_EQUAL(model_open(&m, dir, NULL, NULL, &e), code);
    CU_ASSERT_PTR_NULL(m);
    CU_ASSERT_EQUAL(strncmp(e.text, dir, strlen(dir)), 0);
    if (strlen(e.text) >= strlen(dir))
        CU_ASSERT_STRING_EQUAL(e.text + strlen(dir), sentence);
    if (strlen(e.text) < strlen(dir) || strcmp(e.text + strlen(dir), sentence) != 0)
        printf("\n    said: %s\n", e.text);
}

static struct model *opened(const char *dir)
{
    struct model *m;
    struct err e = {0};
    if (model_open(&m, dir, NULL, NULL, &e) != 0)
        printf("\n    said: %s\n", e.text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(m);
    return m;
}

static void opens_with_and_without_prefix(void)
{
    static const char *const prefixes[] = {"", "bert."};
    for (size_t i = 0; i < 2; i++) {
        struct fixture_tensor t[64];
        int n = fixture_bert(t, prefixes[i], 2);
        struct model *m = opened(fixture_directory(fixture_config(2, ""), t, n));
        CU_ASSERT_TRUE(model_has_classifier(m) && m->unused == 0 && m->config.labels == 2 && !m->note);
        CU_ASSERT_EQUAL(m->params, n);
        CU_ASSERT_STRING_EQUAL(m->param[5].name + strlen(prefixes[i]), "encoder.layer.0.attention.self.query.weight");
        char label[16];
        model_label(m, 1, label, sizeof label);
        CU_ASSERT_STRING_EQUAL(label, "LABEL_1");
        CU_ASSERT_PTR_NOT_NULL(m->tokenizer_missing);
        model_free(m);
    }
}

static void old_names_and_buffers(void)
{
    struct fixture_tensor t[64];
    int n = fixture_bert(t, "bert.", 1);
    for (int i = 0; i < n; i++) {
        static char name[64][128];
        const char *norm = strstr(t[i].name, "LayerNorm.");
        if (!norm)
            continue;
        snprintf(name[i], sizeof name[i], "%.*sLayerNorm.%s", (int)(norm - t[i].name), t[i].name,
                 strcmp(norm, "LayerNorm.weight") == 0 ? "gamma" : "beta");
        t[i].name = name[i];
    }
    t[n++] = (struct fixture_tensor){"bert.embeddings.position_ids", 1, 6};
    t[n++] = (struct fixture_tensor){"cls.predictions.bias", 11, 0};
    struct model *m = opened(fixture_directory(fixture_config(1, ""), t, n));
    CU_ASSERT_EQUAL(m->unused, 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(m->origin, "1 of them are not part of the encoder or its classifier"));
    model_free(m);
}

/* The decoder of a masked-language head may lie in the files as a copy of the word embedding, and be nothing else. */
static void decoders_are_tied(void)
{
    static const struct fixture_tensor head[] = {
        {"cls.predictions.transform.dense.weight", 8, 8}, {"cls.predictions.transform.dense.bias", 8, 0},
        {"cls.predictions.transform.LayerNorm.weight", 8, 0}, {"cls.predictions.transform.LayerNorm.bias", 8, 0},
        {"cls.predictions.bias", 11, 0}, {"cls.predictions.decoder.weight", 11, 8}};
    struct model_options learns = {.masked_head = true};
    struct fixture_tensor t[64];
    struct err e = {0};
    struct model *m;
    char path[4200];
    int n = fixture_bert(t, "bert.", 1);
    for (size_t i = 0; i < sizeof head / sizeof *head; i++)
        t[n++] = head[i];
    const char *dir = fixture_directory(fixture_config(1, ""), t, n);
    CU_ASSERT_EQUAL_FATAL(model_open(&m, dir, &learns, NULL, &e), 0);
    CU_ASSERT_TRUE(model_has_masked_head(m));
    model_free(m);
    snprintf(path, sizeof path, "%s/model.safetensors", dir);
    FILE *f = fopen(path, "r+b");
    CU_ASSERT_TRUE_FATAL(f && fseek(f, -1, SEEK_END) == 0 && fputc(0x3f, f) != EOF && fclose(f) == 0);
    CU_ASSERT_EQUAL(model_open(&m, dir, &learns, NULL, &e), ERR_UNSUPPORTED);
    CU_ASSERT_PTR_NOT_NULL(strstr(e.text, ": cls.predictions.decoder.weight is not the word embedding; only a "
                                          "masked-language head whose decoder is tied to it can go on learning"));
    CU_ASSERT_EQUAL_FATAL(model_open(&m, dir, NULL, NULL, &e), 0); /* what does not use it does not mind */
    model_free(m);
}

static void without_head_it_says_so(void)
{
    struct fixture_tensor t[64];
    int n = fixture_bert(t, "", 1);
    struct model *m = opened(fixture_directory(fixture_config(1, ", \"architectures\": [\"BertModel\"]"), t, n - 2));
    CU_ASSERT_FALSE(model_has_classifier(m));
    CU_ASSERT_PTR_NOT_NULL_FATAL(m->note);
    CU_ASSERT_PTR_NOT_NULL(strstr(m->note, "BertModel"));
    model_free(m);
    m = opened(fixture_directory(fixture_config(1, ""), t, n - 2));
    CU_ASSERT_PTR_NOT_NULL_FATAL(m->note);
    CU_ASSERT_PTR_NOT_NULL(strstr(m->note, "there is no classifier.weight"));
    model_free(m);
}

static void pruned_layers_are_ordinary(void)
{
    struct fixture_tensor t[64];
    int n = fixture_bert(t, "", 1);
    for (int i = 7; i < 13; i++) /* query, key, value */
        t[i].rows = 4;
    t[13].cols = 4; /* output projection */
    struct model *m = opened(fixture_directory(fixture_config(1, ", \"pruned_heads\": {\"0\": [1]}"), t, n));
    CU_ASSERT_TRUE(m->layer[0].heads == 1 && m->layer[0].neurons == 16);
    model_free(m);
}

static void directories_that_are_no_models(void)
{
    struct fixture_tensor t[64];
    int n = fixture_bert(t, "", 1);
    refused("/nonexistent/model", ERR_IO, ": No such file or directory");
    refused(fixture_directory(NULL, NULL, 0), ERR_IO, " has no config.json, so it is not a model directory");
    refused(unit_temp_file("weights.bin", "x", 1), ERR_IO,
            " is not a directory; a model is a directory with config.json and its weights");
    refused(fixture_directory("{\"model_type\": \"llama\"}", t, n), ERR_UNSUPPORTED,
            "/config.json: model_type \"llama\" is not supported (supported: bert, distilbert)");
    refused(fixture_directory("{\"model", t, n), ERR_FORMAT,
            "/config.json is not JSON: line 1: premature end of input near '\"model'");
    char path[4200];
    snprintf(path, sizeof path, "%s/config.json", fixture_directory(NULL, t, n));
    mkdir(path, 0700);
    path[strlen(path) - strlen("/config.json")] = '\0';
    refused(path, ERR_IO, "/config.json is not a regular file");
}

static void config_and_tensors_disagree(void)
{
    struct fixture_tensor t[64];
    int n = fixture_bert(t, "bert.", 2);
    refused(fixture_directory(fixture_config(3, ""), t, n), ERR_SHAPE,
            ": there is no tensor encoder.layer.2.attention.self.query.weight, which a bert model of 3 layers needs");
    refused(fixture_directory(fixture_config(1, ""), t, n), ERR_SHAPE,
            ": config.json says 1 layers, but there is a tensor bert.encoder.layer.1.attention.self.query.weight");
    refused(fixture_directory(fixture_config(2, ", \"num_labels\": 3"), t, n), ERR_SHAPE,
            ": config.json says 3 labels, but classifier.weight has 2 rows");
    t[0].rows = 12;
    refused(fixture_directory(fixture_config(2, ""), t, n), ERR_SHAPE,
            ": tensor bert.embeddings.word_embeddings.weight is [12, 8], but config.json asks for [11, 8]");
    t[0].rows = 11;
    t[3].cols = 1;
    refused(fixture_directory(fixture_config(2, ""), t, n), ERR_SHAPE,
            ": tensor bert.embeddings.LayerNorm.weight is [8, 1], but config.json asks for [8]");
    t[3].cols = 0;
    refused(fixture_directory(fixture_config(2, ""), t + 1, n - 1), ERR_SHAPE,
            ": there is no tensor embeddings.word_embeddings.weight, which a bert model of 2 layers needs");
}

/* Names from outside are shown, but cannot do anything to a terminal. */
static void hostile_names_are_escaped(void)
{
    struct fixture_tensor t[64];
    struct model *m;
    struct err e = {0};
    int n = fixture_bert(t, "", 1);
    t[n++] = (struct fixture_tensor){"encoder.layer.1.attention.self.query.weight", 1, 0};
    char bad[4200];
    snprintf(bad, sizeof bad, "%s-\xff\x1b[2J", fixture_directory(fixture_config(1, ""), t, n));
    char good[4200];
    snprintf(good, sizeof good, "%.*s", (int)(strlen(bad) - 6), bad);
    CU_ASSERT_EQUAL_FATAL(rename(good, bad), 0);
    CU_ASSERT_EQUAL(model_open(&m, bad, NULL, NULL, &e), ERR_SHAPE);
    CU_ASSERT_PTR_NULL(strchr(e.text, '\x1b'));
    CU_ASSERT_PTR_NOT_NULL(strstr(e.text, "-\\xff\\x1b[2J: config.json says 1 layers"));
    CU_ASSERT_EQUAL(rename(bad, good), 0);
}

static void presets_are_repeatable(void)
{
    struct model *a, *b, *c;
    struct err e = {0};
    struct model_options one = {.seed = 1}, two = {.seed = 2};
    CU_ASSERT_EQUAL_FATAL(model_open(&a, "preset:bert-tiny", &one, NULL, &e), 0);
    CU_ASSERT_EQUAL_FATAL(model_open(&b, "preset:bert-tiny", &one, NULL, &e), 0);
    CU_ASSERT_EQUAL_FATAL(model_open(&c, "preset:bert-tiny", &two, NULL, &e), 0);
    size_t bytes = tensor_bytes(&a->param[0].tensor);
    CU_ASSERT_EQUAL(memcmp(a->param[0].tensor.data, b->param[0].tensor.data, bytes), 0);
    CU_ASSERT_NOT_EQUAL(memcmp(a->param[0].tensor.data, c->param[0].tensor.data, bytes), 0);
    model_free(a);
    model_free(b);
    model_free(c);
    CU_ASSERT_EQUAL(model_open(&a, "preset:bert-enormous", NULL, NULL, &e), ERR_UNSUPPORTED);
    CU_ASSERT_EQUAL(strncmp(e.text, "there is no preset \"bert-enormous\" (presets: bert-tiny,", 54), 0);
}

CU_TestInfo suite_model[] = {
    {"opens with and without prefix", opens_with_and_without_prefix},
    {"old names and buffers", old_names_and_buffers},
    {"decoders are tied", decoders_are_tied},
    {"without head it says so", without_head_it_says_so},
    {"pruned layers are ordinary", pruned_layers_are_ordinary},
    {"directories that are no models", directories_that_are_no_models},
    {"config and tensors disagree", config_and_tensors_disagree},
    {"hostile names are escaped", hostile_names_are_escaped},
    {"presets are repeatable", presets_are_repeatable},
    CU_TEST_INFO_NULL,
};
