/* Two measurements side by side, and a verdict on every row of them.
 *
 * A time is a regression only if the 95 % interval of its ratio lies wholly above 1 + threshold, the test of no shift is
 * significant after Holm's correction over all rows, and there are SHIFT_LEAST rounds. Quantities without spread are compared
 * exactly, and apart from time. */
#ifndef REPORTS_COMPARISON_H
#define REPORTS_COMPARISON_H

#include <stdbool.h>

#include "analyzer/measure/shift.h"
#include "analyzer/measure/timing.h"
#include "reports/thresholds.h"

/* The worst of several is the last. */
enum verdict { VERDICT_PASS, VERDICT_IMPROVED, VERDICT_INCONCLUSIVE, VERDICT_REGRESSION, VERDICT_INCOMPARABLE, VERDICTS };

const char *verdict_name(enum verdict v);

/* The time of a part of a workload. */
struct comparison_time {
    char recipe[TIMING_RECIPE]; /* of several, else "" */
    int batch, seq, part;
    struct shift shift;
    double p;         /* of shift, after Holm */
    double threshold; /* share */
    enum verdict verdict;
};

struct comparison_cost {
    char recipe[TIMING_RECIPE];
    int batch, seq, part;
    enum cost_kind kind;
    uint64_t before, after;
    enum verdict verdict; /* more is a regression, less improved */
};

/* One of several. */
struct comparison_recipe {
    char name[TIMING_RECIPE], steps[TIMING_STEPS];
};

struct comparison {
    struct subject before, after;
    struct comparison_recipe *recipe; /* [recipes], in the order of the rows; 0 = there are not several; owned */
    int recipes;
    bool paired;
    struct comparison_time *time; /* [times]; owned */
    int times;
    struct comparison_cost *cost; /* [costs]; owned */
    int costs;
    struct shift speed; /* of the machine, by the yardstick; paired: not looked at, all 0 */
    enum verdict verdict;
    char reason[640]; /* why nothing could be compared; else "" */
};

enum { COMPARISON_LABEL = TIMING_RECIPE + 32 };

/* "4x128", of several recipes "half:4x128": what a row of this workload is called. */
const char *comparison_label(char out[COMPARISON_LABEL], const char *recipe, int batch, int seq);

/* Whether two measurements by these may be compared: false writes the reason and the verdict. */
bool comparison_possible(struct comparison *out, const struct subject *before, const struct subject *after);

/* Compares every workload of `after` with the same of `before`. `paired`: they took turns, round by round, and were meant to
 * be different, so the subjects may differ. Otherwise they must pass comparison_possible, else the verdict is incomparable and there
 * are no rows. The caller frees `out`. */
WARN_UNUSED int comparison_make(struct comparison *out, const struct timing *before, const struct timing *after,
                                bool paired, const struct thresholds *limits, struct err *e);
/* Whether every row of that would pass. */
WARN_UNUSED int comparison_passes(bool *out, const struct timing *before, const struct timing *after, bool paired,
                                  const struct thresholds *limits, struct err *e);
void comparison_free(struct comparison *c); /* accepts a zeroed struct */

/* Rows with this verdict, of times and costs. */
int comparison_count(const struct comparison *c, enum verdict v);

#endif
