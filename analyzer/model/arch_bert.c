/* BERT: Devlin et al. 2018, arXiv 1810.04805. Also the shape of TinyBERT and MiniLM students. */
#include "analyzer/model/arch.h"
#include "analyzer/run/graph.h"

static const struct config_key keys[] = {
    {"vocab_size", offsetof(struct config, vocab), 1, 10000000, 30522},
    {"hidden_size", offsetof(struct config, hidden), 1, 65536, -1},
    {"num_hidden_layers", offsetof(struct config, layers), 1, CONFIG_MAX_LAYERS, -1},
    {"num_attention_heads", offsetof(struct config, heads), 1, 4096, -1},
    {"intermediate_size", offsetof(struct config, ffn), 1, 1 << 20, -1},
    {"max_position_embeddings", offsetof(struct config, positions), 1, 1 << 20, 512},
    {"type_vocab_size", offsetof(struct config, types), 0, 4096, 2},
    {"pad_token_id", offsetof(struct config, pad_id), 0, 10000000, 0},
};

static const struct arch_param params[] = {
    {ROLE_WORD_EMBEDDING, "embeddings.word_embeddings.weight", {DIM_VOCAB, DIM_HIDDEN}, EMBEDDED},
    {ROLE_POSITION_EMBEDDING, "embeddings.position_embeddings.weight", {DIM_POSITIONS, DIM_HIDDEN}, EMBEDDED},
    {ROLE_TYPE_EMBEDDING, "embeddings.token_type_embeddings.weight", {DIM_TYPES, DIM_HIDDEN}, EMBEDDED},
    {ROLE_EMBEDDING_NORM_GAMMA, "embeddings.LayerNorm.weight", {DIM_HIDDEN}, EMBEDDED},
    {ROLE_EMBEDDING_NORM_BETA, "embeddings.LayerNorm.bias", {DIM_HIDDEN}, EMBEDDED},
    {ROLE_QUERY_WEIGHT, "encoder.layer.%d.attention.self.query.weight", {DIM_HEADS, DIM_HIDDEN}, PRESENT},
    {ROLE_QUERY_BIAS, "encoder.layer.%d.attention.self.query.bias", {DIM_HEADS}, PRESENT},
    {ROLE_KEY_WEIGHT, "encoder.layer.%d.attention.self.key.weight", {DIM_HEADS, DIM_HIDDEN}, PRESENT},
    {ROLE_KEY_BIAS, "encoder.layer.%d.attention.self.key.bias", {DIM_HEADS}, PRESENT},
    {ROLE_VALUE_WEIGHT, "encoder.layer.%d.attention.self.value.weight", {DIM_HEADS, DIM_HIDDEN}, PRESENT},
    {ROLE_VALUE_BIAS, "encoder.layer.%d.attention.self.value.bias", {DIM_HEADS}, PRESENT},
    {ROLE_ATTENTION_OUTPUT_WEIGHT, "encoder.layer.%d.attention.output.dense.weight", {DIM_HIDDEN, DIM_HEADS}, PRESENT},
    {ROLE_ATTENTION_OUTPUT_BIAS, "encoder.layer.%d.attention.output.dense.bias", {DIM_HIDDEN}, PRESENT},
    {ROLE_ATTENTION_NORM_GAMMA, "encoder.layer.%d.attention.output.LayerNorm.weight", {DIM_HIDDEN}, PRESENT},
    {ROLE_ATTENTION_NORM_BETA, "encoder.layer.%d.attention.output.LayerNorm.bias", {DIM_HIDDEN}, PRESENT},
    {ROLE_FFN_UP_WEIGHT, "encoder.layer.%d.intermediate.dense.weight", {DIM_FFN, DIM_HIDDEN}, PRESENT},
    {ROLE_FFN_UP_BIAS, "encoder.layer.%d.intermediate.dense.bias", {DIM_FFN}, PRESENT},
    {ROLE_FFN_DOWN_WEIGHT, "encoder.layer.%d.output.dense.weight", {DIM_HIDDEN, DIM_FFN}, PRESENT},
    {ROLE_FFN_DOWN_BIAS, "encoder.layer.%d.output.dense.bias", {DIM_HIDDEN}, PRESENT},
    {ROLE_FFN_NORM_GAMMA, "encoder.layer.%d.output.LayerNorm.weight", {DIM_HIDDEN}, PRESENT},
    {ROLE_FFN_NORM_BETA, "encoder.layer.%d.output.LayerNorm.bias", {DIM_HIDDEN}, PRESENT},
    {ROLE_POOLER_WEIGHT, "pooler.dense.weight", {DIM_HIDDEN, DIM_HIDDEN}, PRESENT_OR_NOT},
    {ROLE_POOLER_BIAS, "pooler.dense.bias", {DIM_HIDDEN}, PRESENT_OR_NOT},
    {ROLE_CLASSIFIER_WEIGHT, "classifier.weight", {DIM_LABELS, DIM_HIDDEN}, PRESENT_IN_HEAD},
    {ROLE_CLASSIFIER_BIAS, "classifier.bias", {DIM_LABELS}, PRESENT_IN_HEAD},
    {ROLE_MASKED_DENSE_WEIGHT, "cls.predictions.transform.dense.weight", {DIM_HIDDEN, DIM_HIDDEN}, PRESENT_IN_MASKED_HEAD},
    {ROLE_MASKED_DENSE_BIAS, "cls.predictions.transform.dense.bias", {DIM_HIDDEN}, PRESENT_IN_MASKED_HEAD},
    {ROLE_MASKED_NORM_GAMMA, "cls.predictions.transform.LayerNorm.weight", {DIM_HIDDEN}, PRESENT_IN_MASKED_HEAD},
    {ROLE_MASKED_NORM_BETA, "cls.predictions.transform.LayerNorm.bias", {DIM_HIDDEN}, PRESENT_IN_MASKED_HEAD},
    {ROLE_MASKED_BIAS, "cls.predictions.bias", {DIM_VOCAB}, PRESENT_IN_MASKED_HEAD},
};

const struct arch arch_bert = {
    .name = "bert",
    .summary = "BERT: post-LayerNorm encoder, pooler over the first token",
    .class_name = "Bert",
    .prefix = "bert.",
    .key = keys,
    .keys = sizeof keys / sizeof *keys,
    .act_key = "hidden_act",
    .pooler_act = ACT_TANH,
    .param = params,
    .params = sizeof params / sizeof *params,
    .graph = graph_encoder,
};
