#include "analyzer/measure/ranks.h"

#include <math.h>
#include <stdlib.h>

struct item {
    double value;
    int number;
};

static int ascending(const void *a, const void *b)
{
    const struct item *x = a, *y = b;
    if (x->value != y->value)
        return x->value < y->value ? -1 : 1;
    return (x->number > y->number) - (x->number < y->number);
}

/* The caller frees it; NULL without memory. */
static struct item *sorted(const double *value, int n, struct err *e)
{
    struct item *item = malloc((size_t)n * sizeof *item + 1);
    if (!item) {
        err_set(e, ERR_NOMEM, "no memory for an order of %d values", n);
        return NULL;
    }
    for (int i = 0; i < n; i++)
        item[i] = (struct item){value[i], i};
    qsort(item, (size_t)n, sizeof *item, ascending);
    return item;
}

int rank_order(int *order, const double *value, int n, struct err *e)
{
    struct item *item = sorted(value, n, e);
    if (!item)
        return ERR_NOMEM;
    for (int i = 0; i < n; i++)
        order[i] = item[i].number;
    free(item);
    return 0;
}

int rank_mean(double *rank, const double *value, int n, struct err *e)
{
    struct item *item = sorted(value, n, e);
    if (!item)
        return ERR_NOMEM;
    for (int first = 0, end; first < n; first = end) {
        for (end = first + 1; end < n && item[end].value == item[first].value;)
            end++;
        for (int i = first; i < end; i++)
            rank[item[i].number] = (first + 1 + end) / 2.0;
    }
    free(item);
    return 0;
}

/* Pearson's correlation of two lists of ranks: their mean is (n + 1) / 2. */
static double correlation(const double *x, const double *y, int n)
{
    double mean = (n + 1) / 2.0, xy = 0, xx = 0, yy = 0;
    for (int i = 0; i < n; i++) {
        xy += (x[i] - mean) * (y[i] - mean);
        xx += (x[i] - mean) * (x[i] - mean);
        yy += (y[i] - mean) * (y[i] - mean);
    }
    return xx > 0 && yy > 0 ? xy / sqrt(xx * yy) : (double)NAN;
}

int rank_agreement(double *out, const double *x, const double *y, int n, struct err *e)
{
    double *rank = malloc(2 * (size_t)n * sizeof *rank + 1);
    if (!rank)
        return err_set(e, ERR_NOMEM, "no memory for the ranks of %d values", n);
    int code = rank_mean(rank, x, n, e);
    if (code == 0)
        code = rank_mean(rank + n, y, n, e);
    if (code == 0)
        *out = correlation(rank, rank + n, n);
    free(rank);
    return code;
}
