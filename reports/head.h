/* What every result starts with: the machine, the model, the settings. */
#ifndef REPORTS_HEAD_H
#define REPORTS_HEAD_H

#include "analyzer/measure/machine.h"
#include "analyzer/measure/profile.h"
#include "analyzer/model/model.h"
#include "reports/emit.h"
#include "reports/facts.h"

void head_machine(struct emit *e, const struct machine *m);
void head_model(struct emit *e, const struct model *m);
void head_facts(struct emit *e, const struct facts *f); /* the same of a model that need not be there any more */
/* batch, seq, threads (those that are not 0; with threads also the format) and seed. */
void head_settings(struct emit *e, const struct workload *w, uint64_t seed);

#endif
