/* Measuring the trials of a report: its recipes against the original, and a step on each part alone. */
#ifndef TUI_REPORT_TRIALS_H
#define TUI_REPORT_TRIALS_H

#include "analyzer/compress/sensitivity.h"
#include "reports/example_table.h"
#include "reports/trial_table.h"
#include "tui/opened.h"

struct report_trials {
    struct recipe *recipe; /* [recipes]; owned */
    int recipes;
    struct recipe step; /* of --sensitivity; owned, like what follows */
    struct trial_table trials;
    struct example_table examples;
    struct sensitivity sensitivity;
};

/* Reads the recipes and the step of `s`, so that what is wrong with them is said before anything is measured. The caller frees `out`, also
 * after a failure. */
WARN_UNUSED int report_trials_read(struct report_trials *out, const struct settings *s, struct err *e);
/* Whether there is anything to try. */
bool report_trials_wanted(const struct report_trials *x);
/* Tries all of it. The weights are packed for this workload, and the rows were read if there are any. */
WARN_UNUSED int report_trials_run(struct report_trials *x, struct opened *o, const struct settings *s, const struct workload *load,
                                  const struct progress *progress, struct err *e);
void report_trials_free(struct report_trials *x); /* accepts a zeroed struct */

#endif
