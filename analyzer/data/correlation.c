#include "analyzer/data/correlation.h"

#include <math.h>

static int times_of(const int *times, int i)
{
    return times ? times[i] : 1;
}

double correlation(const double *a, const double *b, const int *times, int n)
{
    double all = 0, mean_a = 0, mean_b = 0, aa = 0, bb = 0, ab = 0;
    for (int i = 0; i < n; i++) {
        all += times_of(times, i);
        mean_a += times_of(times, i) * a[i];
        mean_b += times_of(times, i) * b[i];
    }
    mean_a /= all;
    mean_b /= all;
    for (int i = 0; i < n; i++) {
        double x = a[i] - mean_a, y = b[i] - mean_b;
        aa += times_of(times, i) * x * x;
        bb += times_of(times, i) * y * y;
        ab += times_of(times, i) * x * y;
    }
    double r = ab / sqrt(aa * bb);
    return aa > 0 && bb > 0 ? fmax(-1, fmin(1, r)) : NAN;
}

void mean_ranks(double *x, const int *order, const int *times, int n)
{
    double before = 0;
    for (int i = 0, end; i < n; i = end) {
        double equal = 0;
        for (end = i; end == i || (end < n && x[order[end]] <= x[order[i]]); end++)
            equal += times_of(times, order[end]);
        for (int k = i; k < end; k++)
            x[order[k]] = before + (equal + 1) / 2;
        before += equal;
    }
}
