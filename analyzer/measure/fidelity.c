#include "analyzer/measure/fidelity.h"

#include <math.h>
#include <stddef.h>

static int largest(const float *x, int n)
{
    int best = 0;
    for (int i = 1; i < n; i++)
        best = x[i] > x[best] ? i : best;
    return best;
}

static double log_sum(const float *x, int n)
{
    double most = (double)x[largest(x, n)], sum = 0;
    for (int i = 0; i < n; i++)
        sum += exp((double)x[i] - most);
    return most + log(sum);
}

/* sum of p log(p / q) with p, q the softmaxes of x and y. */
static double divergence(const float *x, const float *y, int n)
{
    double all_x = log_sum(x, n), all_y = log_sum(y, n), sum = 0;
    for (int i = 0; i < n; i++) {
        double log_p = (double)x[i] - all_x, log_q = (double)y[i] - all_y;
        sum += exp(log_p) * (log_p - log_q);
    }
    return fmax(0, sum);
}

struct fidelity fidelity_of(const float *first, const float *second, int rows, int outputs)
{
    struct fidelity f = {.rows = rows, .outputs = outputs};
    int same = 0;
    for (int i = 0; i < rows; i++) {
        const float *x = first + (size_t)i * (size_t)outputs, *y = second + (size_t)i * (size_t)outputs;
        same += largest(x, outputs) == largest(y, outputs);
        f.kl += divergence(x, y, outputs);
        for (int k = 0; k < outputs; k++)
            f.largest = fmax(f.largest, fabs((double)x[k] - (double)y[k]));
    }
    f.kl = rows && outputs > 1 ? f.kl / rows : (double)NAN;
    f.agreement.value = rows && outputs > 1 ? (double)same / rows : (double)NAN;
    f.agreement.low = f.agreement.high = f.agreement.value;
    if (rows && outputs > 1)
        metric_accuracy.interval(&f.agreement, rows);
    return f;
}
