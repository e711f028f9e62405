/* How much slower a row may become before it counts as a regression.
 *
 *     # percent, later lines win
 *     * 3
 *     multi_head_attention 5
 *     4x128/total 2
 *     half:* 4            of a recipe, where there are several
 *     half:4x128/total 5
 */
#ifndef REPORTS_THRESHOLDS_H
#define REPORTS_THRESHOLDS_H

#include <stddef.h>

#include "analyzer/base/err.h"
#include "analyzer/measure/timing.h"

enum { THRESHOLDS_MOST = 256 };

struct threshold {
    char recipe[TIMING_RECIPE]; /* "" = any */
    int batch, seq; /* 0 = any */
    int part;       /* -1 = any */
    double share;
};

struct thresholds {
    double share; /* of rows that no line names */
    struct threshold row[THRESHOLDS_MOST];
    int rows;
};

/* Adds the lines of a file; ERR_FORMAT names the line. */
WARN_UNUSED int thresholds_read(struct thresholds *out, const char *path, struct err *e);
/* The same from memory; `name` stands for the file in sentences. */
WARN_UNUSED int thresholds_parse(struct thresholds *out, const char *text, size_t n, const char *name, struct err *e);

double thresholds_share(const struct thresholds *t, const char *recipe, int batch, int seq, int part);

#endif
