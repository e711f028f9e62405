#include "analyzer/compress/ridge.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>


int ridge_init(struct ridge *out, size_t k, size_t n, struct err *e)
{
    *out = (struct ridge){k, n, calloc(k * k, sizeof(double)), calloc(k * n, sizeof(double))};
    return out->gram && out->right ? 0 : err_set(e, ERR_NOMEM, "no memory for %zu equations", k);
}

void ridge_free(struct ridge *r)
{
    free(r->gram);
    free(r->right);
    *r = (struct ridge){0};
}

static void add_row(struct ridge *r, const float *x, const float *residual, size_t rows, size_t i)
{
    double *gram = r->gram + i * r->k, *right = r->right + i * r->n;
    for (size_t row = 0; row < rows; row++) {
        const float *from = x + row * r->k, *add = residual + row * r->n;
        double factor = (double)from[i];
        for (size_t k = 0; k <= i; k++)
            gram[k] += factor * (double)from[k];
        for (size_t k = 0; k < r->n; k++)
            right[k] += factor * (double)add[k];
    }
}

void ridge_add(struct ridge *r, const float *x, const float *residual, size_t rows, int threads)
{
#pragma omp parallel for schedule(static, 8) num_threads(threads)
    for (size_t i = 0; i < r->k; i++)
        add_row(r, x, residual, rows, i);
}

static double dot(const double *x, const double *y, size_t n)
{
    enum { LANES = 8 };
    double sum[LANES] = {0}, all = 0;
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (size_t k = 0; k < LANES; k++)
            sum[k] += x[i + k] * y[i + k];
    for (; i < n; i++)
        all += x[i] * y[i];
    for (size_t k = 0; k < LANES; k++)
        all += sum[k];
    return all;
}

/* The lower half of a[n,n] becomes L with L L^T = a; false if it is not positive. */
static bool factorize(double *a, size_t n, int threads)
{
    for (size_t j = 0; j < n; j++) {
        double *row = a + j * n, square = row[j] - dot(row, row, j);
        if (!(square > 0) || !isfinite(square))
            return false;
        row[j] = sqrt(square);
#pragma omp parallel for schedule(static) num_threads(threads)
        for (size_t i = j + 1; i < n; i++)
            a[i * n + j] = (a[i * n + j] - dot(a + i * n, row, j)) / row[j];
    }
    return true;
}

/* Columns [from, to) of right. */
static void substitute(struct ridge *r, size_t from, size_t to)
{
    for (size_t i = 0; i < r->k; i++) {
        const double *l = r->gram + i * r->k;
        for (size_t j = 0; j < i; j++)
            for (size_t col = from; col < to; col++)
                r->right[i * r->n + col] -= l[j] * r->right[j * r->n + col];
        for (size_t col = from; col < to; col++)
            r->right[i * r->n + col] /= l[i];
    }
    for (size_t i = r->k; i-- > 0;) {
        const double *l = r->gram + i * r->k;
        for (size_t col = from; col < to; col++)
            r->right[i * r->n + col] /= l[i];
        for (size_t j = 0; j < i; j++)
            for (size_t col = from; col < to; col++)
                r->right[j * r->n + col] -= l[j] * r->right[i * r->n + col];
    }
}

int ridge_solve(struct ridge *r, double share, int threads, struct err *e)
{
    double mean = 0;
    for (size_t i = 0; i < r->k; i++)
        mean += r->gram[i * r->k + i] / (double)r->k;
    for (size_t i = 0; i < r->k; i++)
        r->gram[i * r->k + i] += share * mean;
    if (!factorize(r->gram, r->k, threads))
        return err_set(e, ERR_FORMAT, "the %zu equations have no solution; a larger ridge= helps unless numbers are not finite", r->k);
#pragma omp parallel for schedule(static) num_threads(threads)
    for (int part = 0; part < threads; part++)
        substitute(r, r->n * (size_t)part / (size_t)threads, r->n * (size_t)(part + 1) / (size_t)threads);
    return 0;
}
