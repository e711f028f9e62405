/* dot_rows: y[j] = sum_i a[i,j] b[i,j]. */
#include <math.h>

#include "tests/conform/conform.h"

static void check_case(dot_rows_fn *f, int m, int n, enum numbers kind, enum placement where)
{
    at("m=%d n=%d numbers %d placement %d", m, n, kind, where);
    struct matrix a = matrix_new(m, n, 3, where), b = matrix_new(m, n, 3, where);
    float *y = guard_floats((size_t)n, where);
    matrix_fill(&a, kind);
    matrix_fill(&b, kind);
    guard_seal(a.p);
    guard_seal(b.p);
    f(y, a.p, b.p, a.ld, m, n);
    for (int j = 0; j < n; j++) {
        double exact = 0, size = 0;
        for (int i = 0; i < m; i++) {
            double product = (double)a.p[i * a.ld + j] * b.p[i * b.ld + j];
            exact += product;
            size += fabs(product);
        }
        expect_near(y[j], exact, error_gamma(m) * size + m * ETA, 0, j);
    }
    guards_release();
}

static void check_nan(dot_rows_fn *f)
{
    enum { M = 9, N = 70 };
    for (int j = 0; j < N; j++) {
        float a[M * N], b[M * N], y[N];
        at("NaN in column %d", j);
        fill(a, M * N, NORMAL);
        fill(b, M * N, NORMAL);
        (j % 2 ? a : b)[j % M * N + j] = NAN;
        f(y, a, b, N, M, N);
        for (int i = 0; i < N; i++)
            if (isnan(y[i]) != (i == j))
                fail("[%d] is %g", i, y[i]);
    }
}

void check_dot_rows(const struct kernel *k)
{
    static const int ns[] = {1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 47, 48, 49, 63, 64, 65, 100, 312};
    unsigned turn = 0;
    for (int m = 1; m <= 70; m++)
        for (size_t b = 0; b < sizeof ns / sizeof *ns; b++, turn++)
            check_case(k->fn.dot_rows, m, ns[b], turn % NUMBERS, turn % 7 % PLACEMENTS);
    check_nan(k->fn.dot_rows);
}
