/* How a parameter is written into a compact file: in the smallest way that gives back the same numbers. */
#ifndef ANALYZER_MODEL_STORAGE_H
#define ANALYZER_MODEL_STORAGE_H

#include "analyzer/model/model.h"
#include "analyzer/model/stored.h"

struct storage {
    const struct stored *stored; /* bytes of a matrix; NULL = an ordinary tensor of `dtype` */
    enum dtype dtype;
    size_t bytes;
};

/* A matrix in a format that has codes is stored as those. Others keep the type of their file; numbers in memory take the smallest of
 * F16, BF16, F32 and, for a matrix, a map of what is not zero, that holds them exactly. */
WARN_UNUSED int storage_choose(struct storage *out, const struct model *m, int param, struct err *e);

#endif
