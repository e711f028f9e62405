/* The gradient of every row's loss with respect to gates of heads and neurons: what their Fisher information is made of. */
#ifndef ANALYZER_COMPRESS_GATES_H
#define ANALYZER_COMPRESS_GATES_H

#include "analyzer/compress/method.h"
#include "analyzer/measure/heads.h"

struct gates {
    struct head_scores scores; /* on these rows; owned, like what follows */
    int rows;
    float *head;   /* [rows, heads of all layers] */
    float *neuron; /* [rows, neurons of all layers] */
};

/* Of `m` on the first `rows` of the materials' rows. `out` is borrowed: from the memo, if they were worked out before or it keeps them, else
 * from `room`, which the caller frees. Not labelled rows: against the model's own predictions. */
WARN_UNUSED int gates_of(const struct gates **out, struct gates *room, const struct model *m, const struct materials *x, int rows,
                         const struct progress *progress, struct err *e);
void gates_free(struct gates *g); /* accepts a zeroed struct */

#endif
