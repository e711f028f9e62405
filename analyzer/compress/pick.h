/* Which of many are to go: the least important first, with at least one left in every group. */
#ifndef ANALYZER_COMPRESS_PICK_H
#define ANALYZER_COMPRESS_PICK_H

#include <stdbool.h>

#include "analyzer/base/err.h"

struct pick {
    const double *value; /* [n] greater = matters more */
    const bool *allowed; /* [n] may go at all */
    const int *group;    /* [n] rising */
    int n;
};

/* Marks `count` of them in gone [n], fewer if the groups do not have so many to give. Of equals the first goes first. */
WARN_UNUSED int pick_least(bool *gone, const struct pick *p, int count, struct err *e);

#endif
