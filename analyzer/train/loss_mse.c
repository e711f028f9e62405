/* The mean over the columns of (output - value)^2: the loss of GLUE's regressions, and of hidden states in distillation. */
#include <stddef.h>

#include "analyzer/train/loss.h"

static double run(float *d, const float *outputs, const struct loss_target *target, const struct loss_options *o,
                  double weight, int rows, int cols)
{
    double sum = 0, each = weight / cols;
    (void)o;
    for (size_t i = 0; i < (size_t)rows * (size_t)cols; i++) {
        double off = (double)outputs[i] - (double)target->value[i];
        sum += each * off * off;
        d[i] = (float)(2 * each * off);
    }
    return sum;
}

const struct loss loss_mse = {"mse", "mean squared error", run};
