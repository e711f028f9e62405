/* All that is known about the heads of a model: by gradient, one removed, one kept, and the curve of removing ever more. */
#ifndef ANALYZER_MEASURE_HEAD_STUDY_H
#define ANALYZER_MEASURE_HEAD_STUDY_H

#include <stdbool.h>

#include "analyzer/measure/ablation.h"
#include "analyzer/measure/heads.h"

enum head_mode { HEADS_GRADIENT, HEADS_REMOVED, HEADS_KEPT, HEAD_MODES };

/* "gradient", "removed", "kept"; "gradient importance", "one head removed", "one head of its layer kept". */
const char *head_mode_name(enum head_mode mode);
const char *head_mode_title(enum head_mode mode);

struct head_study {
    struct head_scores *scores;             /* NULL = not known (yet), like the others; owned */
    struct ablation *ablation[HEAD_MODES];  /* of HEADS_REMOVED and HEADS_KEPT; owned */
    struct ablation *curve;                 /* owned */
    enum head_mode curve_order;             /* by which importance the heads of the curve go */
    char data[128];                         /* the rows: name of the data set, safe to show */
};

bool head_study_has(const struct head_study *s, enum head_mode mode);
/* The grid of whatever is known; NULL if nothing is. */
const struct head_grid *head_study_grid(const struct head_study *s);

/* value [heads]: how much each head matters, greater = more. `normalize`: divided by the l2 norm of its layer (gradient only).
 * The mode must be known. */
void head_study_importance(const struct head_study *s, enum head_mode mode, bool normalize, double *value);

/* order [heads]: the heads by increasing importance, so that the first may go first. */
WARN_UNUSED int head_study_order(const struct head_study *s, enum head_mode mode, bool normalize, int *order,
                                 struct err *e);

/* Spearman's correlation of two orders over all heads (ranks.h); NAN unless both are known. */
WARN_UNUSED int head_study_agreement(const struct head_study *s, enum head_mode a, enum head_mode b, bool normalize,
                                     double *out, struct err *e);

/* A deep copy; the caller frees it. */
WARN_UNUSED int head_study_copy(struct head_study *out, const struct head_study *s, struct err *e);
void head_study_free(struct head_study *s); /* accepts a zeroed struct, and leaves one */

#endif
