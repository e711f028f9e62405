#include "analyzer/train/loss.h"

#include <math.h>

const struct loss *const losses[] = {
#define LOSS(name) &loss_##name,
#include "analyzer/train/losses.def"
#undef LOSS
};

const int losses_count = (int)(sizeof losses / sizeof *losses);

double loss_log_sum(const float *x, int n, double temperature)
{
    double most = (double)x[0], sum = 0;
    for (int i = 1; i < n; i++)
        most = (double)x[i] > most ? (double)x[i] : most;
    for (int i = 0; i < n; i++)
        sum += exp(((double)x[i] - most) / temperature);
    return most / temperature + log(sum);
}
