/* Losses: what is to become small, and its gradient. One `const struct loss` in loss_NAME.c and one row in losses.def.
 *
 * Everything is summed in doubles, row after row, so the result depends on nothing but the numbers. */
#ifndef ANALYZER_TRAIN_LOSS_H
#define ANALYZER_TRAIN_LOSS_H

#include <stdint.h>

/* What the outputs should be. A loss uses one of the two. */
struct loss_target {
    const int32_t *label; /* [rows] classes; a row with -1 counts for nothing */
    const float *value;   /* [rows, cols] numbers to be predicted, or the outputs of a teacher */
};

struct loss_options {
    double smoothing;   /* of cross_entropy: this share of a label is spread over all classes; 0 = none */
    double temperature; /* of kl; > 0 */
};

struct loss {
    const char *name, *summary;
    /* Returns the sum over rows of weight times the loss of the row, and writes its gradient to d [rows, cols]. With
     * weight 1 / rows that is the mean; rows may be done in pieces. d may be outputs. */
    double (*run)(float *d, const float *outputs, const struct loss_target *target, const struct loss_options *o,
                  double weight, int rows, int cols);
};

#define LOSS(name) extern const struct loss loss_##name;
#include "analyzer/train/losses.def"
#undef LOSS

extern const struct loss *const losses[];
extern const int losses_count;

/* The logarithm of the sum of e^(x / temperature) over [n], without overflow. */
double loss_log_sum(const float *x, int n, double temperature);

#endif
