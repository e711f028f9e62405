/* Metrics of labelled data, each with a 95 % interval.
 *
 * A metric is a number computed from what was wanted and what was given, row by row. Its interval says where the number would
 * lie on other rows of the same kind: Wilson's for a share of rows, else the percentile bootstrap over rows (Efron,
 * Tibshirani: An Introduction to the Bootstrap, 1993, section 13.3), seeded, so that the same rows give the same interval. */
#ifndef ANALYZER_DATA_METRIC_H
#define ANALYZER_DATA_METRIC_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/base/err.h"

enum { METRIC_RESAMPLES = 1000 };

/* Rows with their answers; everything is borrowed. */
struct scores {
    int rows;
    int classes;         /* of a classification, else 0 */
    const int *want;     /* [rows] classes */
    const int *got;      /* [rows] */
    const float *target; /* [rows] values of a regression */
    const float *value;  /* [rows] */
};

/* A number with its 95 % interval; NAN where it is not defined (a correlation with a constant, say). */
struct estimate {
    double value, low, high;
};

/* What a metric is computed from: scores, some of their rows more than once or not at all. */
struct sample {
    const struct scores *scores;
    const int *times;                /* [rows] how often each row counts */
    const int *by_target, *by_value; /* [rows] rows in ascending order; only for metrics with `ranked` */
    double *room;                    /* [2 * (rows + classes)] to write on */
};

struct metric {
    const char *name;  /* "accuracy" */
    const char *title; /* for people: "Accuracy" */
    bool regression;   /* compares values and not classes */
    bool ranked;       /* wants rows in order */
    double (*value)(const struct sample *s);
    /* A closed form of the interval around the value; NULL = bootstrap. */
    void (*interval)(struct estimate *x, int rows);
};

#define METRIC(name) extern const struct metric metric_##name;
#include "analyzer/data/metrics.def"
#undef METRIC

extern const struct metric *const metrics[];
extern const int metrics_count;

/* The metric over all rows, and with its interval. Values do not depend on `threads`. */
WARN_UNUSED int metric_value(double *out, const struct metric *m, const struct scores *s, struct err *e);
WARN_UNUSED int metric_estimate(struct estimate *out, const struct metric *m, const struct scores *s, int threads,
                                struct err *e);

/* second - first with its bootstrap interval, where both are answers to the same rows: a resample takes the same rows of
 * both. */
WARN_UNUSED int metric_difference(struct estimate *out, const struct metric *m, const struct scores *first,
                                  const struct scores *second, int threads, struct err *e);

#endif
