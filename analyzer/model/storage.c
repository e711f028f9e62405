#include "analyzer/model/storage.h"

#include <stdlib.h>

#include "analyzer/model/derive.h"
#include "kernels/half.h"

static struct storage ordinary(enum dtype dtype, const struct tensor *t)
{
    return (struct storage){NULL, dtype, tensor_count(t) * (size_t)dtype_bits(dtype) / 8};
}

static bool all_f16(const float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (f32_from_f16(f16_from_f32(x[i])) != x[i])
            return false;
    return true;
}

static bool all_bf16(const float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (f32_from_bf16(bf16_from_f32(x[i])) != x[i])
            return false;
    return true;
}

/* The smallest way to keep numbers that are in memory. */
static struct storage smallest(const float *x, const struct tensor *t)
{
    size_t n = tensor_count(t);
    struct storage best = ordinary(all_f16(x, n) ? DTYPE_F16 : all_bf16(x, n) ? DTYPE_BF16 : DTYPE_F32, t);
    if (t->ndim == 2) {
        size_t bytes = stored_bytes(&stored_sparse, x, t->dim[0], t->dim[1]);
        if (bytes < best.bytes)
            best = (struct storage){&stored_sparse, DTYPE_U8, bytes};
    }
    return best;
}

static bool has_codes(enum kernel_format f)
{
    return !kernel_format_exact(f) && f != KERNEL_F16 && f != KERNEL_BF16;
}

static struct storage choose(const struct param *p, const float *x)
{
    const struct tensor *t = &p->tensor;
    if (!has_codes(p->format))
        return smallest(x, t);
    const struct stored *s = stored_find(kernel_format_name(p->format));
    return (struct storage){s, DTYPE_U8, stored_bytes(s, x, t->dim[0], t->dim[1])};
}

int storage_choose(struct storage *out, const struct model *m, int param, struct err *e)
{
    const struct param *p = &m->param[param];
    enum dtype dtype = p->tensor.dtype == DTYPE_F16 || p->tensor.dtype == DTYPE_BF16 ? p->tensor.dtype : DTYPE_F32;
    const float *x = tensor_f32(&p->tensor);
    float *copy = NULL;
    if (!has_codes(p->format) && !model_replaced(m, param)) {
        *out = ordinary(dtype, &p->tensor);
        return 0;
    }
    if (!x)
        TRY(param_copy(&copy, p, e));
    *out = choose(p, x ? x : copy);
    free(copy);
    return 0;
}
