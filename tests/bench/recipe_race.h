/* A preset and what recipes make of it, raced against each other. */
#ifndef TESTS_BENCH_RECIPE_RACE_H
#define TESTS_BENCH_RECIPE_RACE_H

#include "analyzer/compress/trial.h"
#include "tests/bench/bench.h"

struct recipe_race {
    struct model *model;
    struct weights *weights;
    struct original original;
};

/* One thread. The caller closes `out`, also after a failure. */
WARN_UNUSED int recipe_race_open(struct recipe_race *out, const struct bench_options *options, const char *preset, int batch, int seq,
                                 struct err *e);
void recipe_race_close(struct recipe_race *x);

/* Times a recipe against the original and prints a row. `table`: what it needs is added to the latency table first, and its prediction is
 * printed beside the one by MACs. */
WARN_UNUSED int recipe_race_run(struct recipe_race *x, const struct bench_options *options, const char *group, const char *recipe,
                                bool table, struct err *e);

#endif
