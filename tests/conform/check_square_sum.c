/* square_sum: the sum of squares in doubles. */
#include <math.h>

#include "tests/conform/conform.h"

/* Squares of floats are exact in double (48 bits of 53), and never below its normal range; n additions round, each by
 * 2^-53 of a sum of positive terms. The reference is in long double, whose 64 bits count for nothing here. */
static void check_case(square_sum_fn *f, size_t n, enum numbers kind, enum placement where)
{
    at("n=%zu numbers %d placement %d", n, kind, where);
    float *x = guard_floats(n, where);
    long double exact = 0;
    fill(x, n, kind);
    guard_seal(x);
    for (size_t i = 0; i < n; i++)
        exact += (long double)x[i] * x[i];
    double sum = f(x, n), relative = (double)n * 0x1p-53 / (1 - (double)n * 0x1p-53);
    if (!(fabsl(sum - exact) <= relative * exact))
        fail("%.17g instead of %.17Lg", sum, exact);
    if (f(x, n) != sum)
        fail("another sum the second time");
    guards_release();
}

static void check_special(square_sum_fn *f)
{
    enum { N = 45 };
    for (int i = 0; i < N; i++) {
        at("a special value at %d of %d", i, (int)N);
        float *x = guard_floats(N, ENDS_AT_GUARD);
        fill(x, N, ZEROS);
        x[i] = 3e38f;
        if (f(x, N) != (double)x[i] * (double)x[i])
            fail("the square of %g is %g", x[i], f(x, N));
        x[i] = -INFINITY;
        if (!isinf(f(x, N)))
            fail("of -inf it is %g", f(x, N));
        x[i] = NAN;
        if (!isnan(f(x, N)))
            fail("of NaN it is %g", f(x, N));
        guards_release();
    }
}

void check_square_sum(const struct kernel *k)
{
    for (size_t n = 0; n <= 70; n++)
        for (int kind = 0; kind < NUMBERS; kind++)
            check_case(k->fn.square_sum, n, (enum numbers)kind, (n + (size_t)kind) % PLACEMENTS);
    check_case(k->fn.square_sum, 100003, NORMAL, OFF_BY_FLOAT);
    check_special(k->fn.square_sum);
}
