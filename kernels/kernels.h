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
 * - a NaN in a row of x (or q, or dy) reaches that row of the output and no other; what is summed over rows gets it too.
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
#define KERNEL_FORMAT(NAME, name, factors, bits, group, group_bits, table_bits) KERNEL_##NAME, KERNEL_FORMAT_##name = KERNEL_##NAME,
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
 * f16 is a format to store weights in: they are rounded to nearest even when packed (kernels/half.h; infinity from 65520
 * on) and y is computed in floats from what they became, so what follows holds for the rounded w. A significand has 11
 * bits, so w is off by at most 2^-11 of itself, and 2^-25 below 2^-14.
 *
 * bf16 is a format to multiply in: w and x are both rounded to nearest even (bf16_factor_from_f32 of kernels/half.h:
 * everything below 2^-126 is zero), whatever the instruction set, so that all variants multiply the same numbers. A
 * product of two has 16 bits and is exact in a float; sums are of floats and may become zero below 2^-126 (vdpbf16ps does
 * that, and rounds each of its two sums to nearest even; tdpbf16ps too, in the order that kernels/amx.h states). So what follows holds for the rounded w and x, with 2^-126 in
 * the place of 2^-149. A significand has 8 bits, so against f32 w and x are each off by at most 2^-8 of themselves:
 * (2^-7 + 2^-16) sum |x||w| more.
 *
 * int8 rounds each output of w and each row of x to integers times a scale of its own (kernels/int8.h): with q
 * and p the integers, y = (sum q p) scale_w scale_x + bias; sum q p is exact, so all variants differ in the last roundings
 * only: gamma(4) (|sum q p| scale_w scale_x + |bias|). k is at most KERNEL_INT8_K. A row of x or w with infinity or NaN
 * makes NaN. The error against f32 is what the two roundings to integers lose; see tests/golden. With a range that was fixed
 * beforehand all rows of x have the same scale: what is beyond saturates, infinity too; NaN stays NaN.
 *
 * ternary makes -a, 0 and a of each output of w (kernels/ternary.h) and rounds x as int8 does; with q = -1, 0, 1 and a for
 * scale_w what is said of int8 holds.
 *
 * int4 and kmeans are formats to store weights in, like f16: y is computed in floats from what they became. int4: 32 neighbours
 * of an output are integers times a scale (kernels/int4.h); infinity or NaN makes all that shares its scale NaN. kmeans: w has
 * at most 256 different numbers, and they stay what they are (kernels/kmeans.h); that is a precondition of pack.
 *
 * sparse is f32 whose zeros are left out (kernels/sparse.h): infinity and NaN of x reach those outputs only that have a weight
 * there. With finite x, y has the bits of the f32 row for the same vectors, except that a zero may have another sign.
 *
 * Error of y before the activation: at most gamma(k + 1) (sum |x||w| + |bias|) but for int8 and ternary, apart from what subnormal
 * products and sums lose (2^-149 each). The result of a row does not depend on m, nor that of a column on n.
 */
enum { KERNEL_INT8_K = INT32_MAX / (127 * 127) };

struct linear_kernel {
    int panel;     /* outputs in a panel */
    int row_block; /* m is best cut at multiples of this, but better not at all: threads that share panels out
                      (each with all rows) read the weights once and keep them in their own cache */
    /* Bytes of one panel for inner size k; a multiple of 64. */
    size_t (*panel_bytes)(int k);
    /* Where panels are the smaller the more zeros they hold (kernel_format_skips), those of these rows of w, a multiple of 64; they
     * follow each other without gaps, and panel_bytes is the most. NULL elsewhere. */
    size_t (*panel_bytes_of)(const float *w, ptrdiff_t ldw, int rows, int k);
    /* Packs `rows` (1..panel) rows of w[rows,k] into one panel; the rest of the panel becomes zeros. */
    void (*pack)(void *panel, const float *w, ptrdiff_t ldw, int rows, int k);
    /* The same panel, bit by bit, from the transpose wt[k,rows] (row stride ldw). All products of the backward pass are
     * linears of it: dx = dy w is one whose weights are w^T, so wt = w; dw[n,k] = dy^T x is one of n rows dy^T (from
     * transpose) whose weights are x^T, so wt = x. NULL where weights share something (kernel_format_shares), and with
     * panel_bytes_of. */
    void (*pack_transposed)(void *panel, const float *wt, ptrdiff_t ldw, int rows, int k);
    /* Rows that want their inputs in another form, once for all panels, have both of these; the others neither.
     * prepare turns m rows of x into m rows of input_bytes(k) bytes (a multiple of 64) at `prepared` (64-byte
     * aligned), and run takes these for its x, with ldx = input_bytes(k) / sizeof(float). A range > 0 is the largest |x|
     * that the integers of every row reach (kernels/int8.h); with 0 each row has a scale of its own. Rows that do not
     * round x to integers do not look at it. */
    size_t (*input_bytes)(int k);
    void (*prepare)(void *prepared, const float *x, ptrdiff_t ldx, int m, int k, float range);
    /* `panels` points to the first panel of outputs 0..n-1, one after the other (64-byte aligned). bias may
     * be NULL. */
    void (*run)(float *y, ptrdiff_t ldy, const float *x, ptrdiff_t ldx, const void *panels, const float *bias,
                int m, int n, int k, enum activation act);
};

/* What dropout does to the weights P [m,s] of a head while training (Srivastava et al. 2014; Devlin et al. 2018 drop 0.1 of
 * them): P_ij becomes P_ij M_ij, where M_ij is 0 if number (query + i) s + j, modulo 2^32, is dropped for this seed
 * (kernels/dropout.h), else 1 / (1 - p). So the queries of a head may be shared out, and backward drops the same. */
struct attention_dropout {
    float p;       /* 0 <= p < 1 */
    uint64_t seed; /* of the head and its sequence */
    int query;     /* number in the sequence of the first of the m queries */
};

/* One attention head over one sequence (Vaswani et al. 2017, arXiv 1706.03762, equation 1):
 * out[m,d] = softmax(scale q[m,d] k[s,d]^T) v[s,d]. The m queries are any rows of the sequence, so that one
 * head can be shared out between threads. q, k and v have row stride ld, out has ldo. `scratch` is 64-byte
 * aligned and private to the call. No row is masked: sequences are packed without padding.
 *
 * With `drop` out = (P M) v with the weights P that softmax gave; NULL = nothing is dropped, and costs nothing.
 *
 * bf16 means what it means for linear: whatever is multiplied was rounded (bf16_factor_from_f32), sums and softmax are floats. That
 * is scale q (a float product before), k, v and e = exp(score - largest score), with out = (sum of rounded e times v) / (sum of e as
 * it was). So variants differ in the order of sums, and where the last bit of an e decides a tie by a step of 2^-8 of it.
 *
 * A call packs all keys and values first: cut m into few large parts. The bound is derived in
 * tests/conform/check_attention.c. */
struct attention_kernel {
    size_t (*scratch_bytes)(int s, int d); /* a multiple of 64 */
    void (*run)(float *out, ptrdiff_t ldo, const float *q, const float *k, const float *v, ptrdiff_t ld,
                int m, int s, int d, float scale, const struct attention_dropout *drop, void *scratch);
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

/* ---- gradients -------------------------------------------------------------------------------------------------
 *
 * dx is the gradient of the loss with respect to x, of x's shape. */

/* y[n,m] = x[m,n]^T, exactly; row strides ldy and ldx. */
typedef void transpose_fn(float *y, ptrdiff_t ldy, const float *x, ptrdiff_t ldx, int m, int n);

/* dx[i] = dy[i] act'(x[i]), n values; x is the input of the activation. dx may be dy or x. With Phi the normal
 * distribution and phi its density, s = 1 / (1 + e^-2z) and z the argument of the tanh above:
 *   ACT_NONE       1 (x is not read)
 *   ACT_GELU       Phi(x) + x phi(x), from x Phi(x); Phi' = phi
 *   ACT_GELU_TANH  s + 2 x s (1 - s) z', from x s; s' = 2 s (1 - s) z', z' = sqrt(2/pi) (1 + 3 0.044715 x^2)
 *   ACT_RELU       1 above 0, 0 at 0 and below
 *   ACT_TANH       1 - tanh(x)^2
 * Off by at most 8 u (GELU), 14 u (GELU by tanh), 10 u (tanh) times |dy|, and 2^-149; the others are exact. At x = +-infinity
 * act' is its limit; NaN gives NaN. */
typedef void activate_grad_fn(float *dx, const float *x, const float *dy, size_t n, enum activation act);

/* The gradients of layernorm. With c = z - mean(z), r = 1 / sqrt(var(z) + eps), h = c r (so y = h gamma + beta) and
 * g = dy gamma, over each row of n:
 *   dz = r (g - mean(g) - h mean(g h));  dgamma += sum over rows of dy h;  dbeta += sum over rows of dy
 * as dmean/dz_j = 1 / n and dr/dz_j = -r^2 h_j / n. dz is the gradient of x and of residual alike; residual may be NULL.
 * dz may be dy. dgamma and dbeta [n] are added to; both may be NULL. All matrices are dense. The bound is derived in
 * tests/conform/check_layernorm_grad.c. */
typedef void layernorm_grad_fn(float *dz, float *dgamma, float *dbeta, const float *dy, const float *x,
                               const float *residual, const float *gamma, float eps, int m, int n);

/* The gradients of one attention head over one sequence of s tokens, of which m are queries: out = P v with
 * P = softmax(scale q k^T) [m,s]. From dout, row i:
 *   dv = P^T dout;  dP = dout v^T;  dS_ij = P_ij (dP_ij - D_i), D_i = sum_j P_ij dP_ij = sum(out_i dout_i);
 *   dq = scale dS k;  dk = scale dS^T q
 * (Dao et al. 2022, arXiv 2205.14135, appendix B.2; dS is the Jacobian of softmax, P_ij (delta_jl - P_il), times dP). P is
 * computed again. k and v have s rows, q, out and dout m >= 1. q, k, v have row stride ld; dq, dk, dv, which are written,
 * ldd; out and dout ldo. `scratch` is 64-byte aligned and private to the call.
 *
 * With `drop`, the one of the forward pass, out = (P M) v, so dv = (P M)^T dout and dP = (dout v^T) M elementwise; all else
 * is as above, D_i = sum_j P_ij dP_ij = sum(out_i dout_i) too.
 *
 * Returns sum(out dout) = sum of D_i: the gradient of a gate g = 1 on the head, out' = g out, whose absolute value is the
 * importance that this sequence gives the head (Michel et al. 2019, arXiv 1905.10650, section 4.1). The bound is derived
 * in tests/conform/check_attention_grad.c. */
struct attention_grad_kernel {
    size_t (*scratch_bytes)(int s, int d); /* a multiple of 64 */
    float (*run)(float *dq, float *dk, float *dv, ptrdiff_t ldd, const float *q, const float *k, const float *v,
                 ptrdiff_t ld, const float *out, const float *dout, ptrdiff_t ldo, int m, int s, int d, float scale,
                 const struct attention_dropout *drop, void *scratch);
};

/* The gradients of embed's tables: row i of dy is added to dword[id[i]], dposition[pos[i]] and dtype[tt[i]]; dtype (and
 * then tt) may be NULL. `cols` columns are done, and all pointers are already at the first of them: threads share columns
 * out, so nothing is added to by two, and every element is summed in the order of rows. Tables and dy have row stride ld.
 * Each sum is off by at most gamma(its terms) times the sum of magnitudes. */
typedef void embed_grad_fn(float *dword, float *dposition, float *dtype, ptrdiff_t ld, const float *dy,
                           const int32_t *id, const int32_t *pos, const int32_t *tt, int m, int cols);

/* y[n] = the sum of the rows of x[m,n], row stride ld: the gradient of a bias. gamma(m - 1) times the sum of magnitudes. */
typedef void sum_rows_fn(float *y, const float *x, ptrdiff_t ld, int m, int n);

/* y[j] = sum over i of a[i,j] b[i,j], both [m,n] with row stride ld: with a the output of neurons over the tokens of a
 * sequence and b its gradient, y is the gradient of a gate on each neuron, as for heads. gamma(m) times the sum of
 * magnitudes, and 2^-149 for each product. */
typedef void dot_rows_fn(float *y, const float *a, const float *b, ptrdiff_t ld, int m, int n);

/* y += x, n values. y may be x. */
typedef void add_fn(float *y, const float *x, size_t n);

/* The sum of x[i]^2 over n values (which may be 0), in doubles, for norms of gradients: within gamma of 2^-53 for n
 * additions; the squares are exact. */
typedef double square_sum_fn(const float *x, size_t n);

/* y[i] = x[i] (1 / (1 - p)) where (seed, first + i) is kept, else 0; n values, 0 <= p < 1. y may be x. Srivastava et al. 2014,
 * JMLR 15, section 10 (scaled while training). Which are kept is a hash of (seed, first + i) (kernels/dropout.h), so parts
 * may be done in any order, and backward is the same call on dy. All variants give the same bits. */
typedef void dropout_fn(float *y, const float *x, size_t n, float p, uint64_t seed, uint64_t first);

/* AdamW (Loshchilov, Hutter 2019, arXiv 1711.05101, algorithm 2, with eta alpha = lr and lambda = alpha decay, so that decay is
 * per unit of lr), step t, n values; each of w, m, v is read and written, and they do not overlap:
 *   g' = scale g;  m = beta1 m + (1 - beta1) g';  v = beta2 v + (1 - beta2) g'^2
 *   w -= lr (m / correction1 / (sqrt(v / correction2) + eps) + decay w)
 * v is 0 or more. The bound is derived in tests/conform/check_adamw.c. */
struct adamw {
    float lr, beta1, beta2, eps, decay;
    float correction1, correction2; /* 1 - beta1^t, 1 - beta2^t; t counts from 1 */
    float scale;                    /* of the gradient: 1, or less where its norm is clipped */
};
typedef void adamw_fn(float *w, float *m, float *v, const float *g, size_t n, const struct adamw *h);

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
        transpose_fn *transpose;
        activate_grad_fn *activate_grad;
        layernorm_grad_fn *layernorm_grad;
        const struct attention_grad_kernel *attention_grad;
        embed_grad_fn *embed_grad;
        sum_rows_fn *sum_rows;
        dot_rows_fn *dot_rows;
        add_fn *add;
        square_sum_fn *square_sum;
        dropout_fn *dropout;
        adamw_fn *adamw;
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

/* What is multiplied with the weights: F32, or what inputs are rounded to. */
enum kernel_format kernel_format_factors(enum kernel_format format);

/* Whether weights share a scale or a table, so that none is rounded alone. */
bool kernel_format_shares(enum kernel_format format);

/* Whether any weights can be rounded to it; false for kmeans, which takes few different ones and leaves them. */
bool kernel_format_rounds(enum kernel_format format);

/* Whether any weights stay what they are: f32 and sparse. */
bool kernel_format_exact(enum kernel_format format);

/* Whether zeros are left out: sparse. That is worth it from KERNEL_SPARSE_ZEROS on: with this share of zeros and at least 32 rows of x
 * every sparse row was faster than the f32 row of its instruction set (kernels/README.md; bertscope kernels --bench measures where
 * the two meet). One number for all processors, so that a recipe makes the same model everywhere. */
#define KERNEL_SPARSE_ZEROS 0.75
bool kernel_format_skips(enum kernel_format format);

/* y[n,k] = what linear rows of a format multiply instead of w[n,k], as floats; dense, y may be w. A projection: rounding y
 * again leaves it, bit by bit, and w and y make the same panels. So dense floats and the name of a format are a model in that
 * format. Numbers that share a scale must stay together: after some of them were removed or made zero, round again. */
void kernel_format_round(enum kernel_format format, float *y, const float *w, int n, int k);
const char *activation_name(enum activation act);

#endif
