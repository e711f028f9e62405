/* The labelled rows that a command works on: --data, --task, --rows and --seq. */
#ifndef TUI_LABELLED_H
#define TUI_LABELLED_H

#include "analyzer/data/encoded.h"
#include "analyzer/model/model.h"
#include "tui/options.h"

struct labelled {
    struct dataset data;
    struct encoded rows; /* tokenized for the model */
};

/* What can be said before anything is read: ERR_USAGE without --data (the model demo has demo:dev), and for a
 * task that there is not. */
WARN_UNUSED int labelled_check(const struct settings *s, struct err *e);

/* Reads --data, or demo:dev. */
WARN_UNUSED int labelled_data(struct dataset *out, const struct settings *s, struct err *e);

/* Tokenizes rows with at most --seq tokens each, or as many as the model has positions. */
WARN_UNUSED int labelled_encode(struct encoded *out, const struct dataset *d, const struct settings *s,
                                const struct model *m, int threads, const struct progress *progress, struct err *e);

/* Reads the rows (without --task its header must tell the task), and tokenizes the first --rows of it with at most --seq tokens
 * each, or as many as the model has positions. The caller frees `out`, also after a failure. */
WARN_UNUSED int labelled_read(struct labelled *out, const struct settings *s, const struct model *m, int threads,
                              const struct progress *progress, struct err *e);
void labelled_free(struct labelled *x); /* accepts a zeroed struct */

/* The workload with passes of pairs, cut where the rows are on average, if they are pairs and nothing else was asked for. */
struct workload labelled_workload(const struct labelled *rows, const struct workload *load);

#endif
