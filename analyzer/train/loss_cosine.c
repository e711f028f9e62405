/* 1 - cos(x, y): Sanh et al. 2019, arXiv 1910.01108, section 3. With c the cosine, its gradient is
 * (c x / |x| - y / |y|) / |x|. A row that is all 0 has no direction: its cosine is 0 and so is its gradient. */
#include <math.h>
#include <stddef.h>

#include "analyzer/train/loss.h"

static double row_loss(float *d, const float *x, const float *y, double weight, int cols)
{
    double xx = 0, yy = 0, xy = 0;
    for (int i = 0; i < cols; i++) {
        xx += (double)x[i] * (double)x[i];
        yy += (double)y[i] * (double)y[i];
        xy += (double)x[i] * (double)y[i];
    }
    double size = sqrt(xx) * sqrt(yy), cosine = size > 0 ? xy / size : 0;
    for (int i = 0; i < cols; i++)
        d[i] = size > 0 ? (float)(weight * (cosine * (double)x[i] / xx - (double)y[i] / size)) : 0;
    return weight * (1 - cosine);
}

static double run(float *d, const float *outputs, const struct loss_target *target, const struct loss_options *o,
                  double weight, int rows, int cols)
{
    double sum = 0;
    (void)o;
    for (int i = 0; i < rows; i++) {
        size_t at = (size_t)i * (size_t)cols;
        sum += row_loss(d + at, outputs + at, target->value + at, weight, cols);
    }
    return sum;
}

const struct loss loss_cosine = {"cosine", "1 - cosine with a vector", run};
