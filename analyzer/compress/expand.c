#include "analyzer/compress/expand.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/model/derive.h"
#include "analyzer/model/inner.h"

/* Blocks of `size` rows or columns: block i goes to place[i] of `places`. */
struct spreading {
    const int *place;
    int n, places, size;
};

static int room(float **out, size_t n, struct err *e)
{
    *out = calloc(n, sizeof **out);
    return *out ? 0 : err_set(e, ERR_NOMEM, "no memory for %zu numbers", n);
}

static int spread_rows(struct model *m, enum role role, int layer, const struct spreading *s, struct err *e)
{
    const struct param *p = model_param(m, role, layer);
    if (!p)
        return 0;
    size_t cols = p->tensor.ndim == 2 ? p->tensor.dim[1] : 1, block = (size_t)s->size * cols;
    float *from, *to;
    TRY(room(&to, (size_t)s->places * block, e));
    if (param_copy(&from, p, e) != 0) {
        free(to);
        return ERR_NOMEM;
    }
    for (int i = 0; i < s->n; i++)
        memcpy(to + (size_t)s->place[i] * block, from + (size_t)i * block, block * sizeof *to);
    free(from);
    model_take(m, (int)(p - m->param), (size_t[2]){(size_t)(s->places * s->size), cols}, to);
    return 0;
}

static int spread_cols(struct model *m, enum role role, int layer, const struct spreading *s, struct err *e)
{
    const struct param *p = model_param(m, role, layer);
    size_t rows = p->tensor.dim[0], size = (size_t)s->size, had = (size_t)s->n * size, has = (size_t)s->places * size;
    float *from, *to;
    TRY(room(&to, rows * has, e));
    if (param_copy(&from, p, e) != 0) {
        free(to);
        return ERR_NOMEM;
    }
    for (size_t row = 0; row < rows; row++)
        for (size_t i = 0; i < (size_t)s->n; i++)
            memcpy(to + row * has + (size_t)s->place[i] * size, from + row * had + i * size, size * sizeof *to);
    free(from);
    model_take(m, (int)(p - m->param), (size_t[2]){rows, has}, to);
    return 0;
}

/* The product of its factors in place of a matrix of low rank. */
static int expand_rank(struct model *m, enum role role, int layer, struct err *e)
{
    size_t dim[2];
    float *w;
    if (!model_inner(m, role, layer))
        return 0;
    TRY(model_matrix(&w, m, role, layer, dim, e));
    model_take(m, (int)(model_param(m, role, layer) - m->param), dim, w);
    return 0;
}

/* Of a layer, or of what is in none (-1). */
static int expand_ranks(struct model *m, int layer, struct err *e)
{
    static const enum role roles[] = {ROLE_WORD_EMBEDDING, ROLE_QUERY_WEIGHT, ROLE_KEY_WEIGHT, ROLE_VALUE_WEIGHT, ROLE_ATTENTION_OUTPUT_WEIGHT,
                                      ROLE_FFN_UP_WEIGHT, ROLE_FFN_DOWN_WEIGHT};
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        TRY(expand_rank(m, roles[i], layer, e));
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
        const struct param *inner = model_inner(m, roles[i], layer);
        if (inner)
            model_remove(m, (int)(inner - m->param));
    }
    return 0;
}

static int expand_heads(struct model *m, int layer, const struct spreading *s, struct err *e)
{
    static const enum role rows[] = {ROLE_QUERY_WEIGHT, ROLE_QUERY_BIAS, ROLE_KEY_WEIGHT,
                                     ROLE_KEY_BIAS,     ROLE_VALUE_WEIGHT, ROLE_VALUE_BIAS};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        TRY(spread_rows(m, rows[i], layer, s, e));
    return spread_cols(m, ROLE_ATTENTION_OUTPUT_WEIGHT, layer, s, e);
}

static int expand_neurons(struct model *m, int layer, const struct spreading *s, struct err *e)
{
    TRY(spread_rows(m, ROLE_FFN_UP_WEIGHT, layer, s, e));
    TRY(spread_rows(m, ROLE_FFN_UP_BIAS, layer, s, e));
    return spread_cols(m, ROLE_FFN_DOWN_WEIGHT, layer, s, e);
}

static int expand_layer(struct model *m, int layer, int *place, struct err *e)
{
    struct layer_shape *l = &m->layer[layer];
    struct spreading heads = {place, l->heads, m->config.heads, m->config.head_size};
    struct spreading neurons = {place, l->neurons, m->config.ffn, 1};
    TRY(expand_ranks(m, layer, e));
    for (int i = 0; i < l->heads; i++)
        place[i] = layer_head(l, i);
    if (heads.n < heads.places)
        TRY(expand_heads(m, layer, &heads, e));
    for (int i = 0; i < l->neurons; i++)
        place[i] = i;
    if (neurons.n < neurons.places)
        TRY(expand_neurons(m, layer, &neurons, e));
    free(l->head);
    *l = (struct layer_shape){m->config.heads, m->config.ffn, l->number, NULL, l->decoupled};
    return 0;
}

static int expand(struct model *m, struct err *e)
{
    int most = m->config.heads > m->config.ffn ? m->config.heads : m->config.ffn, code = 0;
    TRY(expand_ranks(m, -1, e));
    int *place = malloc((size_t)most * sizeof *place);
    if (!place)
        return err_set(e, ERR_NOMEM, "no memory for %d numbers", most);
    for (int layer = 0; layer < m->config.layers && code == 0; layer++)
        code = expand_layer(m, layer, place, e);
    free(place);
    for (int i = 0; i < m->params; i++)
        param_set_format(&m->param[i], KERNEL_F32);
    return code;
}

int model_expand(struct model **out, const struct model *m, struct err *e)
{
    TRY(model_derive(out, m, e));
    int code = expand(*out, e);
    if (code != 0) {
        model_free(*out);
        *out = NULL;
    }
    return code;
}
