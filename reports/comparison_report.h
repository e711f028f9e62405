/* A comparison in the forms that people and CI services read; all of them from the same rows. */
#ifndef REPORTS_COMPARISON_REPORT_H
#define REPORTS_COMPARISON_REPORT_H

#include "reports/comparison.h"
#include "reports/emit.h"

enum { COMPARISON_SUMMARY = 704 };

/* One sentence: how many rows are what. Returns out. */
const char *comparison_summary(const struct comparison *c, char *out, size_t size);

/* What happened to a row, "Feed-forward: 12.1 ms -> 12.8 ms, x1.058 (95% 1.051 to 1.064), allowed 3.0%". Return out. */
enum { COMPARISON_MESSAGE = 256 };
const char *comparison_time_message(const struct comparison_time *t, char out[COMPARISON_MESSAGE]);
const char *comparison_cost_message(const struct comparison_cost *c, char out[COMPARISON_MESSAGE]);

/* For people or machines. */
void comparison_report(struct emit *e, const struct comparison *c);

/* JUnit XML, one test suite a workload, one test case a row: failures are regressions, errors what could not be compared, skipped what is
 * inconclusive. */
void comparison_junit(struct str *out, const struct comparison *c);

/* Workflow commands of a CI service, "::error title=..::..": one a row that is not as before. */
void comparison_annotations(struct str *out, const struct comparison *c);

/* Tables in Markdown (GitHub's form). */
void comparison_markdown(struct str *out, const struct comparison *c);

#endif
