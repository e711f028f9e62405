/* T^2 KL(q || p), q = softmax(teacher / T), p = softmax(logits / T): Hinton, Vinyals, Dean 2015, arXiv 1503.02531, section 2;
 * T^2 keeps the size of the gradient, T (p - q), about the same for all T. */
#include <math.h>
#include <stddef.h>

#include "analyzer/train/loss.h"

static double row_loss(float *d, const float *x, const float *teacher, double t, double weight, int cols)
{
    double ours = loss_log_sum(x, cols, t), theirs = loss_log_sum(teacher, cols, t), loss = 0;
    for (int i = 0; i < cols; i++) {
        double log_p = (double)x[i] / t - ours, log_q = (double)teacher[i] / t - theirs, q = exp(log_q);
        loss += q > 0 ? q * (log_q - log_p) : 0;
        d[i] = (float)(weight * t * (exp(log_p) - q));
    }
    return weight * t * t * loss;
}

static double run(float *d, const float *outputs, const struct loss_target *target, const struct loss_options *o,
                  double weight, int rows, int cols)
{
    double sum = 0;
    for (int i = 0; i < rows; i++) {
        size_t at = (size_t)i * (size_t)cols;
        sum += row_loss(d + at, outputs + at, target->value + at, o->temperature, weight, cols);
    }
    return sum;
}

const struct loss loss_kl = {"kl", "Kullback-Leibler divergence from a teacher", run};
