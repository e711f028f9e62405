/* add: y += x, rounded once. */
#include <math.h>
#include <string.h>

#include "tests/conform/conform.h"

static void check_case(add_fn *f, int n, enum numbers kind, enum placement where, bool twice)
{
    at("n=%d numbers %d placement %d%s", n, kind, where, twice ? " to itself" : "");
    float *y = guard_floats((size_t)n, where), *x = twice ? y : guard_floats((size_t)n, where), before[256];
    fill(y, (size_t)n, kind);
    memcpy(before, y, (size_t)n * sizeof *y);
    if (!twice) {
        fill(x, (size_t)n, kind);
        x[n / 2] = n % 3 == 0 ? NAN : n % 3 == 1 ? INFINITY : -INFINITY;
        guard_seal(x);
    }
    f(y, x, (size_t)n);
    for (int i = 0; i < n; i++) {
        float want = before[i] + (twice ? before[i] : x[i]);
        if (isnan(want) ? !isnan(y[i]) : y[i] != want)
            fail("[%d] is %.9g, not %.9g", i, y[i], want);
    }
    guards_release();
}

void check_add(const struct kernel *k)
{
    static const int ns[] = {1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 70, 100, 255};
    for (size_t b = 0; b < sizeof ns / sizeof *ns; b++)
        for (int kind = 0; kind < NUMBERS; kind++)
            for (int where = 0; where < PLACEMENTS; where++) {
                check_case(k->fn.add, ns[b], (enum numbers)kind, (enum placement)where, false);
                check_case(k->fn.add, ns[b], (enum numbers)kind, (enum placement)where, true);
            }
}
