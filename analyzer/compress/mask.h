/* Which heads and neurons stay under a budget: mask search without retraining (Kwon et al. 2022, arXiv 2204.09656).
 *
 * The loss of a mask m is taken to be L(1) + 1/2 (1 - m)^T I (1 - m) with the empirical Fisher information I of the gates (equation 8). Search
 * uses its diagonal (section 4.1, algorithm 1), rearrangement its blocks of layers (section 4.2). */
#ifndef ANALYZER_COMPRESS_MASK_H
#define ANALYZER_COMPRESS_MASK_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/base/err.h"
#include "analyzer/measure/head_grid.h"

/* What a layer costs by how many heads and neurons it has left, in any unit. Owns its numbers. */
struct prices {
    int layers;
    double *head;   /* head[grid.first[l] + l + i]: of i heads in layer l, 0 <= i <= all of them */
    double *neuron; /* likewise */
    double fixed;   /* what neither changes */
};

WARN_UNUSED int prices_init(struct prices *out, const struct head_grid *heads, const struct head_grid *neurons, struct err *e);
void prices_free(struct prices *p);

/* What all of it costs. */
double prices_total(const struct prices *p, const struct head_grid *heads, const struct head_grid *neurons);

/* How many heads [layers] and neurons [layers] stay: for every number of heads the most important of all, and as many of the most important
 * neurons as are paid for, take the choice with the greatest importance. At least one of a layer stays. The values are numbered through by the grids. ERR_SHAPE
 * if even one of each costs more than `limit`. */
WARN_UNUSED int mask_search(int *heads_left, int *neurons_left, const struct prices *p, double limit, const struct head_grid *heads,
                            const double *head_value, const struct head_grid *neurons, const double *neuron_value, struct err *e);

/* kept [n]: the `left` greatest values; of equals the first. */
WARN_UNUSED int mask_greatest(bool *kept, const double *value, int n, int left, struct err *e);

/* Exchanges kept and gone units of a layer while that lowers the mean over the rows of (sum of the gradients of gone units)^2, which is
 * (1 - m)^T I (1 - m) of the layer's block. gradient [rows, ld], the layer's are its first n columns. One round over the kept units. */
WARN_UNUSED int mask_rearrange(bool *kept, const float *gradient, int ld, int rows, int n, uint32_t cpu, int threads, struct err *e);

#endif
