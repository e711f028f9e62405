/* How good the verdicts of bertscope check are: shared by the simulated and the real runs. */
#ifndef TESTS_GATE_GATE_H
#define TESTS_GATE_GATE_H

#include "analyzer/measure/timing.h"
#include "reports/comparison.h"

/* What others would say about the same rounds, for any row but those that bertscope leaves out as too small. */
enum rule { RULE_GATE, RULE_HYPERFINE, RULE_COMPARE_PY, RULES };

const char *rule_name(enum rule r);

struct tally {
    int runs;
    int red[RULES]; /* runs with a regression in any row */
    int hit[RULES]; /* runs with a regression in the wanted row */
    bool tells;     /* prints the rows in which bertscope was wrong */
};

/* Counts what the rules say; `wanted`: the part that is slower, -1 = none. */
WARN_UNUSED int tally_run(struct tally *t, const struct timing *before, const struct timing *after, bool paired, int wanted,
                          struct err *e);
void tally_print(const struct tally *t, const char *what, int wanted);

/* A measurement of the same thing, twice in turns: recorded rounds of both sides. */
struct recording {
    struct timing side[2];
};

/* Rounds that could have been measured: launches of the recordings drawn with replacement, sides swapped at random, blocks of rounds
 * within them, and on top of that a drift of the machine and outliers. Part `slow` of the second takes `factor` (and the whole pass what
 * that adds). `paired`: both suffered the same drift; otherwise each its own, and a speed of the machine. The yardstick feels drift
 * and speed, not the outliers. */
WARN_UNUSED int simulate(struct timing out[2], const struct recording *r, int recordings, uint64_t seed, bool paired, int slow,
                         double factor, struct err *e);

#endif
