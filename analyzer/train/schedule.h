/* The learning rate over the steps of a training: linear warm-up, then linear decay to 0 (Devlin et al. 2018, arXiv
 * 1810.04805, appendix A.2). */
#ifndef ANALYZER_TRAIN_SCHEDULE_H
#define ANALYZER_TRAIN_SCHEDULE_H

#include <stdint.h>

struct schedule {
    double lr;      /* the highest */
    int64_t warmup; /* steps, of which the last one has `lr`; 0 = none */
    int64_t steps;  /* all, at least `warmup`; the rate would be 0 in the step after the last one */
};

/* The rate of step `step`, 0 .. steps - 1; never 0 there. */
double schedule_lr(const struct schedule *s, int64_t step);

#endif
