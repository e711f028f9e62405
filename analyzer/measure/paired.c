#include "analyzer/measure/paired.h"

#include <math.h>

static const double z = 1.959963984540054; /* normal quantile 0.975 */

enum { BISECTIONS = 60 };

struct discordant discordant_count(const struct scores *first, const struct scores *second)
{
    struct discordant d = {.rows = first->rows};
    for (int i = 0; i < first->rows; i++) {
        bool a = first->got[i] == first->want[i], b = second->got[i] == second->want[i];
        d.first += a && !b;
        d.second += b && !a;
    }
    return d;
}

double discordant_p(const struct discordant *d)
{
    int n = d->first + d->second, less = d->first < d->second ? d->first : d->second;
    double tail = 0;
    for (int k = 0; k <= less; k++)
        tail += exp(lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma(n - k + 1.0) - n * log(2.0));
    return fmin(1, 2 * tail);
}

/* Tango's statistic for a true difference x, in -1 .. 1: equations (9) and (10), with the probability of "right in the first
 * alone" at its most likely value under that difference. Falls from positive to negative as x rises. */
static double score(const struct discordant *d, double x)
{
    double n = d->rows, b = d->second, c = d->first;
    double quadratic = 2 * n, linear = (2 * n - b + c) * x - b - c, constant = -c * x * (1 - x);
    double q = (sqrt(fmax(0, linear * linear - 4 * quadratic * constant)) - linear) / (2 * quadratic);
    double variance = n * (2 * q + x * (1 - x));
    double off = b - c - n * x;
    return variance > 0 ? off / sqrt(variance) : off > 0 ? HUGE_VAL : off < 0 ? -HUGE_VAL : 0;
}

/* Where the statistic passes `level`, between low and high. */
static double passes(const struct discordant *d, double level, double low, double high)
{
    for (int i = 0; i < BISECTIONS; i++) {
        double middle = (low + high) / 2;
        if (score(d, middle) > level)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}

struct estimate discordant_difference(const struct discordant *d)
{
    if (d->rows == 0)
        return (struct estimate){(double)NAN, (double)NAN, (double)NAN};
    double x = (double)(d->second - d->first) / d->rows;
    return (struct estimate){x, passes(d, z, -1, x), passes(d, -z, x, 1)};
}

int paired_compare(struct paired *out, const struct metric *m, const struct scores *first, const struct scores *second,
                   int threads, struct err *e)
{
    *out = (struct paired){.metric = m, .p = (double)NAN};
    if (!m->regression) {
        out->discordant = discordant_count(first, second);
        out->p = discordant_p(&out->discordant);
    }
    if (m != &metric_accuracy)
        return metric_difference(&out->difference, m, first, second, threads, e);
    out->difference = discordant_difference(&out->discordant);
    return 0;
}
