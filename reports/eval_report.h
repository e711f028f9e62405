/* How good a model is on labelled rows, as tables. */
#ifndef REPORTS_EVAL_REPORT_H
#define REPORTS_EVAL_REPORT_H

#include "analyzer/measure/evaluate.h"
#include "analyzer/model/model.h"
#include "reports/emit.h"

/* `x` of the model `m` on the rows `d`, which were tokenized as `rows`. */
void eval_report(struct emit *e, const struct evaluation *x, const struct dataset *d, const struct encoded *rows,
                 const struct model *m);

#endif
