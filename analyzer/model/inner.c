#include "analyzer/model/inner.h"

#include <stdlib.h>

#include "analyzer/model/derive.h"

enum role inner_role(enum role weight)
{
    switch (weight) {
    case ROLE_WORD_EMBEDDING:
        return ROLE_WORD_INNER;
    case ROLE_QUERY_WEIGHT:
    case ROLE_KEY_WEIGHT:
    case ROLE_VALUE_WEIGHT:
        return ROLE_QKV_INNER;
    case ROLE_ATTENTION_OUTPUT_WEIGHT:
        return ROLE_ATTENTION_OUTPUT_INNER;
    case ROLE_FFN_UP_WEIGHT:
        return ROLE_FFN_UP_INNER;
    case ROLE_FFN_DOWN_WEIGHT:
        return ROLE_FFN_DOWN_INNER;
    default:
        return ROLES;
    }
}

const struct param *model_inner(const struct model *m, enum role weight, int layer)
{
    enum role inner = inner_role(weight);
    return inner == ROLES ? NULL : model_param(m, inner, layer);
}

const struct param *model_columns(const struct model *m, enum role weight, int layer)
{
    const struct param *inner = model_inner(m, weight, layer);
    return inner ? inner : model_param(m, weight, layer);
}

/* out[k] = the sum of u[i] times row i of v[r,k]. */
static void multiply_row(float *out, const float *u, const float *v, size_t r, size_t k)
{
    for (size_t col = 0; col < k; col++) {
        double sum = 0;
        for (size_t i = 0; i < r; i++)
            sum += (double)u[i] * (double)v[i * k + col];
        out[col] = (float)sum;
    }
}

static int multiply(float **out, const struct param *outer, const struct param *inner, struct err *e)
{
    size_t n = outer->tensor.dim[0], r = outer->tensor.dim[1], k = inner->tensor.dim[1];
    float *u, *v = NULL, *w = malloc(n * k * sizeof *w + 1);
    if (!w)
        return err_set(e, ERR_NOMEM, "no memory for %zu numbers", n * k);
    int code = param_copy(&u, outer, e);
    if (code == 0)
        code = param_copy(&v, inner, e);
    for (size_t row = 0; code == 0 && row < n; row++)
        multiply_row(w + row * k, u + row * r, v, r, k);
    free(u);
    free(v);
    if (code != 0)
        free(w);
    *out = code == 0 ? w : NULL;
    return code;
}

int model_matrix(float **out, const struct model *m, enum role weight, int layer, size_t dim[2], struct err *e)
{
    const struct param *outer = model_param(m, weight, layer), *inner = model_inner(m, weight, layer);
    dim[0] = outer->tensor.dim[0];
    dim[1] = (inner ? inner : outer)->tensor.dim[1];
    return inner ? multiply(out, outer, inner, e) : param_copy(out, outer, e);
}
