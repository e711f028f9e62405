/* What a model computes for the rows of a recipe's data: inputs of its linear layers, or gradients of its parameters. */
#ifndef ANALYZER_COMPRESS_CALIBRATE_H
#define ANALYZER_COMPRESS_CALIBRATE_H

#include "analyzer/compress/method.h"

struct gradients;
struct plan;

/* Called for every batch. Without gradients after the forward pass: what linear steps read is in plan->step[i].x[0], what a LayerNorm reads in
 * its x[0] and x[1]. With gradients after the backward pass: g holds those of the batch, summed over its rows, and nothing else is left. */
typedef int calibrate_fn(void *payload, const struct plan *p, const struct gradients *g, struct err *e);

/* Runs the first `rows` of the materials' rows (0 = all), always in the same batches. ERR_USAGE without rows. */
WARN_UNUSED int calibrate(const struct model *m, const struct materials *x, int rows, bool gradients, calibrate_fn *on_batch,
                          void *payload, const struct progress *progress, struct err *e);

#endif
