#include "analyzer/data/correlation.h"

#include <math.h>

double correlation(const double *a, const double *b, const int *times, int n)
{
    double all = 0, mean_a = 0, mean_b = 0, aa = 0, bb = 0, ab = 0;
    for (int i = 0; i < n; i++) {
        all += times[i];
        mean_a += times[i] * a[i];
        mean_b += times[i] * b[i];
    }
    mean_a /= all;
    mean_b /= all;
    for (int i = 0; i < n; i++) {
        double x = a[i] - mean_a, y = b[i] - mean_b;
        aa += times[i] * x * x;
        bb += times[i] * y * y;
        ab += times[i] * x * y;
    }
    double r = ab / sqrt(aa * bb);
    return aa > 0 && bb > 0 ? fmax(-1, fmin(1, r)) : NAN;
}
