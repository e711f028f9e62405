/* A profile as facts: total, ceilings, components, layers, steps. */
#ifndef REPORTS_PROFILE_REPORT_H
#define REPORTS_PROFILE_REPORT_H

#include "analyzer/measure/profile.h"
#include "reports/emit.h"

void profile_report(struct emit *e, const struct profile *p);

/* Its parts, for walks that tell more. `title` of a table may be NULL. */
enum profile_columns { PROFILE_FEW, PROFILE_SHARES, PROFILE_ALL }; /* that people see: those a terminal has room for; with shares; all */
void profile_total(struct emit *e, const struct profile *p);
void profile_ceilings(struct emit *e, const struct profile *p);
void profile_components(struct emit *e, const struct profile *p, const char *title, enum profile_columns shown);
void profile_unattributed(struct emit *e, const struct profile *p); /* with what the clocks of steps cost, if that was measured */
void profile_layers(struct emit *e, const struct profile *p, const char *title, enum profile_columns shown);
/* The components of every layer: time, parameters, MACs, bytes. */
void profile_layer_components(struct emit *e, const struct profile *p, const char *title);
void profile_steps(struct emit *e, const struct profile *p, const char *title, enum profile_columns shown);
void profile_notes(struct emit *e, const struct profile *p);

#endif
