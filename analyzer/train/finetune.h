/* Fine-tuning: a source (trainer.h) of the rows of a labelled data set, with the evaluation of another one. */
#ifndef ANALYZER_TRAIN_FINETUNE_H
#define ANALYZER_TRAIN_FINETUNE_H

#include "analyzer/data/batches.h"
#include "analyzer/data/encoded.h"
#include "analyzer/data/label_map.h"
#include "analyzer/train/trainer.h"

struct finetune_options {
    int batch_rows;
    double smoothing; /* of labels, see loss.h */
    uint64_t seed;    /* of the order of rows */
    int threads;
};

struct finetune {
    struct finetune_options options;
    const struct dataset *data, *dev; /* borrowed; dev may be NULL */
    const struct encoded *rows, *dev_rows;
    struct label_map labels;
    struct batches batches; /* of the epoch under way */
    int64_t epoch;
    int64_t epoch_batches;
    int batch;              /* under way */
    int32_t *label;         /* [batch_rows]; owned */
    float *value;           /* [batch_rows]; owned */
};

/* Gives the model a fresh classification head that fits the data, named as the data names its classes; a head that fits
 * already stays. A regression gets one output. */
WARN_UNUSED int finetune_head(struct model *m, const struct dataset *d, uint64_t seed, struct err *e);

/* For a model with such a head; fails if the rows are not for it. The caller frees `out`, also after a failure. */
WARN_UNUSED int finetune_init(struct finetune *out, const struct model *m, const struct dataset *data,
                              const struct encoded *rows, const struct dataset *dev, const struct encoded *dev_rows,
                              const struct finetune_options *options, struct err *e);
void finetune_free(struct finetune *x); /* accepts a zeroed struct */

/* `x` as what a trainer learns from. */
struct train_source finetune_source(struct finetune *x);

#endif
