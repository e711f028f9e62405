/* DistilBERT: Sanh et al. 2019, arXiv 1910.01108. BERT without token types and pooler; a ReLU layer stands before the
 * classifier, in the pooler's place. */
#include "analyzer/model/arch.h"
#include "analyzer/run/graph.h"

static const struct config_key keys[] = {
    {"vocab_size", offsetof(struct config, vocab), 1, 10000000, 30522},
    {"dim", offsetof(struct config, hidden), 1, 65536, 768},
    {"n_layers", offsetof(struct config, layers), 1, CONFIG_MAX_LAYERS, 6},
    {"n_heads", offsetof(struct config, heads), 1, 4096, 12},
    {"hidden_dim", offsetof(struct config, ffn), 1, 1 << 20, 3072},
    {"max_position_embeddings", offsetof(struct config, positions), 1, 1 << 20, 512},
    {"pad_token_id", offsetof(struct config, pad_id), 0, 10000000, 0},
};

static const struct arch_param params[] = {
    {ROLE_WORD_INNER, "embeddings.inner.weight", {DIM_RANK, DIM_HIDDEN}, PRESENT_OR_NOT},
    {ROLE_WORD_EMBEDDING, "embeddings.word_embeddings.weight", {DIM_VOCAB, DIM_HIDDEN}, EMBEDDED},
    {ROLE_POSITION_EMBEDDING, "embeddings.position_embeddings.weight", {DIM_POSITIONS, DIM_HIDDEN}, EMBEDDED},
    {ROLE_EMBEDDING_NORM_GAMMA, "embeddings.LayerNorm.weight", {DIM_HIDDEN}, EMBEDDED},
    {ROLE_EMBEDDING_NORM_BETA, "embeddings.LayerNorm.bias", {DIM_HIDDEN}, EMBEDDED},
    {ROLE_QKV_INNER, "transformer.layer.%d.attention.qkv_inner.weight", {DIM_RANK, DIM_HIDDEN}, PRESENT_OR_NOT},
    {ROLE_QUERY_WEIGHT, "transformer.layer.%d.attention.q_lin.weight", {DIM_HEADS, DIM_HIDDEN}, PRESENT},
    {ROLE_QUERY_BIAS, "transformer.layer.%d.attention.q_lin.bias", {DIM_HEADS}, PRESENT},
    {ROLE_KEY_WEIGHT, "transformer.layer.%d.attention.k_lin.weight", {DIM_HEADS, DIM_HIDDEN}, PRESENT},
    {ROLE_KEY_BIAS, "transformer.layer.%d.attention.k_lin.bias", {DIM_HEADS}, PRESENT},
    {ROLE_VALUE_WEIGHT, "transformer.layer.%d.attention.v_lin.weight", {DIM_HEADS, DIM_HIDDEN}, PRESENT},
    {ROLE_VALUE_BIAS, "transformer.layer.%d.attention.v_lin.bias", {DIM_HEADS}, PRESENT},
    {ROLE_ATTENTION_OUTPUT_INNER, "transformer.layer.%d.attention.out_inner.weight", {DIM_RANK, DIM_HEADS}, PRESENT_OR_NOT},
    {ROLE_ATTENTION_OUTPUT_WEIGHT, "transformer.layer.%d.attention.out_lin.weight", {DIM_HIDDEN, DIM_HEADS}, PRESENT},
    {ROLE_ATTENTION_OUTPUT_BIAS, "transformer.layer.%d.attention.out_lin.bias", {DIM_HIDDEN}, PRESENT},
    {ROLE_ATTENTION_NORM_GAMMA, "transformer.layer.%d.sa_layer_norm.weight", {DIM_HIDDEN}, PRESENT},
    {ROLE_ATTENTION_NORM_BETA, "transformer.layer.%d.sa_layer_norm.bias", {DIM_HIDDEN}, PRESENT},
    {ROLE_FFN_UP_INNER, "transformer.layer.%d.ffn.lin1_inner.weight", {DIM_RANK, DIM_HIDDEN}, PRESENT_OR_NOT},
    {ROLE_FFN_UP_WEIGHT, "transformer.layer.%d.ffn.lin1.weight", {DIM_FFN, DIM_HIDDEN}, PRESENT},
    {ROLE_FFN_UP_BIAS, "transformer.layer.%d.ffn.lin1.bias", {DIM_FFN}, PRESENT},
    {ROLE_FFN_DOWN_INNER, "transformer.layer.%d.ffn.lin2_inner.weight", {DIM_RANK, DIM_FFN}, PRESENT_OR_NOT},
    {ROLE_FFN_DOWN_WEIGHT, "transformer.layer.%d.ffn.lin2.weight", {DIM_HIDDEN, DIM_FFN}, PRESENT},
    {ROLE_FFN_DOWN_BIAS, "transformer.layer.%d.ffn.lin2.bias", {DIM_HIDDEN}, PRESENT},
    {ROLE_FFN_NORM_GAMMA, "transformer.layer.%d.output_layer_norm.weight", {DIM_HIDDEN}, PRESENT},
    {ROLE_FFN_NORM_BETA, "transformer.layer.%d.output_layer_norm.bias", {DIM_HIDDEN}, PRESENT},
    {ROLE_POOLER_WEIGHT, "pre_classifier.weight", {DIM_HIDDEN, DIM_HIDDEN}, PRESENT_IN_HEAD},
    {ROLE_POOLER_BIAS, "pre_classifier.bias", {DIM_HIDDEN}, PRESENT_IN_HEAD},
    {ROLE_CLASSIFIER_WEIGHT, "classifier.weight", {DIM_LABELS, DIM_HIDDEN}, PRESENT_IN_HEAD},
    {ROLE_CLASSIFIER_BIAS, "classifier.bias", {DIM_LABELS}, PRESENT_IN_HEAD},
    {ROLE_MASKED_DENSE_WEIGHT, "vocab_transform.weight", {DIM_HIDDEN, DIM_HIDDEN}, PRESENT_IN_MASKED_HEAD},
    {ROLE_MASKED_DENSE_BIAS, "vocab_transform.bias", {DIM_HIDDEN}, PRESENT_IN_MASKED_HEAD},
    {ROLE_MASKED_NORM_GAMMA, "vocab_layer_norm.weight", {DIM_HIDDEN}, PRESENT_IN_MASKED_HEAD},
    {ROLE_MASKED_NORM_BETA, "vocab_layer_norm.bias", {DIM_HIDDEN}, PRESENT_IN_MASKED_HEAD},
    {ROLE_MASKED_BIAS, "vocab_projector.bias", {DIM_VOCAB}, PRESENT_IN_MASKED_HEAD},
};

const struct arch arch_distilbert = {
    .name = "distilbert",
    .summary = "DistilBERT: BERT with half the layers, no token types, no pooler",
    .class_name = "DistilBert",
    .prefix = "distilbert.",
    .decoder = "vocab_projector.weight",
    .key = keys,
    .keys = sizeof keys / sizeof *keys,
    .act_key = "activation",
    .fixed_eps = 1e-12f,
    .pooler_act = ACT_RELU,
    .param = params,
    .params = sizeof params / sizeof *params,
    .graph = graph_encoder,
};
