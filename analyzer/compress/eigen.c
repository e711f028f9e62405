#include "analyzer/compress/eigen.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { SWEEPS = 60 };

/* The symmetric matrix of which rows and columns below `l` are left: one reflection takes away all of row l but the element next to the diagonal.
 * Row l keeps the vector u / scale, column l u / h, of the reflection 1 - u u^T / h. */
static void reflect(double *a, double *d, double *e, size_t n, size_t l)
{
    double *u = a + l * n, scale = 0, h = 0, f = 0;
    for (size_t k = 0; k < l; k++)
        scale += fabs(u[k]);
    e[l] = l > 0 ? u[l - 1] : 0;
    d[l] = 0;
    if (l < 2 || scale == 0)
        return;
    for (size_t k = 0; k < l; k++) {
        u[k] /= scale;
        h += u[k] * u[k];
    }
    double g = u[l - 1] >= 0 ? -sqrt(h) : sqrt(h);
    e[l] = scale * g;
    h -= u[l - 1] * g;
    u[l - 1] -= g;
    memset(e, 0, l * sizeof *e); /* e = A u, by rows of the lower half */
    for (size_t j = 0; j < l; j++) {
        const double *row = a + j * n;
        double sum = row[j] * u[j];
        for (size_t k = 0; k < j; k++) {
            sum += row[k] * u[k];
            e[k] += row[k] * u[j];
        }
        e[j] += sum;
    }
    for (size_t j = 0; j < l; j++) {
        e[j] /= h;
        f += e[j] * u[j];
        a[j * n + l] = u[j] / h;
    }
    for (size_t j = 0; j < l; j++)
        e[j] -= f / (h + h) * u[j];
    for (size_t j = 0; j < l; j++)
        for (size_t k = 0; k <= j; k++)
            a[j * n + k] -= u[j] * e[k] + e[j] * u[k];
    d[l] = h;
}

/* The product of the reflections in place of their vectors; its rows are the basis, transposed below. */
static void gather(double *a, double *d, double *row, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double *u = a + i * n;
        if (d[i] != 0) {
            memset(row, 0, i * sizeof *row);
            for (size_t k = 0; k < i; k++)
                for (size_t j = 0; j < i; j++)
                    row[j] += u[k] * a[k * n + j];
            for (size_t k = 0; k < i; k++)
                for (size_t j = 0; j < i; j++)
                    a[k * n + j] -= row[j] * a[k * n + i];
        }
        d[i] = u[i];
        u[i] = 1;
        for (size_t k = 0; k < i; k++)
            u[k] = a[k * n + i] = 0;
    }
}

static void transpose(double *a, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < i; k++) {
            double x = a[i * n + k];
            a[i * n + k] = a[k * n + i];
            a[k * n + i] = x;
        }
}

static void rotate(double *x, double *y, size_t n, double c, double s)
{
    for (size_t k = 0; k < n; k++) {
        double f = y[k];
        y[k] = s * x[k] + c * f;
        x[k] = c * x[k] - s * f;
    }
}

/* One implicit QL step on [l, m] of the tridiagonal matrix with diagonal d and e beside it; a has the basis in its rows. */
static void ql_step(double *a, double *d, double *e, size_t n, size_t l, size_t m)
{
    double g = (d[l + 1] - d[l]) / (2 * e[l]), r = hypot(g, 1), s = 1, c = 1, p = 0;
    g = d[m] - d[l] + e[l] / (g + copysign(r, g));
    for (size_t i = m; i-- > l;) {
        double f = s * e[i], b = c * e[i];
        e[i + 1] = r = hypot(f, g);
        if (r == 0) {
            d[i + 1] -= p;
            e[m] = 0;
            return;
        }
        s = f / r;
        c = g / r;
        g = d[i + 1] - p;
        r = (d[i] - g) * s + 2 * c * b;
        p = s * r;
        d[i + 1] = g + p;
        g = c * r - b;
        rotate(a + i * n, a + (i + 1) * n, n, c, s);
    }
    d[l] -= p;
    e[l] = g;
    e[m] = 0;
}

static bool ql(double *a, double *d, double *e, size_t n)
{
    for (size_t l = 0; l < n; l++)
        for (int sweep = 0;; sweep++) {
            size_t m = l;
            while (m + 1 < n && fabs(e[m]) > 1e-16 * (fabs(d[m]) + fabs(d[m + 1])))
                m++;
            if (m == l)
                break;
            if (sweep == SWEEPS)
                return false;
            ql_step(a, d, e, n, l, m);
        }
    return true;
}

/* Falling eigenvalues, by selection. */
static void sort(double *a, double *d, size_t n)
{
    for (size_t i = 0; i + 1 < n; i++) {
        size_t best = i;
        for (size_t k = i + 1; k < n; k++)
            best = d[k] > d[best] ? k : best;
        double x = d[i];
        d[i] = d[best];
        d[best] = x;
        for (size_t k = 0; best != i && k < n; k++) {
            x = a[i * n + k];
            a[i * n + k] = a[best * n + k];
            a[best * n + k] = x;
        }
    }
}

int eigen_symmetric(double *a, double *value, size_t n, struct err *e)
{
    double *beside = calloc(2 * n + 1, sizeof *beside);
    bool finite = true;
    if (!beside)
        return err_set(e, ERR_NOMEM, "no memory for %zu numbers", 2 * n);
    for (size_t i = 0; i < n * n; i++)
        finite &= isfinite(a[i]) != 0;
    for (size_t l = n; finite && l-- > 0;)
        reflect(a, value, beside, n, l);
    if (finite) {
        gather(a, value, beside + n, n);
        transpose(a, n);
        memmove(beside, beside + 1, (n - 1) * sizeof *beside);
        beside[n - 1] = 0;
        finite = ql(a, value, beside, n);
    }
    if (finite)
        sort(a, value, n);
    free(beside);
    return finite ? 0 : err_set(e, ERR_FORMAT, "a matrix of %zu numbers has no singular values: some of it is not finite", n * n);
}

/* The lower half of w w^T of w[n,k]. */
static void gram_rows(double *g, const float *w, size_t n, size_t k)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++) {
            double sum = 0;
            for (size_t at = 0; at < k; at++)
                sum += (double)w[i * k + at] * (double)w[j * k + at];
            g[i * n + j] = sum;
        }
}

/* The lower half of w^T w of w[n,k], added to g [k,k]. */
static void gram_columns(double *g, const float *w, size_t n, size_t k)
{
    for (size_t row = 0; row < n; row++, w += k)
        for (size_t i = 0; i < k; i++)
            for (size_t j = 0; j <= i; j++)
                g[i * k + j] += (double)w[i] * (double)w[j];
}

/* v = the basis, u = w v^T */
static void project_rows(float *u, float *v, const float *w, const double *basis, size_t n, size_t k, size_t rank)
{
    for (size_t i = 0; i < rank * k; i++)
        v[i] = (float)basis[i];
    for (size_t row = 0; row < n; row++)
        for (size_t i = 0; i < rank; i++) {
            double sum = 0;
            for (size_t col = 0; col < k; col++)
                sum += (double)w[row * k + col] * basis[i * k + col];
            u[row * rank + i] = (float)sum;
        }
}

/* u = the basis, transposed, v = basis w */
static void project_columns(float *u, float *v, const float *w, const double *basis, double *sum, size_t n, size_t k, size_t rank)
{
    for (size_t i = 0; i < rank; i++) {
        memset(sum, 0, k * sizeof *sum);
        for (size_t row = 0; row < n; row++) {
            u[row * rank + i] = (float)basis[i * n + row];
            for (size_t col = 0; col < k; col++)
                sum[col] += basis[i * n + row] * (double)w[row * k + col];
        }
        for (size_t col = 0; col < k; col++)
            v[i * k + col] = (float)sum[col];
    }
}

int low_rank(float *u, float *v, const float *w, size_t n, size_t k, size_t rank, struct err *e)
{
    size_t side = n < k ? n : k;
    double *basis = calloc(side * side + side + k, sizeof *basis);
    if (!basis)
        return err_set(e, ERR_NOMEM, "no memory for %zu numbers", side * side);
    double *value = basis + side * side;
    if (n < k)
        gram_rows(basis, w, n, k);
    else
        gram_columns(basis, w, n, k);
    int code = eigen_symmetric(basis, value, side, e);
    if (code == 0 && n < k)
        project_columns(u, v, w, basis, value + side, n, k, rank);
    else if (code == 0)
        project_rows(u, v, w, basis, n, k, rank);
    free(basis);
    return code;
}
