/* Correlation of the wanted and the given class (Matthews 1975; for more than two classes R_K: Gorodkin 2004, Comparing two
 * K-category assignments by a K-category correlation coefficient, equation 8). 0 where either is constant, its limit (Jurman
 * et al. 2012, arXiv 1008.2908). */
#include <math.h>
#include <string.h>

#include "analyzer/data/metric.h"

static double value(const struct sample *x)
{
    const struct scores *s = x->scores;
    double *want = x->room, *got = x->room + s->classes;
    double right = 0, all = 0, both = 0, wants = 0, gots = 0;
    memset(x->room, 0, 2 * (size_t)s->classes * sizeof *x->room);
    for (int i = 0; i < s->rows; i++) {
        want[s->want[i]] += x->times[i];
        got[s->got[i]] += x->times[i];
        right += s->want[i] == s->got[i] ? x->times[i] : 0;
        all += x->times[i];
    }
    for (int c = 0; c < s->classes; c++) {
        both += want[c] * got[c];
        wants += want[c] * want[c];
        gots += got[c] * got[c];
    }
    double spread = (all * all - wants) * (all * all - gots);
    return spread > 0 ? (right * all - both) / sqrt(spread) : 0;
}

const struct metric metric_mcc = {"mcc", "Matthews correlation", false, false, value, NULL};
