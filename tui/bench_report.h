/* The trials of a session as the tables of a report, and back. */
#ifndef TUI_BENCH_REPORT_H
#define TUI_BENCH_REPORT_H

#include "reports/example_table.h"
#include "reports/trial_table.h"
#include "tui/workbench.h"

/* Trials in the table, and trials with examples: a report is to stay short. */
enum { BENCH_TRIALS = 60, BENCH_GROUPS = 5 };

/* What is known of the workbench; nothing while no recipe has been tried. The caller frees both, also after a failure. */
WARN_UNUSED int bench_tables(struct trial_table *trials, struct example_table *examples, const struct workbench *w, struct err *e);

/* A workbench of such trials, to be looked at. A recipe that this program does not know is ERR_FORMAT. */
WARN_UNUSED int bench_restore(struct workbench *w, const struct trial_table *t, struct err *e);

#endif
