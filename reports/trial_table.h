/* Trials beside each other: copies that outlive models and rows. */
#ifndef REPORTS_TRIAL_TABLE_H
#define REPORTS_TRIAL_TABLE_H

#include "analyzer/compress/trial.h"

enum { TRIAL_TABLE_MOST = 1000 };

/* Texts are safe to show. What is not known is NAN. */
struct trial_line {
    int number;    /* 0 = the original */
    char name[80];
    char *recipe; /* its steps, one a line, "" = the original; owned */
    struct cost cost;
    struct estimate quality;    /* the main metric of the rows; without labels the share of answers that stayed */
    struct estimate difference; /* of the main metric from the original's, paired */
    double agreement, kl;
    struct estimate time; /* of a pass, as a share of the original's; measured in turns */
    double predicted;     /* the same by the latency table, without one by MACs */
};

struct trial_table {
    char task[32], metric[32], metric_title[64]; /* of the rows, the main metric; "" = they have no labels, or there are none */
    int rows;                          /* that were evaluated; 0 = none */
    int current;                       /* the line that the report is about */
    int total;                         /* trials there are; those that are not in the table were left out to keep it short */
    struct trial_line *line;           /* [lines], the original first; owned */
    int lines;
};

/* Appends a copy of what is known of `t`. The caller frees the table, also after a failure. */
WARN_UNUSED int trial_table_add(struct trial_table *out, int number, const char *name, const struct trial *t, struct err *e);
/* Leaves out trials until at most `most` (from 2 on) are left, the oldest first, those on a frontier last; never the original and the current
 * one. `total` stays what it was. */
WARN_UNUSED int trial_table_shorten(struct trial_table *t, int most, struct err *e);
WARN_UNUSED int trial_table_copy(struct trial_table *out, const struct trial_table *t, struct err *e);
void trial_table_free(struct trial_table *t); /* accepts a zeroed struct */

/* What a trial is drawn and ranked by: by time (measured, else predicted) or by bytes, both as shares of the original's. NAN = not known. */
enum trial_cost { TRIAL_COST_TIME, TRIAL_COST_BYTES, TRIAL_COSTS };
double trial_table_cost(const struct trial_table *t, int line, enum trial_cost by);
/* on [lines]: those that no other beats (frontier.h). */
WARN_UNUSED int trial_table_frontier(bool *on, const struct trial_table *t, enum trial_cost by, struct err *e);

#endif
