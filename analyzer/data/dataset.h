/* A data set: rows of one text or two, most with a label.
 *
 * Files are not trusted. A row that is not what the task's files are made of gives ERR_FORMAT and one sentence with file
 * and line; nothing is repaired or left out in silence. */
#ifndef ANALYZER_DATA_DATASET_H
#define ANALYZER_DATA_DATASET_H

#include "analyzer/data/lines.h"
#include "analyzer/data/task.h"

enum { DATASET_MAX_LABELS = 1000 };

struct example {
    const char *text; /* UTF-8 or not; not terminated */
    size_t text_len;
    const char *pair; /* NULL = the row has one text */
    size_t pair_len;
    int label;    /* class, -1 in data without classes */
    float target; /* of a regression */
    int line;     /* in the file, from 1 */
};

struct dataset {
    const struct task *task;
    char *name;           /* of the file; owned */
    struct example *row;  /* [rows] in the order of the file; owned */
    int rows;
    int labels;           /* classes; 0 in data without classes */
    const char **label;   /* [labels] their names; NULL where the file only has numbers; owned */
    int skipped;          /* damaged rows that the task allows to leave out */
    struct lines lines;   /* what texts and names point into */
};

/* Reads a file, standard input if `path` is "-", or generated rows if it is demo:train, demo:dev or demo:test (./demo:dev
 * would be a file). `task` NULL: the task is that of the header; ERR_USAGE if no header
 * tells. The caller frees `out`. */
WARN_UNUSED int dataset_read(struct dataset *out, const char *path, const struct task *task, struct err *e);

/* The same from memory; `name` stands for the file in sentences. */
WARN_UNUSED int dataset_from_text(struct dataset *out, const char *bytes, size_t n, const char *name,
                                  const struct task *task, struct err *e);

/* Keeps the first `rows`. */
void dataset_cut(struct dataset *d, int rows);

void dataset_free(struct dataset *d); /* accepts a zeroed struct */

#endif
