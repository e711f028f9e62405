/* Pearson's correlation of the wanted and the given value. */
#include <stddef.h>

#include "analyzer/data/correlation.h"
#include "analyzer/data/metric.h"

static double value(const struct sample *x)
{
    const struct scores *s = x->scores;
    double *target = x->room, *given = x->room + s->rows;
    for (int i = 0; i < s->rows; i++) {
        target[i] = (double)s->target[i];
        given[i] = (double)s->value[i];
    }
    return correlation(target, given, x->times, s->rows);
}

const struct metric metric_pearson = {"pearson", "Pearson correlation", true, false, value, NULL};
