/* Share of rows with the right class. Interval: Wilson 1927 (Probable inference, the law of succession, and statistical
 * inference, JASA 22), the score interval of a share. */
#include <math.h>

#include "analyzer/data/metric.h"

static const double z = 1.959963984540054; /* normal quantile 0.975 */

static double value(const struct sample *x)
{
    const struct scores *s = x->scores;
    double right = 0, all = 0;
    for (int i = 0; i < s->rows; i++) {
        all += x->times[i];
        right += s->want[i] == s->got[i] ? x->times[i] : 0;
    }
    return right / all;
}

static void interval(struct estimate *x, int rows)
{
    double n = rows, p = x->value, scale = 1 / (1 + z * z / n);
    double middle = scale * (p + z * z / (2 * n));
    double half = scale * z * sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    x->low = fmax(middle - half, 0);
    x->high = fmin(middle + half, 1);
}

const struct metric metric_accuracy = {"accuracy", "Accuracy", false, false, value, interval};
