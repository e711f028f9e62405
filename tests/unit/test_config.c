/* config.json: what is read, and the sentence for each way it can be wrong. */
#include "tests/unit/unit.h"

#include <string.h>

#include "analyzer/model/arch.h"
#include "analyzer/model/config.h"

#define BERT(extra)                                                                                          \
    "{\"model_type\": \"bert\", \"hidden_size\": 8, \"num_hidden_layers\": 2, \"num_attention_heads\": 2, "  \
    "\"intermediate_size\": 16" extra "}"

static void reads_bert(void)
{
    static const char json[] = BERT(", \"layer_norm_eps\": 1e-5, \"hidden_act\": \"gelu_new\", \"architectures\": "
                                    "[\"BertForSequenceClassification\"], \"id2label\": {\"1\": \"good\", \"0\": \"bad\"}");
    struct config c;
    struct err e = {0};
    CU_ASSERT_EQUAL_FATAL(config_parse(&c, json, strlen(json), "c", &e), 0);
    CU_ASSERT_STRING_EQUAL(c.arch->name, "bert");
    CU_ASSERT_TRUE(c.hidden == 8 && c.layers == 2 && c.heads == 2 && c.ffn == 16 && c.head_size == 4);
    CU_ASSERT_TRUE(c.vocab == 30522 && c.positions == 512 && c.types == 2);
    CU_ASSERT_TRUE(c.eps == 1e-5f && c.act == ACT_GELU_TANH && c.labels == 2);
    CU_ASSERT_STRING_EQUAL(c.label[0], "bad");
    CU_ASSERT_STRING_EQUAL(c.label[1], "good");
    CU_ASSERT_STRING_EQUAL(c.head, "BertForSequenceClassification");
    config_free(&c);
}

static void reads_distilbert(void)
{
    static const char json[] = "{\"model_type\": \"distilbert\", \"dim\": 12, \"n_layers\": 3, \"n_heads\": 3, "
                               "\"hidden_dim\": 20, \"activation\": \"relu\", \"num_labels\": 5}";
    struct config c;
    struct err e = {0};
    CU_ASSERT_EQUAL_FATAL(config_parse(&c, json, strlen(json), "c", &e), 0);
    CU_ASSERT_TRUE(c.hidden == 12 && c.layers == 3 && c.heads == 3 && c.ffn == 20 && c.head_size == 4);
    CU_ASSERT_TRUE(c.types == 0 && c.eps == 1e-12f && c.act == ACT_RELU && c.labels == 5);
    config_free(&c);
}

static void first_configs_had_no_model_type(void)
{
    static const char json[] = "{\"hidden_size\": 8, \"num_hidden_layers\": 2, \"num_attention_heads\": 2, "
                               "\"intermediate_size\": 16}";
    struct config c;
    CU_ASSERT_EQUAL_FATAL(config_parse(&c, json, strlen(json), "c", NULL), 0);
    CU_ASSERT_STRING_EQUAL(c.arch->name, "bert");
    CU_ASSERT_EQUAL(c.labels, 0);
    config_free(&c);
}

static void pruned_heads_are_counted(void)
{
    static const char json[] = BERT(", \"pruned_heads\": {\"1\": [0]}");
    struct config c;
    CU_ASSERT_EQUAL_FATAL(config_parse(&c, json, strlen(json), "c", NULL), 0);
    CU_ASSERT_TRUE(c.pruned && c.pruned[0] == 0 && c.pruned[1] == 1);
    config_free(&c);
}

static void each_fault_has_its_sentence(void)
{
    static const struct {
        const char *json, *sentence;
        int code;
    } cases[] = {
        {"", "c is not JSON: line 1: '[' or '{' expected near end of file", ERR_FORMAT},
        {"{\"a\": 1, \"a\": 2}", "c is not JSON: line 1: duplicate object key near '\"a\"'", ERR_FORMAT},
        {"[]", "c is not a JSON object", ERR_FORMAT},
        {"{}", "c does not say its model_type", ERR_FORMAT},
        {"{\"model_type\": 7}", "c does not say its model_type", ERR_FORMAT},
        {"{\"model_type\": \"gpt2\"}", "c: model_type \"gpt2\" is not supported (supported: bert, distilbert)",
         ERR_UNSUPPORTED},
        {"{\"model_type\": \"a\\u001b[31m\"}",
         "c: model_type \"a\\x1b[31m\" is not supported (supported: bert, distilbert)", ERR_UNSUPPORTED},
        {"{\"model_type\": \"bert\"}", "c has no \"hidden_size\", which model_type bert needs", ERR_FORMAT},
        {"{\"model_type\": \"bert\", \"hidden_size\": \"x\"}", "c: \"hidden_size\" is not a whole number", ERR_FORMAT},
        {"{\"model_type\": \"bert\", \"hidden_size\": 1e3}", "c: \"hidden_size\" is not a whole number", ERR_FORMAT},
        {"{\"model_type\": \"bert\", \"hidden_size\": -1}", "c: \"hidden_size\" is -1, outside 1..65536", ERR_SHAPE},
        {"{\"model_type\": \"bert\", \"hidden_size\": 99999999999}",
         "c: \"hidden_size\" is 99999999999, outside 1..65536", ERR_SHAPE},
        {"{\"model_type\": \"bert\", \"hidden_size\": 10, \"num_hidden_layers\": 1, \"num_attention_heads\": 3, "
         "\"intermediate_size\": 4}",
         "c: 3 attention heads do not divide the hidden size 10", ERR_SHAPE},
        {BERT(", \"hidden_act\": \"silu\""),
         "c: the activation \"silu\" is not supported (gelu, gelu_new, relu and tanh are)", ERR_UNSUPPORTED},
        {BERT(", \"position_embedding_type\": \"relative_key\""),
         "c: position_embedding_type \"relative_key\" is not supported (absolute is)", ERR_UNSUPPORTED},
        {BERT(", \"is_decoder\": true"), "c: \"is_decoder\" is true; only encoders are supported", ERR_UNSUPPORTED},
        {BERT(", \"layer_norm_eps\": 0"), "c: \"layer_norm_eps\" is 0, outside 0..1", ERR_SHAPE},
        {BERT(", \"layer_norm_eps\": 1e-90"), "c: \"layer_norm_eps\" is 1e-90, outside 0..1", ERR_SHAPE},
        {BERT(", \"id2label\": {\"0\": \"a\", \"7\": \"b\"}"), "c: \"id2label\" should name the labels 0..1, each once",
         ERR_FORMAT},
        {BERT(", \"pruned_heads\": {\"0\": [0, 1]}"),
         "c: \"pruned_heads\" of layer \"0\" does not fit 2 layers of 2 heads", ERR_SHAPE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct config c;
        struct err e = {0};
        CU_ASSERT_EQUAL(config_parse(&c, cases[i].json, strlen(cases[i].json), "c", &e), cases[i].code);
        CU_ASSERT_STRING_EQUAL(e.text, cases[i].sentence);
        CU_ASSERT_PTR_NULL(c.arch);
    }
}

CU_TestInfo suite_config[] = {
    {"reads bert", reads_bert},
    {"reads distilbert", reads_distilbert},
    {"first configs had no model_type", first_configs_had_no_model_type},
    {"pruned heads are counted", pruned_heads_are_counted},
    {"each fault has its sentence", each_fault_has_its_sentence},
    CU_TEST_INFO_NULL,
};
