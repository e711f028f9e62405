/* Tasks: what a data set asks, and how its files are written. One row of tasks.def each. */
#ifndef ANALYZER_DATA_TASK_H
#define ANALYZER_DATA_TASK_H

#include <stdbool.h>
#include <stddef.h>

#include "analyzer/base/err.h"
#include "analyzer/data/fields.h"

struct metric;

/* What the label of a row is. */
enum task_target {
    TARGET_NONE,   /* there is none */
    TARGET_NUMBER, /* a class by its number, 0 .. n - 1 */
    TARGET_WORD,   /* a class by its name */
    TARGET_OPEN,   /* a class by any number or, in all rows, any word; which there are is up to the file */
    TARGET_VALUE   /* a number to be predicted (regression) */
};

struct task {
    const char *name;    /* "sst2" */
    const char *summary; /* one line for people */
    enum task_target target;
    const char *const *label; /* names of the classes in the order of their numbers, NULL at the end; NULL = up to the file */
    double low, high;         /* of TARGET_VALUE; both 0 = any finite number */

    /* the file */
    char separator; /* 0 = the whole line is one column */
    bool quoted; /* as CSV: see fields.h. Otherwise a quote is text like any other. */
    bool header; /* the first line names the columns */
    const char *const *column; /* names of the columns, NULL at the end; without a header their order is that of the file */
    int min_columns, max_columns;
    const char *text, *pair, *answer; /* which columns; pair NULL = one text; answer NULL with TARGET_NONE */
    bool loose;         /* a text may be empty, only some rows may be pairs, there may be no row */
    bool masked;        /* what is asked is what the masked tokens of the text were, see masking.h */
    bool skips_damaged; /* the published file has rows with columns or texts missing: they are left out and counted */

    const struct metric *const *metric; /* the main one first, NULL at the end; NULL without labels */
};

extern const struct task tasks[];
extern const int tasks_count;

/* By its name; ERR_USAGE lists the names. */
WARN_UNUSED int task_word(const char *name, const struct task **out, struct err *e);

/* The only task whose files have this first line; NULL if there is none or more than one. Only headers tell: nothing is
 * guessed from file names or texts. */
const struct task *task_of_header(const struct field *field, int n);

/* Whether this can be the first line of a file of the task, which has headers. */
bool task_has_header(const struct task *t, const struct field *field, int n);

int task_labels(const struct task *t); /* 0 = up to the file, or none */

/* "sst2, rte, ..." */
const char *task_names(char *out, size_t size);

#endif
