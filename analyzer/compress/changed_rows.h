/* What a trial did to the answers: the rows whose answer changed, and how sure both models were. Reads what trials hold; nothing runs. */
#ifndef ANALYZER_COMPRESS_CHANGED_ROWS_H
#define ANALYZER_COMPRESS_CHANGED_ROWS_H

#include <stdbool.h>

struct trial;

/* Which rows of a data set. */
enum rows_kind {
    ROWS_CHANGED,      /* another answer than the original's */
    ROWS_BECAME_WRONG, /* the original had the label */
    ROWS_BECAME_RIGHT,
    ROWS_WRONG,        /* the trial does not have the label */
    ROWS_ALL,
    ROWS_KINDS
};

/* An answer to one row. */
struct answer {
    int output;   /* with the largest logit, the first of equals; -1 with a single output, which is a value */
    double share; /* its softmax; with a single output the value itself */
};

struct row_change {
    struct answer first, second; /* of the original, of the trial */
    double moved;                /* what the trial added to the share of the original's answer; of a single output to the value */
    bool labelled;               /* whether the next two mean something: rows with classes as labels */
    bool first_right, second_right;
};

const char *rows_kind_title(enum rows_kind k); /* "became wrong" */

/* Softmax of one row; out [outputs]. A single output gives itself. */
void answer_shares(double *out, const float *logits, int outputs);
/* logits [outputs] */
struct answer answer_of(const float *logits, int outputs);

/* Whether both hold their answers to the same rows. */
bool row_changes_known(const struct trial *original, const struct trial *t);
/* out [t->fidelity.rows]; needs row_changes_known. */
void row_changes(struct row_change *out, const struct trial *original, const struct trial *t);
/* Of a single output any other value is another answer. */
bool row_change_is(const struct row_change *x, enum rows_kind k);
/* row [at most rows]: the rows of that kind, rising; NULL = only count them. Returns how many. */
int row_changes_pick(int *row, const struct row_change *x, int rows, enum rows_kind k);

#endif
