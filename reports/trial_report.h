/* Trials, and the methods that recipes are made of, as tables. */
#ifndef REPORTS_TRIAL_REPORT_H
#define REPORTS_TRIAL_REPORT_H

#include "analyzer/compress/export.h"
#include "analyzer/compress/trial.h"
#include "reports/emit.h"

/* "baseline": what the trial is compared with; of an original that was evaluated also its quality. */
void trial_report_baseline(struct emit *e, const struct original *o);
/* "paired" and "fidelity": quality and answers against those of the original. */
void paired_report(struct emit *e, const struct paired *p);
void fidelity_report(struct emit *e, const struct fidelity *f);
/* "trial": recipe, costs, time, quality. */
void trial_report(struct emit *e, const struct trial *t);
/* "export": what was written to `dir`. */
void export_report(struct emit *e, const struct exported *x, const char *dir);
/* Every method with its options. */
void methods_report(struct emit *e);

#endif
