#include "analyzer/model/arch.h"
#include "analyzer/model/shared.h"
#include "analyzer/run/gradients.h"
#include "analyzer/run/graph.h"
#include "analyzer/run/op.h"
#include "analyzer/run/weights.h"

/* Where the gradient of a parameter is added; NULL if it is not wanted. */
static float *gradient(const struct plan_builder *b, const struct param *p)
{
    struct gradients *into = builder_options(b)->into;
    return into && p ? gradients_of(into, (int)(p - builder_model(b)->param)) : NULL;
}

/* The numbers of a parameter, at the first of those that share them. */
static uint64_t count_of(const struct plan_builder *b, const struct param *p)
{
    const struct model *m = builder_model(b);
    return p && !model_twin(m, (int)(p - m->param)) ? tensor_count(&p->tensor) : 0;
}

/* What one role adds to a step. */
static void use_param(const struct plan_builder *b, struct step *s, int i, enum role role, int layer)
{
    const struct param *p = model_param(builder_model(b), role, layer);
    if (!p)
        return;
    s->param[i] = weights_vector(builder_weights(b), role, layer);
    s->dparam[i] = gradient(b, p);
    s->params += count_of(b, p);
    s->param_bytes += tensor_count(&p->tensor) * sizeof(float);
}

static int activate(struct plan_builder *b, enum site site, int layer, const char *label, int x, int rows, int cols,
                    enum activation act)
{
    bool neurons = site == SITE_FFN_UP && builder_options(b)->neuron_gates;
    struct step s = {.op = &op_activate, .component = site_component(site), .layer = layer, .label = label,
                     .in = {x, -1}, .act = act, .gates = neurons ? cols : 0};
    return builder_step(b, &s, rows, cols);
}

static const char *activation_label(enum site site)
{
    return site == SITE_POOLER         ? "pooler activation"
           : site == SITE_MASKED_DENSE ? "masked-language activation"
                                       : "feed-forward activation";
}

/* A linear layer and its activation: one step, or two where the activation is to be seen or to have a gradient. */
static int linear(struct plan_builder *b, enum site site, int layer, int x, int rows, enum activation act)
{
    const struct linear *w = weights_linear(builder_weights(b), site, layer);
    const struct plan_options *options = builder_options(b);
    bool apart = act != ACT_NONE && (options->unfused || options->gradients != PLAN_NO_GRADIENTS);
    struct step s = {.op = &op_linear, .component = site_component(site), .layer = layer,
                     .label = site_label(site), .in = {x, -1}, .linear = w, .param_bytes = w->bytes, .act = apart ? ACT_NONE : act};
    for (int i = 0; i < w->parts; i++) {
        s.params += count_of(b, w->part[i].weight) + count_of(b, w->part[i].bias);
        s.dparam[i] = gradient(b, w->part[i].weight);
        s.dparam[LINEAR_PARTS + i] = gradient(b, w->part[i].bias);
    }
    int y = builder_step(b, &s, rows, w->n);
    return apart ? activate(b, site, layer, activation_label(site), y, rows, w->n, act) : y;
}

/* The same behind the inner factor, where the matrix is of low rank. */
static int factored(struct plan_builder *b, enum site inner, enum site site, int layer, int x, int rows, enum activation act)
{
    if (weights_linear(builder_weights(b), inner, layer))
        x = linear(b, inner, layer, x, rows, ACT_NONE);
    return linear(b, site, layer, x, rows, act);
}

/* What training drops of a value [rows, hidden]; every place has a stream of its own. */
static int dropout(struct plan_builder *b, enum component c, int layer, int stream, int x, int rows)
{
    if (!(builder_options(b)->dropout > 0))
        return x;
    struct step s = {.op = &op_dropout, .component = c, .layer = layer, .label = "dropout", .in = {x, -1},
                     .stream = stream};
    return builder_step(b, &s, rows, builder_model(b)->config.hidden);
}

static int layernorm(struct plan_builder *b, enum component c, int layer, const char *label, int x, int residual,
                     enum role gamma, int rows)
{
    const struct config *config = &builder_model(b)->config;
    struct step s = {.op = &op_layernorm, .component = c, .layer = layer, .label = label, .in = {x, residual},
                     .eps = config->eps};
    use_param(b, &s, 0, gamma, layer);
    use_param(b, &s, 1, gamma + 1, layer); /* beta follows gamma in the table of roles */
    return builder_step(b, &s, rows, config->hidden);
}

/* The words of all tokens from a table of low rank: rows of its small factor times the inner one. */
static int words(struct plan_builder *b, const struct linear *inner)
{
    struct step s = {.op = &op_lookup, .component = COMPONENT_EMBEDDING, .layer = -1, .label = "word lookup", .in = {-1, -1}};
    use_param(b, &s, 0, ROLE_WORD_EMBEDDING, -1);
    int rows = builder_plan(b)->tokens, x = builder_step(b, &s, rows, inner->k);
    return linear(b, SITE_WORD_INNER, -1, x, rows, ACT_NONE);
}

static int embedding(struct plan_builder *b)
{
    const struct linear *inner = weights_linear(builder_weights(b), SITE_WORD_INNER, -1);
    struct step s = {.op = &op_embed, .component = COMPONENT_EMBEDDING, .layer = -1, .label = "embedding sum",
                     .in = {inner ? words(b, inner) : -1, -1}};
    if (!inner)
        use_param(b, &s, 0, ROLE_WORD_EMBEDDING, -1);
    use_param(b, &s, 1, ROLE_POSITION_EMBEDDING, -1);
    use_param(b, &s, 2, ROLE_TYPE_EMBEDDING, -1);
    int tokens = builder_plan(b)->tokens;
    int sum = builder_step(b, &s, tokens, builder_model(b)->config.hidden);
    int y = layernorm(b, COMPONENT_EMBEDDING, -1, "embedding LayerNorm", sum, -1, ROLE_EMBEDDING_NORM_GAMMA, tokens);
    return dropout(b, COMPONENT_EMBEDDING, -1, 0, y, tokens);
}

/* Attention multiplies bf16 where the linear layer of query, key and value does. Gradients are those of attention in f32, so a
 * pass with gradients computes that. */
static enum kernel_format attention_format(const struct plan_builder *b, int layer)
{
    enum kernel_format qkv = weights_linear(builder_weights(b), SITE_QKV, layer)->kernel->format;
    bool forward = builder_options(b)->gradients == PLAN_NO_GRADIENTS;
    return forward && qkv == KERNEL_BF16 ? KERNEL_BF16 : KERNEL_F32;
}

static int attention(struct plan_builder *b, int layer, int qkv, int rows)
{
    const struct model *m = builder_model(b);
    struct step s = {.op = &op_attention, .component = COMPONENT_ATTENTION, .layer = layer, .label = "attention",
                     .in = {qkv, -1}, .heads = m->layer[layer].heads, .head_size = m->config.head_size,
                     .gates = m->layer[layer].heads, .decoupled = m->layer[layer].decoupled, .format = attention_format(b, layer),
                     .stream = -1 - layer};
    return builder_step(b, &s, rows, s.heads * s.head_size);
}

static int first_tokens(struct plan_builder *b, int layer, int x)
{
    struct step s = {.op = &op_first, .component = COMPONENT_OTHER, .layer = layer, .label = "first token",
                     .in = {x, -1}};
    return builder_step(b, &s, builder_plan(b)->sequences, builder_model(b)->config.hidden);
}

/* One layer: x -> LayerNorm(x + attention(x)) -> LayerNorm(. + feed-forward(.)), of all tokens or of the first of every
 * sequence. */
static int encoder_layer(struct plan_builder *b, int layer, int x, bool first)
{
    enum activation act = builder_model(b)->config.act;
    int tokens = builder_plan(b)->tokens, rows = first ? builder_plan(b)->sequences : tokens;
    int residual = first ? first_tokens(b, layer, x) : x;
    int qkv = factored(b, SITE_QKV_INNER, SITE_QKV, layer, x, tokens, ACT_NONE);
    int context = attention(b, layer, qkv, rows);
    int projected = factored(b, SITE_ATTENTION_OUTPUT_INNER, SITE_ATTENTION_OUTPUT, layer, context, rows, ACT_NONE);
    projected = dropout(b, COMPONENT_LINEAR_AFTER, layer, 2 * layer + 1, projected, rows);
    int middle = layernorm(b, COMPONENT_OTHER, layer, "attention residual, LayerNorm", projected, residual,
                           ROLE_ATTENTION_NORM_GAMMA, rows);
    int up = factored(b, SITE_FFN_UP_INNER, SITE_FFN_UP, layer, middle, rows, act);
    int down = factored(b, SITE_FFN_DOWN_INNER, SITE_FFN_DOWN, layer, up, rows, ACT_NONE);
    down = dropout(b, COMPONENT_FEED_FORWARD, layer, 2 * layer + 2, down, rows);
    return layernorm(b, COMPONENT_OTHER, layer, "feed-forward residual, LayerNorm", down, middle,
                     ROLE_FFN_NORM_GAMMA, rows);
}

/* `x` has a row for every sequence. */
static void head(struct plan_builder *b, int x)
{
    const struct weights *w = builder_weights(b);
    const struct config *config = &builder_model(b)->config;
    int sequences = builder_plan(b)->sequences;
    int pooled = linear(b, SITE_POOLER, -1, x, sequences, config->arch->pooler_act);
    builder_keep(b, PLAN_POOLED, -1, pooled);
    if (!weights_linear(w, SITE_CLASSIFIER, -1))
        return;
    int stream = 2 * config->layers + 1;
    pooled = dropout(b, COMPONENT_OTHER, -1, stream, pooled, sequences);
    builder_keep(b, PLAN_LOGITS, -1, linear(b, SITE_CLASSIFIER, -1, pooled, sequences, ACT_NONE));
}

/* Dense layer, activation and LayerNorm of the masked tokens, and their products with all words of the embedding. */
static void masked_head(struct plan_builder *b, int x)
{
    const struct config *config = &builder_model(b)->config;
    int rows = builder_options(b)->masked;
    struct step s = {.op = &op_gather, .component = COMPONENT_OTHER, .layer = -1, .label = "masked tokens", .in = {x, -1}};
    if (rows == 0)
        return;
    x = builder_step(b, &s, rows, config->hidden);
    x = linear(b, SITE_MASKED_DENSE, -1, x, rows, config->act);
    x = layernorm(b, COMPONENT_OTHER, -1, "masked-language LayerNorm", x, -1, ROLE_MASKED_NORM_GAMMA, rows);
    builder_keep(b, PLAN_MASKED, -1, factored(b, SITE_DECODER_INNER, SITE_DECODER, -1, x, rows, ACT_NONE));
}

static int check(const struct model *m, const struct plan_options *options, struct err *e)
{
    if (options->masked > 0 && !model_has_masked_head(m))
        return err_set(e, ERR_UNSUPPORTED, "%s has no masked-language head", m->name);
    if (!options->from_hidden && !model_param(m, ROLE_WORD_EMBEDDING, -1))
        return err_set(e, ERR_SHAPE, "%s has no embeddings: a pass can only start from hidden states", m->name);
    if (options->first_layer < 0 || options->first_layer > m->config.layers ||
        (options->first_layer > 0 && !options->from_hidden))
        return err_set(e, ERR_SHAPE, "a pass cannot start at layer %d of %d%s", options->first_layer,
                       m->config.layers, options->from_hidden ? "" : " without hidden states");
    return 0;
}

int graph_encoder(struct plan_builder *b, struct err *e)
{
    const struct model *m = builder_model(b);
    const struct plan_options *options = builder_options(b);
    TRY(check(m, options, e));
    int x = options->from_hidden ? builder_input(b, builder_plan(b)->tokens, m->config.hidden) : embedding(b);
    bool pooled = weights_linear(builder_weights(b), SITE_POOLER, -1);
    bool first = pooled && options->pooled_only && options->first_layer < m->config.layers;
    for (int layer = options->first_layer - 1; layer < m->config.layers; layer++) {
        bool last = layer == m->config.layers - 1;
        if (layer >= options->first_layer)
            x = encoder_layer(b, layer, x, first && last);
        if (last ? !first : options->keep_hidden)
            builder_keep(b, PLAN_HIDDEN, layer, x);
    }
    if (pooled)
        head(b, first ? x : first_tokens(b, -1, x));
    masked_head(b, x);
    return 0;
}
