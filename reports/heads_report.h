/* The heads of a model: scores, their uncertainty, orders, how much they agree, and the curve of removing them. */
#ifndef REPORTS_HEADS_REPORT_H
#define REPORTS_HEADS_REPORT_H

#include "analyzer/measure/head_study.h"
#include "reports/emit.h"

/* `mode`: whose scores come first. */
void heads_report(struct emit *e, const struct head_study *s, enum head_mode mode, bool normalize);

/* Its parts, for walks that tell more: on what and how it was measured (heads_measured: without the data), the order from the least
 * important on, the maps, how much the orders of all known modes agree, the curve. The mode must be known. */
void heads_facts(struct emit *e, const struct head_study *s, enum head_mode mode, bool normalize);
void heads_measured(struct emit *e, const struct head_study *s, enum head_mode mode, bool normalize);
void heads_order(struct emit *e, const struct head_study *s, enum head_mode mode, bool normalize, const char *title);
void heads_maps(struct emit *e, const struct head_study *s, enum head_mode mode, bool normalize);
void heads_agreement(struct emit *e, const struct head_study *s, bool normalize);
void heads_curve(struct emit *e, const struct head_study *s);

/* The Fisher information of the neurons, where the gradients are known; for machines only, who may find it long. */
void heads_neurons(struct emit *e, const struct head_study *s);

#endif
