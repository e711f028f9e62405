/* The opened model as the original that recipes are applied to: what `compress` and `search` begin with. */
#ifndef TUI_BASIS_H
#define TUI_BASIS_H

#include "analyzer/compress/original.h"
#include "tui/opened.h"

struct basis {
    struct opened opened;
    struct workload load;
    struct original original;
};

/* Opens the model of `s`. The caller closes `out`, also after a failure. */
WARN_UNUSED int basis_open(struct basis *out, const struct settings *s, const struct progress *progress, struct err *e);
/* Reads the rows of --data, if there are any, and packs the weights. `needing`: what needs rows, in a sentence ("a step of --step"), or NULL:
 * ERR_USAGE without them. --seq is the length of what is timed, not of rows. */
WARN_UNUSED int basis_rows(struct basis *x, const struct settings *s, const char *needing, const struct progress *progress, struct err *e);
void basis_close(struct basis *x);

/* Seconds to measure a trial for: --budget, or 5. */
double basis_seconds(const struct settings *s);
/* Of that, for each model that a latency table needs. */
double basis_table_seconds(const struct settings *s);

#endif
