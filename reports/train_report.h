/* A training as tables: what was trained on, the curve, the best point. */
#ifndef REPORTS_TRAIN_REPORT_H
#define REPORTS_TRAIN_REPORT_H

#include "analyzer/data/encoded.h"
#include "analyzer/train/trainer.h"
#include "reports/emit.h"

struct train_report {
    const struct training *training;
    const struct train_options *options;
    const struct dataset *data, *dev; /* dev NULL = none */
    const struct encoded *rows, *dev_rows;
    const char *metric; /* title of what the curve shows; NULL = none */
    int batch_rows;
    const char *out; /* the directory that was written */
};

void train_report(struct emit *e, const struct train_report *r);

#endif
