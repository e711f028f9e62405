#include "tui/scale.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>

/* The largest unit in which `max` is at least 1. Without a prefix things are `whole`. */
static struct scale pick(double max, const char *const units[], int n, bool whole)
{
    double factor = 1;
    int i = 0;
    max = fabs(max);
    for (; i + 1 < n && max / factor >= 1000; i++)
        factor *= 1000;
    double shown = max / factor;
    int decimals = shown >= 100 ? 1 : shown >= 10 ? 2 : 3;
    return (struct scale){factor, units[i], whole && i == 0 ? 0 : decimals};
}

struct scale scale_ns(double max)
{
    static const char *const units[] = {"ns", "us", "ms", "s"};
    return pick(max, units, 4, false);
}

struct scale scale_count(double max)
{
    static const char *const units[] = {"", "k", "M", "G", "T"};
    return pick(max, units, 5, true);
}

struct scale scale_bytes(double max)
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
    return pick(max, units, 5, true);
}

const char *scale_text(char *out, size_t size, double value, struct scale s)
{
    double shown = value / s.factor, least = pow(10, -s.decimals);
    if (shown != 0 && fabs(shown) < least / 2)
        snprintf(out, size, "%s%.*f", shown < 0 ? ">-" : "<", s.decimals, least);
    else
        snprintf(out, size, "%.*f", s.decimals, shown);
    return out;
}
