/* A profile from the JSON of profile_report and profile_layer_components. */
#ifndef REPORTS_PROFILE_READ_H
#define REPORTS_PROFILE_READ_H

#include "analyzer/measure/profile.h"
#include "reports/parse.h"

enum { PROFILE_MAX_LAYERS = 1000, PROFILE_MAX_STEPS = 100000 };

/* A new profile of `layers` layers, which the caller frees (profile_free, free); NULL after a fault. The model's name is not in it. */
struct profile *profile_read(struct parse *p, int layers, const struct workload *load);

#endif
