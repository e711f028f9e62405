#include "analyzer/measure/ranks.h"

#include <stdlib.h>

#include "analyzer/data/correlation.h"

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

int rank_order(int *order, const double *value, int n, struct err *e)
{
    struct item *item = malloc((size_t)n * sizeof *item + 1);
    if (!item)
        return err_set(e, ERR_NOMEM, "no memory for an order of %d values", n);
    for (int i = 0; i < n; i++)
        item[i] = (struct item){value[i], i};
    qsort(item, (size_t)n, sizeof *item, ascending);
    for (int i = 0; i < n; i++)
        order[i] = item[i].number;
    free(item);
    return 0;
}

int rank_mean(double *rank, const double *value, int n, struct err *e)
{
    int *order = malloc((size_t)n * sizeof *order + 1);
    if (!order)
        return err_set(e, ERR_NOMEM, "no memory for an order of %d values", n);
    int code = rank_order(order, value, n, e);
    for (int i = 0; code == 0 && i < n; i++)
        rank[i] = value[i];
    if (code == 0)
        mean_ranks(rank, order, NULL, n);
    free(order);
    return code;
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
        *out = correlation(rank, rank + n, NULL, n);
    free(rank);
    return code;
}
