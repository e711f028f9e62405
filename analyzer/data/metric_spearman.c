/* Spearman's rank correlation: Pearson's of the ranks, where equal values share their mean rank. */
#include <stddef.h>

#include "analyzer/data/correlation.h"
#include "analyzer/data/metric.h"

static void rank_rows(double *rank, const float *key, const int *order, const struct sample *x)
{
    for (int i = 0; i < x->scores->rows; i++)
        rank[i] = (double)key[i];
    mean_ranks(rank, order, x->times, x->scores->rows);
}

static double value(const struct sample *x)
{
    const struct scores *s = x->scores;
    double *target = x->room, *given = x->room + s->rows;
    rank_rows(target, s->target, x->by_target, x);
    rank_rows(given, s->value, x->by_value, x);
    return correlation(target, given, x->times, s->rows);
}

const struct metric metric_spearman = {"spearman", "Spearman correlation", true, true, value, NULL};
