/* Conformance of kernels: what the checks of all operations share.
 *
 * A check runs one row through sizes around its tile, through every placement of its buffers in guarded
 * memory and through every kind of numbers, and compares with a reference in double within a bound that is
 * derived, in a comment beside it, from the bounds that kernels.h states. */
#ifndef TESTS_CONFORM_CONFORM_H
#define TESTS_CONFORM_CONFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/kernels.h"

/* One function per operation, in check_<op>.c. */
typedef void check_fn(const struct kernel *k);
#define KERNEL_OP(name, summary) check_fn check_##name;
#include "kernels/ops.def"
#undef KERNEL_OP

/* The walk visits every float (--every-float) and not only one of a few hundred. */
extern bool conform_every_float;

/* All random numbers follow from it; printed at the start. */
extern uint64_t conform_seed;

/* Says where the check is: shown with a failure or a crash. */
void at(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Marks the row as failed and goes on; the first few are printed. */
void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* fail() unless |value - exact| <= bound; NaN never passes. `row` and `column` say where. */
void expect_near(double value, double exact, double bound, int row, int column);

/* ---- guarded memory
 * ------------------------------------------------------------------------------------------- */

enum placement {
    ENDS_AT_GUARD,   /* the byte after the buffer is protected */
    STARTS_AT_GUARD, /* the byte before it is protected; page aligned */
    OFF_BY_FLOAT,    /* 4 bytes after such a place, so no vector is aligned */
    PLACEMENTS
};

/* Memory for `n` floats; all that surrounds it is protected or holds canaries, and it is itself full of
 * canaries (NaN), so what a kernel leaves out shows. ENDS_AT_GUARD keeps a 64-byte alignment when n is a
 * multiple of 16. */
float *guard_floats(size_t n, enum placement where);

/* From now on a write to the buffer is a crash. */
void guard_seal(const void *p);

/* Checks all canaries (fail()) and gives all guarded memory back. */
void guards_release(void);

/* True if these bytes are still canaries. */
bool is_canary(const float *p, size_t n);

/* A matrix of m rows with gaps between them that nobody may write. */
struct matrix {
    float *p;
    ptrdiff_t ld;
    int m, n;
};

/* gap = ld - n floats after each row but the last. */
struct matrix matrix_new(int m, int n, int gap, enum placement where);
void matrix_check_gaps(const struct matrix *a);

/* ---- numbers
 * -------------------------------------------------------------------------------------------------- */

enum numbers {
    NORMAL,
    ALL_EQUAL,
    ZEROS,
    SUBNORMAL,
    LARGE, /* about 1e17: sums of products stay finite */
    MIXED, /* magnitudes from 2^-20 to 2^20 */
    NUMBERS
};

void fill(float *p, size_t n, enum numbers kind);
void matrix_fill(struct matrix *a, enum numbers kind);
uint64_t random_u64(void);

/* u and gamma(k) of kernels.h; ETA bounds what one operation loses by a subnormal result. */
#define U   0x1p-24
#define ETA 0x1p-149
double error_gamma(double k);

/* act(x) in double, and what kernels.h allows float kernels to differ from it for a float x. */
double activation_exact(enum activation act, double x);
double activation_bound(enum activation act, double x);

#endif
