/* The best recipes under budgets, without retraining: the method `search` for each budget, beside one-shot magnitude pruning to as few MACs. */
#ifndef ANALYZER_COMPRESS_SEARCH_H
#define ANALYZER_COMPRESS_SEARCH_H

#include "analyzer/compress/trial.h"

enum { SEARCH_MOST = 64 };

/* What may be left: the name of an option of the method `search` and a share. */
struct budget {
    char name[16];
    double share; /* above 0, below 1 */
};

/* "macs=0.6"; ERR_USAGE with what it should be. */
WARN_UNUSED int budget_parse(struct budget *out, const char *text, struct err *e);

/* What is left of each layer, as a step that does not depend on a latency table: "search heads=4,3 neurons=512,100". */
void search_counts(struct str *out, const struct model *m);

/* What was found for a budget. */
struct found {
    struct budget budget;
    struct trial trial;
    struct trial one_shot;     /* prune-heads and prune-neurons by=magnitude, all at once, to at most as many MACs */
    struct paired quality;     /* trial against one_shot: the main metric on the same rows; metric NULL = no labels */
    struct discordant answers; /* rows that the one-shot (first) or the trial (second) alone answers as the original does */
    struct estimate closer;    /* what that makes in share of the rows, with its interval */
    bool frontier; /* no other found trial has at most its cost (predicted time, else MACs) and is at least as close to the original */
};

struct search {
    struct found found[SEARCH_MOST];
    int n;
    int best; /* of those that keep all budgets the one closest to the original (divergence; of a regression, quality); -1 = none does */
};

typedef void search_fn(void *payload, const struct search *s); /* after each budget; borrowed */

/* `seq`: tokens of the pass that budgets of MACs are about. The original was evaluated. With `seconds` > 0 the latency table is measured first and every
 * trial is timed, each in about that long; a budget of latency needs the table. Its recipe names what is left of each layer, so that it does not depend
 * on the table. The caller frees `out`, which is not small. */
WARN_UNUSED int search_run(struct search *out, struct original *o, const struct budget *budget, int budgets, int seq, double seconds,
                           search_fn *on_found, void *payload, const struct progress *progress, struct err *e);
void search_free(struct search *s); /* accepts a zeroed struct */

#endif
