/* transpose: y = x^T, exactly. */
#include <string.h>

#include "tests/conform/conform.h"

static void check_case(transpose_fn *f, int m, int n, enum numbers kind, enum placement where)
{
    at("m=%d n=%d numbers %d placement %d", m, n, kind, where);
    struct matrix x = matrix_new(m, n, 3, where), y = matrix_new(n, m, 5, where);
    matrix_fill(&x, kind);
    guard_seal(x.p);
    f(y.p, y.ld, x.p, x.ld, m, n);
    for (int r = 0; r < m; r++)
        for (int c = 0; c < n; c++)
            if (memcmp(&y.p[c * y.ld + r], &x.p[r * x.ld + c], sizeof(float)) != 0)
                fail("[%d,%d] is %g, not %g", c, r, y.p[c * y.ld + r], x.p[r * x.ld + c]);
    matrix_check_gaps(&y);
    guards_release();
}

void check_transpose(const struct kernel *k)
{
    static const int sizes[] = {1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 70, 131};
    enum { SIZES = sizeof sizes / sizeof *sizes };
    unsigned turn = 0;
    for (int a = 0; a < SIZES; a++)
        for (int b = 0; b < SIZES; b++, turn++)
            check_case(k->fn.transpose, sizes[a], sizes[b], turn % NUMBERS, turn % 7 % PLACEMENTS);
}
