/* Kernels: arithmetic on pointers and sizes.
 *
 * A kernel is one variant of an operation: operation x weight format x instruction set, one row of
 * kernels.def. The row gives its prototype, its place in dispatch, its conformance test, its benchmark and
 * its line on the kernels screen. Kernels do not allocate, lock, print, start threads or know what a BERT is;
 * they cannot fail.
 *
 * Common rules of every contract below:
 * - pointers to floats need only 4-byte alignment; `ld*` is the distance between rows in floats;
 * - outputs may not overlap inputs unless the contract says so;
 * - nothing outside the stated ranges is read or written (not even by a masked tail: tests end buffers at a
 *   protected page);
 * - sizes are positive unless the contract says otherwise;
 * - a NaN in a row of x (or q) reaches that row of the output and no other.
 *
 * u is the unit roundoff of float (2^-24) and gamma(k) = k u / (1 - k u); see Higham, Accuracy and Stability
 * of Numerical Algorithms, section 3.1.
 */
#ifndef KERNELS_KERNELS_H
#define KERNELS_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/cpu.h"

enum kernel_op {
#define KERNEL_OP(name, summary) KERNEL_OP_##name,
#include "kernels/ops.def"
#undef KERNEL_OP
    KERNEL_OPS
};

/* Format of the weights a kernel reads; KERNEL_F32 for operations without weights. */
enum kernel_format {
#define KERNEL_FORMAT(NAME, name, bytes, output_bytes) KERNEL_##NAME, KERNEL_FORMAT_##name = KERNEL_##NAME,
#include "kernels/formats.def"
#undef KERNEL_FORMAT
    KERNEL_FORMATS
};

/* Each is within the stated bound for every float, apart from what is lost in subnormal results (2^-149). NaN
 * gives NaN. Of -infinity both GELUs make 0 or NaN. */
enum activation {
    ACT_NONE,
    ACT_GELU, /* x/2 (1 + erf(x / sqrt 2)); Hendrycks, Gimpel 2016, arXiv 1606.08415, section 2; 4 u |x| */
    ACT_GELU_TANH, /* x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))); same paper; 6 u |x| */
    ACT_RELU,      /* exact */
    ACT_TANH,      /* 2 ulp */
    ACTIVATIONS
};

/* y[m,n] = act(x[m,k] w[n,k]^T + bias[n]).
 *
 * Weights are packed once, panel by panel: a panel holds `panel` consecutive outputs (rows of w) in the
 * layout that the variant likes best; the last one is filled up with zeros.
 *
 * bf16 and f16 are formats to store weights in: they are rounded to nearest even when packed (kernels/half.h; f16 makes
 * infinity of weights from 65520 on) and y is computed in floats from what they became, so what follows holds for
 * the rounded w.
 *
 * int8 rounds each output of w and each row of x to integers times a scale of its own (kernels/int8.h): with q
 * and p the integers, y = (sum q p) scale_w scale_x + bias; sum q p is exact, so all variants differ in the last roundings
 * only: gamma(4) (|sum q p| scale_w scale_x + |bias|). k is at most KERNEL_INT8_K. A row of x or w with infinity or NaN
 * makes NaN. The error against f32 is what the two roundings to integers lose; see tests/golden.
 *
 * Error of y before the activation: at most gamma(k + 1) (sum |x||w| + |bias|) but for int8, apart from what subnormal
 * products and sums lose (2^-149 each). The result of a row does not depend on m, nor that of a column on n.
 */
enum { KERNEL_INT8_K = INT32_MAX / (127 * 127) };

struct linear_kernel {
    int panel;     /* outputs in a panel */
    int row_block; /* m is best cut at multiples of this, but better not at all: threads that share panels out
                      (each with all rows) read the weights once and keep them in their own cache */
    /* Bytes of one panel for inner size k; a multiple of 64. */
    size_t (*panel_bytes)(int k);
    /* Packs `rows` (1..panel) rows of w[rows,k] into one panel; the rest of the panel becomes zeros. */
    void (*pack)(void *panel, const float *w, ptrdiff_t ldw, int rows, int k);
    /* Rows that want their inputs in another form, once for all panels, have both of these; the others neither.
     * prepare turns m rows of x into m rows of input_bytes(k) bytes (a multiple of 64) at `prepared` (64-byte
     * aligned), and run takes these for its x, with ldx = input_bytes(k) / sizeof(float). */
    size_t (*input_bytes)(int k);
    void (*prepare)(void *prepared, const float *x, ptrdiff_t ldx, int m, int k);
    /* `panels` points to the first panel of outputs 0..n-1, one after the other (64-byte aligned). bias may
     * be NULL. */
    void (*run)(float *y, ptrdiff_t ldy, const float *x, ptrdiff_t ldx, const void *panels, const float *bias,
                int m, int n, int k, enum activation act);
};

/* One attention head over one sequence (Vaswani et al. 2017, arXiv 1706.03762, equation 1):
 * out[m,d] = softmax(scale q[m,d] k[s,d]^T) v[s,d]. The m queries are any rows of the sequence, so that one
 * head can be shared out between threads. q, k and v have row stride ld, out has ldo. `scratch` is 64-byte
 * aligned and private to the call. No row is masked: sequences are packed without padding.
 *
 * A call packs all keys and values first: cut m into few large parts. The bound is derived in
 * tests/conform/check_attention.c. */
struct attention_kernel {
    size_t (*scratch_bytes)(int s, int d); /* a multiple of 64 */
    void (*run)(float *out, ptrdiff_t ldo, const float *q, const float *k, const float *v, ptrdiff_t ld,
                int m, int s, int d, float scale, void *scratch);
};

/* x[m,n] becomes softmax over each row, in place; row stride ld. The maximum is subtracted first, so finite
 * inputs never overflow. A row with a NaN or +infinity becomes all NaN; -infinity gets 0 if another value is
 * finite. exp is within 2 ulp; the bound of the whole is derived in tests/conform/check_softmax.c. */
typedef void softmax_fn(float *x, ptrdiff_t ld, int m, int n);

/* y[m,n] = (z - mean(z)) / sqrt(var(z) + eps) gamma[n] + beta[n] with z = x + residual (residual may be NULL)
 * over each row; Ba, Kiros, Hinton 2016, arXiv 1607.06450, equation 3. All three matrices are dense (stride
 * n). y may be x or residual. Two passes: the variance is of the centred values. The bound is derived in
 * tests/conform/check_layernorm.c. */
typedef void layernorm_fn(float *y, const float *x, const float *residual, const float *gamma,
                          const float *beta, float eps, int m, int n);

/* y[i] = act(x[i]), n values; y may be x. */
typedef void activate_fn(float *y, const float *x, size_t n, enum activation act);

/* y[m,n] = word[id[i],n] + position[pos[i],n] + type[tt[i],n]; type (and then tt) may be NULL. The tables are
 * dense; ids are in range (the caller checked). */
typedef void embed_fn(float *y, const float *word, const float *position, const float *type,
                      const int32_t *id, const int32_t *pos, const int32_t *tt, int m, int n);

/* Ceilings of the machine. peak: `rounds` rounds of independent multiply-adds in registers; returns the FLOPs
 * done (int8: a product of integers and its sum count as two). read: sums `bytes` (a multiple of 1024) once in order; the sum is returned so that no load can be
 * left out. */
typedef double peak_fn(long rounds);
typedef double read_fn(const float *p, size_t bytes);

struct kernel {
    const char *name; /* operation_format_isa, for example linear_f32_avx2 */
    const char *isa;  /* scalar, avx2, avx512, ... */
    enum kernel_op op;
    enum kernel_format format;
    uint32_t needs; /* CPU_* bits */
    union {
        const struct linear_kernel *linear;
        const struct attention_kernel *attention;
        softmax_fn *softmax;
        layernorm_fn *layernorm;
        activate_fn *activate;
        embed_fn *embed;
        peak_fn *peak;
        read_fn *read;
    } fn;
};

/* All rows that were built, slowest first within an operation. */
extern const struct kernel kernels[];
extern const int kernels_count;

/* The last row of this operation and format whose needs are covered by `bits`. There is always a scalar one
 * for KERNEL_F32; NULL where a format has no row at all. */
const struct kernel *kernel_pick(enum kernel_op op, enum kernel_format format, uint32_t bits);

const char *kernel_op_name(enum kernel_op op);
const char *kernel_op_summary(enum kernel_op op);
const char *kernel_format_name(enum kernel_format format);
/* The format of that name; false if there is none. */
bool kernel_format_parse(const char *name, enum kernel_format *out);
/* What the weights w[n,k] take in a format, without bias and padding. */
uint64_t kernel_format_bytes(enum kernel_format format, uint64_t n, uint64_t k);
const char *activation_name(enum activation act);

#endif
