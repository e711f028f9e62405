/* A measurement kept in a file: JSON, schema "bertscope.baseline/1", with every round. */
#ifndef REPORTS_BASELINE_H
#define REPORTS_BASELINE_H

#include "analyzer/measure/timing.h"

enum { BASELINE_CASES = 64, BASELINE_ROUNDS = 100000 };

/* Written whole or not at all. */
WARN_UNUSED int baseline_write(const struct timing *t, const char *path, struct err *e);

/* Nothing in the file is trusted: ERR_FORMAT names what is wrong, ERR_IO if it cannot be read. The caller frees `out`. */
WARN_UNUSED int baseline_read(struct timing *out, const char *path, struct err *e);
/* The same from memory; `name` stands for the file in sentences. */
WARN_UNUSED int baseline_parse(struct timing *out, const char *text, size_t n, const char *name, struct err *e);

#endif
