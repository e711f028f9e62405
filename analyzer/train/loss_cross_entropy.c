/* -sum over classes of q log p, p = softmax(logits), q = the label with probability 1 - s, plus s / classes for every class
 * (label smoothing: Szegedy et al. 2016, arXiv 1512.00567, section 7). Its gradient is p - q. */
#include <math.h>
#include <stddef.h>

#include "analyzer/train/loss.h"

static double row_loss(float *d, const float *x, int label, double smoothing, double weight, int cols)
{
    double log_sum = loss_log_sum(x, cols, 1), loss = 0;
    for (int i = 0; i < cols; i++) {
        double log_p = (double)x[i] - log_sum;
        double q = smoothing / cols + (i == label ? 1 - smoothing : 0);
        loss -= q > 0 ? q * log_p : 0;
        d[i] = (float)(weight * (exp(log_p) - q));
    }
    return weight * loss;
}

static double run(float *d, const float *outputs, const struct loss_target *target, const struct loss_options *o,
                  double weight, int rows, int cols)
{
    double sum = 0;
    for (int i = 0; i < rows; i++) {
        size_t at = (size_t)i * (size_t)cols;
        if (target->label[i] >= 0)
            sum += row_loss(d + at, outputs + at, target->label[i], o->smoothing, weight, cols);
        else
            for (int k = 0; k < cols; k++)
                d[at + (size_t)k] = 0;
    }
    return sum;
}

const struct loss loss_cross_entropy = {"cross_entropy", "cross-entropy with a label", run};
