#include "reports/format.h"

#include <math.h>
#include <stdio.h>

/* `value` in the largest unit that leaves at least 1, with one digit behind the point. */
static char *scaled(char out[FORMAT_SIZE], double value, double step, const char *const units[], int count,
                    const char *suffix)
{
    int unit = 0;
    while (unit < count - 1 && fabs(value) >= step * (1 - 5e-5)) {
        value /= step;
        unit++;
    }
    snprintf(out, FORMAT_SIZE, "%.*f%s%s%s", fabs(value) < 10 ? 2 : 1, value, *units[unit] || *suffix ? " " : "",
             units[unit], suffix);
    return out;
}

static const char *const si[] = {"", "k", "M", "G", "T", "P"};

enum { SI_UNITS = 6 };

char *format_count(char out[FORMAT_SIZE], double n)
{
    if (fabs(n) < 10000) {
        snprintf(out, FORMAT_SIZE, "%.0f", n);
        return out;
    }
    return scaled(out, n, 1000, si, SI_UNITS, "");
}

char *format_bytes(char out[FORMAT_SIZE], double bytes)
{
    if (fabs(bytes) < 1000) {
        snprintf(out, FORMAT_SIZE, "%.0f B", bytes);
        return out;
    }
    return scaled(out, bytes, 1000, si, SI_UNITS, "B");
}

char *format_ns(char out[FORMAT_SIZE], double ns)
{
    static const char *const units[] = {"ns", "us", "ms", "s"};
    return scaled(out, ns, 1000, units, 4, "");
}

char *format_share(char out[FORMAT_SIZE], double share)
{
    snprintf(out, FORMAT_SIZE, "%.1f%%", 100 * share);
    return out;
}

char *format_flops(char out[FORMAT_SIZE], double flops)
{
    return scaled(out, flops, 1000, si, SI_UNITS, "FLOP/s");
}

char *format_rate(char out[FORMAT_SIZE], double bytes)
{
    return scaled(out, bytes, 1000, si, SI_UNITS, "B/s");
}

char *format_ratio(char out[FORMAT_SIZE], double ratio)
{
    snprintf(out, FORMAT_SIZE, "%.2f", ratio);
    return out;
}

char *format_score(char out[FORMAT_SIZE], double x)
{
    snprintf(out, FORMAT_SIZE, "%.3g", x);
    return out;
}

char *format_metric(char out[FORMAT_SIZE], double x)
{
    snprintf(out, FORMAT_SIZE, "%.4f", x);
    return out;
}

char *format_points(char out[FORMAT_SIZE], double change)
{
    double points = round(100 * 100 * change) / 100;
    snprintf(out, FORMAT_SIZE, "%s%.2f", points > 0 ? "+" : "", points == 0 ? 0 : points);
    return out;
}

char *format_spread(char out[FORMAT_SIZE], const struct spread *s)
{
    if (s->n < 6 || s->median <= 0)
        snprintf(out, FORMAT_SIZE, "?");
    else
        snprintf(out, FORMAT_SIZE, "%.1f%%", 100 * (s->ci_high - s->ci_low) / 2 / s->median);
    return out;
}
