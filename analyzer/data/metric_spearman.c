/* Spearman's rank correlation: Pearson's of the ranks, where equal values share their mean rank. */
#include <stddef.h>

#include "analyzer/data/correlation.h"
#include "analyzer/data/metric.h"

/* rank [rows]; a row that counts twice holds two places. */
static void rank_rows(double *rank, const float *key, const int *order, const int *times, int rows)
{
    double before = 0;
    for (int i = 0, end; i < rows; i = end) {
        double equal = 0;
        for (end = i; end == i || (end < rows && key[order[end]] <= key[order[i]]); end++)
            equal += times[order[end]];
        for (int k = i; k < end; k++)
            rank[order[k]] = before + (equal + 1) / 2;
        before += equal;
    }
}

static double value(const struct sample *x)
{
    const struct scores *s = x->scores;
    double *target = x->room, *given = x->room + s->rows;
    rank_rows(target, s->target, x->by_target, x->times, s->rows);
    rank_rows(given, s->value, x->by_value, x->times, s->rows);
    return correlation(target, given, x->times, s->rows);
}

const struct metric metric_spearman = {"spearman", "Spearman correlation", true, true, value, NULL};
