/* What the label column of a row says. */
#ifndef ANALYZER_DATA_ANSWER_H
#define ANALYZER_DATA_ANSWER_H

#include "analyzer/data/dataset.h"

/* Reads field `f` into the label or target of `out`, as the task says. The sentence of a failure leaves out file and line. With
 * TARGET_OPEN nothing is read yet: see answers_number. */
WARN_UNUSED int answer_read(struct example *out, const struct task *t, const struct field *f, struct err *e);

/* Numbers the classes of a TARGET_OPEN data set once the labels of all rows are known: by themselves if all are numbers, else
 * in the order of their bytes. word [d->rows]: ends are written into the lines of `d`. */
WARN_UNUSED int answers_number(struct dataset *d, struct field *word, struct err *e);

#endif
