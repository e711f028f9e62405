/* The loss of labelled rows, or of rows against the model's own answers, and its gradient: what importance is measured by. */
#ifndef ANALYZER_MEASURE_ROW_LOSS_H
#define ANALYZER_MEASURE_ROW_LOSS_H

#include <stdint.h>

#include "analyzer/data/label_map.h"

struct dataset;
struct model;
struct plan;

struct row_loss {
    const struct dataset *data; /* borrowed */
    bool labelled;              /* else the target of a row is the class that the model gives it */
    struct label_map labels;
    int32_t *label; /* [most rows of a batch]; owned */
    float *value;
};

/* `most_rows`: of a batch. The caller frees `out`, also after a failure. */
WARN_UNUSED int row_loss_init(struct row_loss *out, const struct model *m, const struct dataset *d, bool labelled, int most_rows,
                              struct err *e);
void row_loss_free(struct row_loss *x); /* accepts a zeroed struct */

/* The sum of the losses of the rows row[...] that are the sequences of a plan which was run (cross entropy; squared error for a model of one
 * output), and its gradient into the plan. */
double row_loss_run(struct row_loss *x, const struct plan *p, const int *row);

#endif
