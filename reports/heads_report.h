/* The heads of a model: scores, their uncertainty, orders, how much they agree, and the curve of removing them. */
#ifndef REPORTS_HEADS_REPORT_H
#define REPORTS_HEADS_REPORT_H

#include "analyzer/measure/head_study.h"
#include "reports/emit.h"

/* `mode`: whose scores come first. */
void heads_report(struct emit *e, const struct head_study *s, enum head_mode mode, bool normalize);

#endif
