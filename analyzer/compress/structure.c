#include "analyzer/compress/structure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/model/derive.h"
#include "analyzer/model/inner.h"

/* Which blocks of rows or columns stay: block keep[i] of `size`, i < n. */
struct kept {
    int *keep; /* owned */
    int n, size;
};

static int kept_init(struct kept *k, const bool *gone, int n, int size, struct err *e)
{
    *k = (struct kept){malloc((size_t)n * sizeof *k->keep), 0, size};
    if (!k->keep)
        return err_set(e, ERR_NOMEM, "no memory for %d numbers", n);
    for (int i = 0; i < n; i++)
        if (!gone[i])
            k->keep[k->n++] = i;
    return 0;
}

/* Rows of a matrix, or numbers of a vector. */
static int keep_rows(struct model *m, enum role role, int layer, const struct kept *k, struct err *e)
{
    const struct param *p = model_param(m, role, layer);
    if (!p)
        return 0;
    size_t cols = p->tensor.ndim == 2 ? p->tensor.dim[1] : 1, block = (size_t)k->size * cols;
    float *w;
    TRY(param_copy(&w, p, e));
    for (int i = 0; i < k->n; i++)
        memmove(w + (size_t)i * block, w + (size_t)k->keep[i] * block, block * sizeof *w);
    model_take(m, (int)(p - m->param), (size_t[2]){(size_t)(k->n * k->size), cols}, w);
    return 0;
}

static int keep_cols(struct model *m, enum role role, int layer, const struct kept *k, struct err *e)
{
    const struct param *p = model_columns(m, role, layer);
    size_t rows = p->tensor.dim[0], cols = p->tensor.dim[1], size = (size_t)k->size, left = (size_t)k->n * size;
    float *w;
    TRY(param_copy(&w, p, e));
    for (size_t row = 0; row < rows; row++)
        for (size_t i = 0; i < (size_t)k->n; i++)
            memmove(w + row * left + i * size, w + row * cols + (size_t)k->keep[i] * size, size * sizeof *w);
    kernel_format_round(p->format, w, w, (int)rows, (int)left); /* what set a scale may have gone */
    model_take(m, (int)(p - m->param), (size_t[2]){rows, left}, w);
    return 0;
}

static int renumber(struct layer_shape *l, const struct kept *k, struct err *e)
{
    int *head = malloc((size_t)k->n * sizeof *head);
    if (!head)
        return err_set(e, ERR_NOMEM, "no memory for %d heads", k->n);
    for (int i = 0; i < k->n; i++)
        head[i] = layer_head(l, k->keep[i]);
    free(l->head);
    l->head = head;
    l->heads = k->n;
    return 0;
}

static int drop_heads(struct model *m, int layer, const struct kept *k, struct err *e)
{
    static const enum role rows[] = {ROLE_QUERY_WEIGHT, ROLE_QUERY_BIAS, ROLE_KEY_WEIGHT,
                                     ROLE_KEY_BIAS,     ROLE_VALUE_WEIGHT, ROLE_VALUE_BIAS};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        TRY(keep_rows(m, rows[i], layer, k, e));
    TRY(keep_cols(m, ROLE_ATTENTION_OUTPUT_WEIGHT, layer, k, e));
    return renumber(&m->layer[layer], k, e);
}

static int drop_neurons(struct model *m, int layer, const struct kept *k, struct err *e)
{
    TRY(keep_rows(m, ROLE_FFN_UP_WEIGHT, layer, k, e));
    TRY(keep_rows(m, ROLE_FFN_UP_BIAS, layer, k, e));
    TRY(keep_cols(m, ROLE_FFN_DOWN_WEIGHT, layer, k, e));
    m->layer[layer].neurons = k->n;
    return 0;
}

static int drop(struct model *m, int layer, const bool *gone, int n, int size, const char *what,
                int (*run)(struct model *, int, const struct kept *, struct err *), struct err *e)
{
    struct kept k;
    TRY(kept_init(&k, gone, n, size, e));
    int code = k.n == n   ? 0
               : k.n == 0 ? err_set(e, ERR_SHAPE, "layer %d would lose all of its %d %s; one must stay (or take out the layer)",
                                    m->layer[layer].number, n, what)
                          : run(m, layer, &k, e);
    free(k.keep);
    return code;
}

int structure_drop_heads(struct model *m, int layer, const bool *gone, struct err *e)
{
    return drop(m, layer, gone, m->layer[layer].heads, m->config.head_size, "heads", drop_heads, e);
}

int structure_drop_neurons(struct model *m, int layer, const bool *gone, struct err *e)
{
    return drop(m, layer, gone, m->layer[layer].neurons, 1, "neurons", drop_neurons, e);
}

/* norm [n]: of blocks of `size` columns. */
static int column_norms(const struct model *m, enum role role, int layer, int n, int size, double *norm, struct err *e)
{
    float *w;
    size_t dim[2];
    TRY(model_matrix(&w, m, role, layer, dim, e));
    memset(norm, 0, (size_t)n * sizeof *norm);
    for (size_t row = 0; row < dim[0]; row++)
        for (size_t col = 0; col < dim[1]; col++)
            norm[col / (size_t)size] += (double)w[row * dim[1] + col] * (double)w[row * dim[1] + col];
    for (int i = 0; i < n; i++)
        norm[i] = sqrt(norm[i]);
    free(w);
    return 0;
}

int structure_head_norms(const struct model *m, int layer, double *norm, struct err *e)
{
    return column_norms(m, ROLE_ATTENTION_OUTPUT_WEIGHT, layer, m->layer[layer].heads, m->config.head_size, norm, e);
}

int structure_neuron_norms(const struct model *m, int layer, double *norm, struct err *e)
{
    float *w;
    size_t dim[2];
    TRY(column_norms(m, ROLE_FFN_DOWN_WEIGHT, layer, m->layer[layer].neurons, 1, norm, e));
    TRY(model_matrix(&w, m, ROLE_FFN_UP_WEIGHT, layer, dim, e));
    for (size_t i = 0; i < dim[0]; i++) {
        double sum = 0;
        for (size_t j = 0; j < dim[1]; j++)
            sum += (double)w[i * dim[1] + j] * (double)w[i * dim[1] + j];
        norm[i] *= sqrt(sum);
    }
    free(w);
    return 0;
}
