/* A view of numbers somewhere in memory: type, shape, strides, pointer. It owns nothing. */
#ifndef ANALYZER_MODEL_TENSOR_H
#define ANALYZER_MODEL_TENSOR_H

#include <stdbool.h>
#include <stddef.h>

#include "analyzer/base/err.h"

#define TENSOR_DIMS 8

enum dtype {
#define DTYPE(name, bits, text) DTYPE_##name,
#include "analyzer/model/dtypes.def"
#undef DTYPE
    DTYPES
};

struct tensor {
    enum dtype dtype;
    int ndim;                 /* 0..TENSOR_DIMS; 0 = a scalar */
    size_t dim[TENSOR_DIMS];  /* may be 0 */
    size_t stride[TENSOR_DIMS]; /* in elements */
    const void *data;         /* borrowed; may be unaligned */
};

const char *dtype_name(enum dtype d);
/* Bits of one element; sub-byte types exist in files (F4: 4, F6_E2M3: 6). */
int dtype_bits(enum dtype d);
/* False if no type has this name in a safetensors header. */
bool dtype_from_name(const char *name, enum dtype *out);
/* True for the types that tensor_read_f32 can read. */
bool dtype_is_number(enum dtype d);

/* A dense row-major view. */
struct tensor tensor_dense(enum dtype d, int ndim, const size_t *dim, const void *data);

/* Product of the dimensions (1 for a scalar). Shapes of a checkpoint were checked against overflow. */
size_t tensor_count(const struct tensor *t);
/* Bytes of the elements, without gaps between them. */
size_t tensor_bytes(const struct tensor *t);
bool tensor_is_dense(const struct tensor *t);
/* True when the first axis has `rows` entries and the rest of the view is `cols` long; a vector is [1, cols]. */
bool tensor_is_matrix(const struct tensor *t, size_t rows, size_t cols);

/* Elements [first, first + n) in row-major order as floats: F64, F32, F16, BF16, integers and BOOL are converted
 * (F64 and wide integers are rounded to nearest, F16 and BF16 are exact, BOOL is 0 or 1). Strides and unaligned data
 * are handled. The type must be a number (dtype_is_number). */
void tensor_read_f32(const struct tensor *t, size_t first, size_t n, float *out);

/* The data itself, if it is dense F32 aligned to 4 bytes; else NULL and the caller reads a copy. */
const float *tensor_f32(const struct tensor *t);

/* "[768, 3072]" into `out`; returns out. */
const char *tensor_shape_text(const struct tensor *t, char *out, size_t size);

#endif
