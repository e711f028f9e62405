#include "analyzer/model/tensor.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "kernels/half.h"

#define INLINE static inline __attribute__((always_inline))

static const struct {
    const char *name;
    int bits;
} dtypes[] = {
#define DTYPE(name, bits, text) {text, bits},
#include "analyzer/model/dtypes.def"
#undef DTYPE
};

const char *dtype_name(enum dtype d)
{
    return dtypes[d].name;
}

int dtype_bits(enum dtype d)
{
    return dtypes[d].bits;
}

bool dtype_from_name(const char *name, enum dtype *out)
{
    for (int d = 0; d < DTYPES; d++) {
        if (strcmp(name, dtypes[d].name) == 0) {
            *out = (enum dtype)d;
            return true;
        }
    }
    return false;
}

struct tensor tensor_dense(enum dtype d, int ndim, const size_t *dim, const void *data)
{
    assert(ndim >= 0 && ndim <= TENSOR_DIMS);
    struct tensor t = {.dtype = d, .ndim = ndim, .data = data};
    size_t stride = 1;
    for (int i = ndim - 1; i >= 0; i--) {
        t.dim[i] = dim[i];
        t.stride[i] = stride;
        stride *= dim[i]; /* may wrap where another dimension is 0: then no element is ever looked for */
    }
    return t;
}

size_t tensor_count(const struct tensor *t)
{
    size_t n = 1;
    for (int i = 0; i < t->ndim; i++)
        n *= t->dim[i];
    return n;
}

size_t tensor_bytes(const struct tensor *t)
{
    return tensor_count(t) * (size_t)dtypes[t->dtype].bits / 8;
}

bool tensor_is_dense(const struct tensor *t)
{
    if (tensor_count(t) == 0)
        return true;
    size_t stride = 1;
    for (int i = t->ndim - 1; i >= 0; i--) {
        if (t->dim[i] != 1 && t->stride[i] != stride)
            return false;
        stride *= t->dim[i];
    }
    return true;
}

bool tensor_is_matrix(const struct tensor *t, size_t rows, size_t cols)
{
    int first = t->ndim >= 2;
    size_t rest = 1;
    for (int i = first; i < t->ndim; i++)
        rest *= t->dim[i];
    return (first ? t->dim[0] : 1) == rows && rest == cols;
}

const float *tensor_f32(const struct tensor *t)
{
    bool plain = t->dtype == DTYPE_F32 && (uintptr_t)t->data % sizeof(float) == 0 && tensor_is_dense(t);
    return plain ? t->data : NULL;
}

const char *tensor_shape_text(const struct tensor *t, char *out, size_t size)
{
    size_t used = 0;
    for (int i = 0; i < t->ndim && used < size; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%zu", i ? ", " : "[", t->dim[i]);
    if (used < size)
        snprintf(out + used, size - used, "%s", t->ndim ? "]" : "[]");
    return out;
}

/* ---- conversion to float ------------------------------------------------- */

enum { BLOCK = 32 };

/* For each type: dense_X reads n elements one after the other, block by block through local arrays, which
 * every compiler turns into vectors; strided_X reads n elements that are `step` bytes apart. */
#define READER(type, c_type, expression)                                                                     \
    INLINE float convert_##type(c_type x)                                                                    \
    {                                                                                                        \
        return (expression);                                                                                 \
    }                                                                                                        \
                                                                                                             \
    static void strided_##type(const unsigned char *p, size_t step, size_t n, float *out)                    \
    {                                                                                                        \
        for (size_t i = 0; i < n; i++) {                                                                     \
            c_type x;                                                                                        \
            memcpy(&x, p + i * step, sizeof x);                                                              \
            out[i] = convert_##type(x);                                                                      \
        }                                                                                                    \
    }                                                                                                        \
                                                                                                             \
    static void dense_##type(const unsigned char *p, size_t n, float *out)                                   \
    {                                                                                                        \
        for (; n >= BLOCK; n -= BLOCK, p += BLOCK * sizeof(c_type), out += BLOCK) {                          \
            c_type x[BLOCK];                                                                                 \
            float y[BLOCK];                                                                                  \
            memcpy(x, p, sizeof x);                                                                          \
            for (int i = 0; i < BLOCK; i++)                                                                  \
                y[i] = convert_##type(x[i]);                                                                 \
            memcpy(out, y, sizeof y);                                                                        \
        }                                                                                                    \
        strided_##type(p, sizeof(c_type), n, out);                                                           \
    }

READER(F32, float, x)
READER(F16, uint16_t, f32_from_f16(x))
READER(BF16, uint16_t, f32_from_bf16(x))
READER(F64, double, (float)x)
READER(I64, int64_t, (float)x)
READER(I32, int32_t, (float)x)
READER(I16, int16_t, (float)x)
READER(I8, int8_t, (float)x)
READER(U64, uint64_t, (float)x)
READER(U32, uint32_t, (float)x)
READER(U16, uint16_t, (float)x)
READER(U8, uint8_t, (float)x)
READER(BOOL, uint8_t, (float)(x != 0))

static const struct reader {
    void (*dense)(const unsigned char *p, size_t n, float *out); /* NULL: no number */
    void (*strided)(const unsigned char *p, size_t step, size_t n, float *out);
} readers[DTYPES] = {
#define ROW(type) [DTYPE_##type] = {dense_##type, strided_##type}
    ROW(F32), ROW(F16), ROW(BF16), ROW(F64), ROW(I64), ROW(I32),  ROW(I16),
    ROW(I8),  ROW(U64), ROW(U32),  ROW(U16), ROW(U8),  ROW(BOOL),
#undef ROW
};

bool dtype_is_number(enum dtype d)
{
    return readers[d].dense != NULL;
}

/* Walks the rows (runs along the last axis) of a view whose strides are not row-major. */
static void read_rows(const struct tensor *t, size_t first, size_t n, float *out)
{
    size_t at[TENSOR_DIMS], bytes = (size_t)dtypes[t->dtype].bits / 8;
    int last = t->ndim - 1;
    for (int i = last; i >= 0; i--) {
        at[i] = first % t->dim[i];
        first /= t->dim[i];
    }
    while (n > 0) {
        size_t index = 0, run = t->dim[last] - at[last];
        for (int i = 0; i <= last; i++)
            index += at[i] * t->stride[i];
        if (run > n)
            run = n;
        readers[t->dtype].strided((const unsigned char *)t->data + index * bytes, t->stride[last] * bytes,
                                  run, out);
        out += run;
        n -= run;
        at[last] = 0;
        for (int i = last - 1; i >= 0 && ++at[i] == t->dim[i]; i--)
            at[i] = 0;
    }
}

void tensor_read_f32(const struct tensor *t, size_t first, size_t n, float *out)
{
    if (n == 0)
        return;
    assert(dtype_is_number(t->dtype) && first <= tensor_count(t) && n <= tensor_count(t) - first);
    const unsigned char *p = t->data;
    if (!tensor_is_dense(t))
        read_rows(t, first, n, out);
    else if (t->dtype == DTYPE_F32)
        memcpy(out, p + first * sizeof *out, n * sizeof *out);
    else
        readers[t->dtype].dense(p + first * (size_t)dtypes[t->dtype].bits / 8, n, out);
}
