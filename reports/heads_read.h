/* What is known about heads from the JSON of heads_report. */
#ifndef REPORTS_HEADS_READ_H
#define REPORTS_HEADS_READ_H

#include "analyzer/measure/head_study.h"
#include "reports/parse.h"

enum { HEADS_MAX_LAYERS = 1000, HEADS_MAX = 4096 };

/* Into a zeroed study, from the object that `p` is in. Scores must not be normalized. After a fault what was read so far is
 * there and belongs to the caller. */
void heads_read(struct parse *p, struct head_study *out);

#endif
