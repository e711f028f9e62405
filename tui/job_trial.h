/* A recipe that is tried by the engine, step by step told to the workbench: what job_trial.c and job_search.c share. */
#ifndef TUI_JOB_TRIAL_H
#define TUI_JOB_TRIAL_H

#include "tui/job.h"

#define TRIAL_TABLE_SECONDS 0.15 /* for each model that the latency table needs */

/* What runs, and which recipe it is about: the original while that is evaluated. */
struct trial_run {
    struct job_context *x;
    struct original *original; /* borrowed */
    struct recipe recipe;      /* owned, like the next three */
    struct changed changed;
    struct trial trial;
    struct example_table examples;
    int attempt;      /* of the workbench, -1 = a search found it: */
    unsigned found;   /* its number (struct trial_news), 0 = none */
    const char *name; /* of the attempt that it will be, "" = none */
    bool counts;      /* the recipe shall say what is left of each layer, not which budget that keeps */
    uint64_t told_ns;
    bool told;
};

/* Applies, counts, evaluates and times the recipe, and tells each stage. */
WARN_UNUSED int trial_run(struct trial_run *r, const struct progress *progress, struct err *e);
/* What the original says about the rows, unless it was asked before. It is told as attempt 0. */
WARN_UNUSED int trial_run_original(struct trial_run *r, const struct progress *progress, struct err *e);
void trial_run_free(struct trial_run *r);

#endif
