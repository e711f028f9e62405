/* Rows that a trial answers differently than the original: copies that outlive models and rows. */
#ifndef REPORTS_EXAMPLE_TABLE_H
#define REPORTS_EXAMPLE_TABLE_H

#include "analyzer/compress/trial.h"

enum { EXAMPLES_SHOWN = 12, EXAMPLE_GROUPS = 1000, EXAMPLE_TEXT = 280 };

/* Texts are safe to show. */
struct example_line {
    int line;       /* in the file */
    char text[EXAMPLE_TEXT], pair[EXAMPLE_TEXT]; /* cut off where they are longer */
    bool has_pair;
    char label[96];          /* what was wanted; "" = the row has no label */
    char before[96], after[96]; /* the answers */
    double before_p, after_p;   /* how probable they seem; NAN of a regression */
};

/* Of one trial. */
struct example_group {
    char trial[80];
    int rows, changed; /* in all, and with another answer (a regression: with another value) */
    int shown;         /* of those: the ones that moved most */
};

struct example_table {
    struct example_group *group; /* [groups]; owned */
    int groups;
    struct example_line *line; /* [lines] by group; owned */
    int lines;
};

/* Appends at most `most` rows of the trial, which has its logits; nothing if it has not. The original was evaluated. The caller frees the
 * table, also after a failure. */
WARN_UNUSED int example_table_add(struct example_table *out, const char *name, const struct trial *t, const struct original *o, int most,
                                  struct err *e);
/* Appends group and lines of another table. */
WARN_UNUSED int example_table_append(struct example_table *out, const struct example_table *t, struct err *e);
void example_table_free(struct example_table *t); /* accepts a zeroed struct */

#endif
