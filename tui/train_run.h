/* One training with everything that belongs to it: data sets, a model of its own, options. For the command and the screen. */
#ifndef TUI_TRAIN_RUN_H
#define TUI_TRAIN_RUN_H

#include "analyzer/measure/machine.h"
#include "analyzer/train/finetune.h"
#include "analyzer/train/pretrain.h"
#include "tui/labelled.h"

struct train_run {
    struct machine machine;
    struct labelled train, dev; /* dev.data.task NULL = none */
    struct model *model;
    struct finetune finetune;
    struct masking masking; /* of masked-language pretraining, which is done instead of fine-tuning if the task says so */
    struct pretrain pretrain;
    int batch_rows;
    struct train_source source;
    struct train_options options;
    struct training training;
};

/* Reads the data sets and opens the model of `s`, or with `fresh` makes one of its shape with random weights. The caller frees
 * `out`, also after a failure. */
WARN_UNUSED int train_run_open(struct train_run *out, const struct settings *s, bool fresh, const struct progress *progress,
                               struct err *e);
/* Tokenizes the rows, gives the model the head that the task asks for, and fills in the options; what `s` does not say is the default. */
WARN_UNUSED int train_run_prepare(struct train_run *r, const struct settings *s, bool fresh, const struct progress *progress,
                                  struct err *e);
/* Frees what only training needs: data sets and their batches. Model and training stay. */
void train_run_end(struct train_run *r);
void train_run_free(struct train_run *r); /* accepts a zeroed struct */

/* The highest learning rate unless one is given. */
double train_run_lr(bool fresh);

#endif
