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

/* What is left of a parameter. */
struct cut {
    int param;
    size_t dim[2];
    float *values; /* owned until the model takes them; NULL = the model has no such parameter */
};

static int cut_init(struct cut *c, const struct model *m, const struct param *p, size_t rows, size_t cols, struct err *e)
{
    *c = (struct cut){(int)(p - m->param), {rows, cols}, malloc(rows * cols * sizeof *c->values + 1)};
    return c->values ? 0 : err_set(e, ERR_NOMEM, "no memory for what is left of %s", p->name);
}

/* Rows of a matrix, or numbers of a vector. */
static int cut_rows(struct cut *c, const struct model *m, enum role role, int layer, const struct kept *k, struct err *e)
{
    const struct param *p = model_param(m, role, layer);
    if (!p)
        return 0;
    size_t cols = p->tensor.ndim == 2 ? p->tensor.dim[1] : 1, block = (size_t)k->size * cols;
    TRY(cut_init(c, m, p, (size_t)k->n * (size_t)k->size, cols, e));
    for (int i = 0; i < k->n; i++)
        tensor_read_f32(&p->tensor, (size_t)k->keep[i] * block, block, c->values + (size_t)i * block);
    return 0;
}

static void gather(float *out, const float *row, const struct kept *k)
{
    for (int i = 0; i < k->n; i++)
        for (int j = 0; j < k->size; j++)
            *out++ = row[k->keep[i] * k->size + j];
}

static int cut_cols(struct cut *c, const struct model *m, enum role role, int layer, const struct kept *k, struct err *e)
{
    const struct param *p = model_columns(m, role, layer);
    size_t rows = p->tensor.dim[0], cols = p->tensor.dim[1], left = (size_t)k->n * (size_t)k->size;
    const float *there = tensor_f32(&p->tensor);
    float *row = malloc(cols * sizeof *row + 1);
    int code = row ? cut_init(c, m, p, rows, left, e) : err_set(e, ERR_NOMEM, "no memory for a row of %s", p->name);
    for (size_t i = 0; i < rows && code == 0; i++) {
        if (!there)
            tensor_read_f32(&p->tensor, i * cols, cols, row);
        gather(c->values + i * left, there ? there + i * cols : row, k);
    }
    if (code == 0)
        kernel_format_round(p->format, c->values, c->values, (int)rows, (int)left); /* what set a scale may have gone */
    free(row);
    return code;
}

/* A parameter that units have rows or columns of. */
struct share {
    enum role role;
    int (*cut)(struct cut *c, const struct model *m, enum role role, int layer, const struct kept *k, struct err *e);
};

enum { SHARES_MOST = 7 };

/* All at the same time, because matrices of large models take long to copy; the model then takes all or none. */
static int cut_all(struct model *m, int layer, const struct share *share, int shares, const struct kept *k, int threads, struct err *e)
{
    struct cut cut[SHARES_MOST] = {{.values = NULL}};
    struct err why[SHARES_MOST] = {{.text = ""}};
    int code[SHARES_MOST], failed = 0;
#pragma omp parallel for schedule(dynamic) num_threads(threads)
    for (int i = 0; i < shares; i++)
        code[i] = share[i].cut(&cut[i], m, share[i].role, layer, k, &why[i]);
    for (int i = 0; i < shares && failed == 0; i++)
        if (code[i] != 0) {
            failed = code[i];
            *e = why[i];
        }
    for (int i = 0; i < shares; i++)
        if (failed == 0 && cut[i].values)
            model_take(m, cut[i].param, cut[i].dim, cut[i].values);
        else
            free(cut[i].values);
    return failed;
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

static int drop_heads(struct model *m, int layer, const struct kept *k, int threads, struct err *e)
{
    static const struct share shares[] = {{ROLE_QUERY_WEIGHT, cut_rows}, {ROLE_KEY_WEIGHT, cut_rows},   {ROLE_VALUE_WEIGHT, cut_rows},
                                          {ROLE_ATTENTION_OUTPUT_WEIGHT, cut_cols}, {ROLE_QUERY_BIAS, cut_rows}, {ROLE_KEY_BIAS, cut_rows},
                                          {ROLE_VALUE_BIAS, cut_rows}};
    TRY(cut_all(m, layer, shares, sizeof shares / sizeof *shares, k, threads, e));
    return renumber(&m->layer[layer], k, e);
}

static int drop_neurons(struct model *m, int layer, const struct kept *k, int threads, struct err *e)
{
    static const struct share shares[] = {{ROLE_FFN_DOWN_WEIGHT, cut_cols}, {ROLE_FFN_UP_WEIGHT, cut_rows}, {ROLE_FFN_UP_BIAS, cut_rows}};
    TRY(cut_all(m, layer, shares, sizeof shares / sizeof *shares, k, threads, e));
    m->layer[layer].neurons = k->n;
    return 0;
}

static int drop(struct model *m, int layer, const bool *gone, int n, int size, const char *what, int threads,
                int (*run)(struct model *, int, const struct kept *, int, struct err *), struct err *e)
{
    struct kept k;
    TRY(kept_init(&k, gone, n, size, e));
    int code = k.n == n   ? 0
               : k.n == 0 ? err_set(e, ERR_SHAPE, "layer %d would lose all of its %d %s; one must stay (or take out the layer)",
                                    m->layer[layer].number, n, what)
                          : run(m, layer, &k, threads, e);
    free(k.keep);
    return code;
}

int structure_drop_heads(struct model *m, int layer, const bool *gone, int threads, struct err *e)
{
    return drop(m, layer, gone, m->layer[layer].heads, m->config.head_size, "heads", threads, drop_heads, e);
}

int structure_drop_neurons(struct model *m, int layer, const bool *gone, int threads, struct err *e)
{
    return drop(m, layer, gone, m->layer[layer].neurons, 1, "neurons", threads, drop_neurons, e);
}

/* A matrix to read: where it lies, if it does as floats, else a copy. */
struct view {
    const float *w; /* [dim[0], dim[1]] */
    float *own;
    size_t dim[2];
};

static int view_init(struct view *v, const struct model *m, enum role role, int layer, struct err *e)
{
    const struct param *p = model_param(m, role, layer);
    *v = (struct view){.w = model_inner(m, role, layer) ? NULL : tensor_f32(&p->tensor), .dim = {p->tensor.dim[0], p->tensor.dim[1]}};
    if (v->w)
        return 0;
    TRY(model_matrix(&v->own, m, role, layer, v->dim, e));
    v->w = v->own;
    return 0;
}

/* Of the numbers themselves: four chains, added up in a fixed order. */
static double square_sum(const float *x, size_t n)
{
    double sum[4] = {0};
    size_t i = 0;
    for (; i + 4 <= n; i += 4)
        for (int j = 0; j < 4; j++)
            sum[j] += (double)x[i + (size_t)j] * (double)x[i + (size_t)j];
    for (; i < n; i++)
        sum[0] += (double)x[i] * (double)x[i];
    return sum[0] + sum[1] + (sum[2] + sum[3]);
}

/* norm [n]: of blocks of `size` columns. */
static int column_norms(const struct model *m, enum role role, int layer, int n, int size, double *norm, struct err *e)
{
    struct view v;
    TRY(view_init(&v, m, role, layer, e));
    memset(norm, 0, (size_t)n * sizeof *norm);
    for (size_t row = 0; row < v.dim[0]; row++)
        for (int i = 0; i < n; i++)
            norm[i] += square_sum(v.w + row * v.dim[1] + (size_t)i * (size_t)size, (size_t)size);
    for (int i = 0; i < n; i++)
        norm[i] = sqrt(norm[i]);
    free(v.own);
    return 0;
}

int structure_head_norms(const struct model *m, int layer, double *norm, struct err *e)
{
    return column_norms(m, ROLE_ATTENTION_OUTPUT_WEIGHT, layer, m->layer[layer].heads, m->config.head_size, norm, e);
}

int structure_neuron_norms(const struct model *m, int layer, double *norm, struct err *e)
{
    struct view v;
    TRY(column_norms(m, ROLE_FFN_DOWN_WEIGHT, layer, m->layer[layer].neurons, 1, norm, e));
    TRY(view_init(&v, m, ROLE_FFN_UP_WEIGHT, layer, e));
    for (size_t i = 0; i < v.dim[0]; i++)
        norm[i] *= sqrt(square_sum(v.w + i * v.dim[1], v.dim[1]));
    free(v.own);
    return 0;
}
