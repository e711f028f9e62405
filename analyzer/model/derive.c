#include "analyzer/model/derive.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/model/arch.h"
#include "analyzer/model/bind.h"
#include "analyzer/model/tokenizer.h"

static int copy_text(char **out, const char *text, struct err *e)
{
    *out = text ? strdup(text) : NULL;
    return *out || !text ? 0 : err_set(e, ERR_NOMEM, "no memory for a changed model");
}

static int copy_layers(struct model *m, const struct model *base, struct err *e)
{
    size_t layers = (size_t)base->config.layers;
    m->layer = calloc(layers, sizeof *m->layer);
    if (!m->layer)
        return err_set(e, ERR_NOMEM, "no memory for %zu layers", layers);
    for (size_t i = 0; i < layers; i++) {
        const struct layer_shape *from = &base->layer[i];
        m->layer[i] = *from;
        m->layer[i].head = from->head ? malloc((size_t)from->heads * sizeof *from->head) : NULL;
        if (from->head && !m->layer[i].head)
            return err_set(e, ERR_NOMEM, "no memory for %zu layers", layers);
        if (from->head)
            memcpy(m->layer[i].head, from->head, (size_t)from->heads * sizeof *from->head);
    }
    return 0;
}

static int derive(struct model *m, const struct model *base, struct err *e)
{
    size_t params = (size_t)base->params;
    TRY(config_copy(&m->config, &base->config, e));
    free(m->config.pruned); /* the layers say what they have left */
    m->config.pruned = NULL;
    TRY(copy_layers(m, base, e));
    TRY(copy_text(&m->name, base->name, e));
    TRY(copy_text(&m->origin, base->origin, e));
    TRY(copy_text(&m->note, base->note, e));
    TRY(copy_text(&m->tokenizer_missing, base->tokenizer_missing, e));
    m->param = malloc(params * sizeof *m->param);
    m->own = calloc(params, sizeof *m->own);
    if (!m->param || !m->own)
        return err_set(e, ERR_NOMEM, "no memory for %zu parameters", params);
    memcpy(m->param, base->param, params * sizeof *m->param);
    m->params = base->params;
    return 0;
}

int model_derive(struct model **out, const struct model *base, struct err *e)
{
    *out = NULL;
    struct model *m = calloc(1, sizeof *m);
    if (!m)
        return err_set(e, ERR_NOMEM, "no memory for a changed model");
    m->base = base;
    m->tokenizer = base->tokenizer;
    m->random = base->random;
    m->unused = base->unused;
    int code = derive(m, base, e);
    if (code != 0)
        model_free(m);
    else
        *out = m;
    return code;
}

int param_copy(float **out, const struct param *p, struct err *e)
{
    size_t n = tensor_count(&p->tensor);
    *out = malloc(n * sizeof **out + 1);
    if (!*out)
        return err_set(e, ERR_NOMEM, "no memory for %zu numbers", n);
    tensor_read_f32(&p->tensor, 0, n, *out);
    return 0;
}

void param_set_format(struct param *p, enum kernel_format format)
{
    p->format = format;
    p->input_range = 0;
}

/* A parameter lets its numbers go; another one that shares them has them from then on. */
static void let_go(struct model *m, int param)
{
    float *own = m->own[param];
    m->own[param] = NULL;
    for (int i = 0; own && i < m->params; i++)
        if (i != param && m->param[i].tensor.data == own) {
            m->own[i] = own;
            own = NULL;
        }
    free(own);
}

void model_take(struct model *m, int param, const size_t dim[2], float *values)
{
    struct param *p = &m->param[param];
    assert(m->own);
    let_go(m, param);
    m->own[param] = values;
    p->tensor = tensor_dense(DTYPE_F32, p->tensor.ndim, dim, values);
}

static const struct arch_param *row_of(const struct arch *a, enum role role)
{
    int i = 0;
    while (a->param[i].role != role)
        i++;
    return &a->param[i];
}

/* Room for one more parameter and its name. */
static int make_room(struct model *m, struct err *e)
{
    size_t params = (size_t)m->params + 1;
    struct param *param = realloc(m->param, params * sizeof *param);
    m->param = param ? param : m->param;
    float **own = realloc(m->own, params * sizeof *own);
    m->own = own ? own : m->own;
    char **added = realloc(m->added, (size_t)(m->addeds + 1) * sizeof *added), *name = malloc(BIND_NAME_SIZE);
    m->added = added ? added : m->added;
    if (added && name)
        m->added[m->addeds++] = name;
    else
        free(name);
    return param && own && added && name ? 0 : err_set(e, ERR_NOMEM, "no memory for one more parameter");
}

int model_add(struct model *m, int at, enum role role, const size_t dim[2], float *values, struct err *e)
{
    int layer = m->param[at].layer, code = make_room(m, e);
    if (code != 0) {
        free(values);
        return code;
    }
    const struct arch_param *row = row_of(m->config.arch, role);
    struct tensor t = tensor_dense(DTYPE_F32, 2, dim, values);
    size_t behind = (size_t)(m->params++ - at);
    memmove(&m->param[at + 1], &m->param[at], behind * sizeof *m->param);
    memmove(&m->own[at + 1], &m->own[at], behind * sizeof *m->own);
    bind_name(m->added[m->addeds - 1], row, layer);
    m->param[at] = bind_param(row, layer, m->added[m->addeds - 1], &t);
    m->own[at] = values;
    return 0;
}

void model_tie(struct model *m, int param, int like)
{
    struct param *p = &m->param[param], was = *p;
    if (p->tensor.data != m->param[like].tensor.data)
        let_go(m, param);
    *p = m->param[like];
    p->layer = was.layer;
    p->name = was.name;
}

void model_remove(struct model *m, int param)
{
    let_go(m, param);
    size_t behind = (size_t)(--m->params - param);
    memmove(&m->param[param], &m->param[param + 1], behind * sizeof *m->param);
    memmove(&m->own[param], &m->own[param + 1], behind * sizeof *m->own);
}

bool model_replaced(const struct model *m, int param)
{
    for (int i = 0; m->own && i < m->params; i++)
        if (m->own[i] && m->own[i] == m->param[param].tensor.data)
            return true;
    return false;
}

/* Rows from[0 .. n) of a parameter; the caller frees them. */
static int copy_rows(float **out, const struct param *p, const int *from, int n, struct err *e)
{
    size_t cols = p->tensor.ndim == 2 ? p->tensor.dim[1] : 1;
    *out = malloc((size_t)n * cols * sizeof **out + 1);
    if (!*out)
        return err_set(e, ERR_NOMEM, "no memory for %d rows of %s", n, p->name);
    for (int i = 0; i < n; i++)
        tensor_read_f32(&p->tensor, (size_t)from[i] * cols, cols, *out + (size_t)i * cols);
    return 0;
}

/* The row that `row` has become; the first one if it is gone. */
static int find_row(const int *from, int n, int row)
{
    for (int i = 0; i < n; i++)
        if (from[i] == row)
            return i;
    return 0;
}

int model_take_vocab(struct model *m, struct tokenizer *t, const int *from, int n, struct err *e)
{
    const struct param *word = model_param(m, ROLE_WORD_EMBEDDING, -1), *bias = model_param(m, ROLE_MASKED_BIAS, -1);
    float *words, *biases = NULL;
    TRY(copy_rows(&words, word, from, n, e));
    if (bias && copy_rows(&biases, bias, from, n, e) != 0) {
        free(words);
        return ERR_NOMEM;
    }
    model_take(m, (int)(word - m->param), (size_t[2]){(size_t)n, word->tensor.dim[1]}, words);
    if (bias)
        model_take(m, (int)(bias - m->param), (size_t[2]){(size_t)n, 1}, biases);
    m->config.vocab = n;
    m->config.pad_id = find_row(from, n, m->config.pad_id);
    if (m->tokenizer != m->base->tokenizer)
        tokenizer_free(m->tokenizer);
    m->tokenizer = t;
    return 0;
}

void model_drop_layer(struct model *m, int layer)
{
    int kept = 0;
    for (int i = 0; i < m->params; i++)
        if (m->param[i].layer == layer)
            let_go(m, i);
    for (int i = 0; i < m->params; i++) {
        if (m->param[i].layer == layer)
            continue;
        m->param[kept] = m->param[i];
        m->param[kept].layer -= m->param[i].layer > layer;
        m->own[kept++] = m->own[i];
    }
    m->params = kept;
    free(m->layer[layer].head);
    memmove(&m->layer[layer], &m->layer[layer + 1], (size_t)(m->config.layers - layer - 1) * sizeof *m->layer);
    m->config.layers--;
}

int model_layer(const struct model *m, int number)
{
    for (int i = 0; i < m->config.layers; i++)
        if (m->layer[i].number == number)
            return i;
    return -1;
}
