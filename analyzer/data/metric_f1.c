/* F1 = 2 tp / (2 tp + fp + fn): with two classes that of class 1, with more the mean over the classes that occur among what
 * was wanted or given. Not defined where none does. */
#include <math.h>
#include <string.h>

#include "analyzer/data/metric.h"

/* tp of class c in count[2 c], its 2 tp + fp + fn in count[2 c + 1]. */
static void count_classes(double *count, const struct sample *x)
{
    const struct scores *s = x->scores;
    memset(count, 0, 2 * (size_t)s->classes * sizeof *count);
    for (int i = 0; i < s->rows; i++) {
        count[2 * s->want[i]] += s->want[i] == s->got[i] ? x->times[i] : 0;
        count[2 * s->want[i] + 1] += x->times[i];
        count[2 * s->got[i] + 1] += x->times[i];
    }
}

static double value(const struct sample *x)
{
    int classes = x->scores->classes, occur = 0;
    double sum = 0;
    count_classes(x->room, x);
    for (int c = classes == 2 ? 1 : 0; c < classes; c++) {
        double all = x->room[2 * c + 1];
        sum += all > 0 ? 2 * x->room[2 * c] / all : 0;
        occur += all > 0;
    }
    return occur ? sum / occur : NAN;
}

const struct metric metric_f1 = {"f1", "F1", false, false, value, NULL};
