/* Head importance by gradient, and the diagonal Fisher information of heads and feed-forward neurons.
 *
 * Every head's output is multiplied by a gate xi = 1. The importance of head h is the expected absolute gradient of an
 * example's own loss with respect to its gate (Michel, Levy, Neubig 2019, arXiv 1905.10650, equation 6):
 *
 *     I_h = E_x |dL(x) / dxi_h| = E_x |Att_h(x)^T dL(x) / dAtt_h(x)|
 *
 * The absolute value is taken for each example; that of a batch's sum would let examples cancel. The same pass gives the
 * mean of the squares, which is the diagonal of the empirical Fisher information of the gates (Kwon et al. 2022, section
 * 4.1), again for each example; neurons of the feed-forward layer have gates after the activation.
 *
 * Only gradients of activations are computed, and sequences are packed without padding. */
#ifndef ANALYZER_MEASURE_HEADS_H
#define ANALYZER_MEASURE_HEADS_H

#include <stdbool.h>

#include "analyzer/base/progress.h"
#include "analyzer/measure/head_grid.h"

struct dataset;
struct encoded;
struct model;
struct weights;

struct head_scores {
    struct head_grid grid;
    double *score;  /* [heads] mean over the rows of |gradient of the gate|; owned */
    double *fisher; /* [heads] mean over the rows of its square; owned */
    struct head_grid neurons;  /* numbers the neurons of the feed-forward layers through in the same way */
    double *neuron_fisher;     /* [neurons] mean square of the gradient of a neuron's gate; owned */
    int rows, rows_total; /* used so far, and in all */
    bool labelled;        /* loss against the labels of the data; false: against the model's own predictions */
    double loss;          /* mean over the rows */
    double seconds;
    bool finished;
};

struct heads_options {
    int threads;
    bool unlabelled; /* targets are the model's own predictions even if the rows have labels */
    /* Where the gradients of the gates of every row are written, or NULL: [rows, heads of all layers] and [rows, neurons of all layers]. */
    float *head_gates, *neuron_gates;
};

/* Called from inside heads_score after every batch; borrowed for the call. Scores are means over the rows so far. */
typedef void heads_fn(void *payload, const struct head_scores *s);

/* Whether the heads of this model can be scored: it needs heads and a classifier; ERR_UNSUPPORTED with what is missing. */
WARN_UNUSED int heads_check(const struct model *m, struct err *e);

/* Scores all heads over all rows. The loss is cross-entropy, or the squared error where the model has a single output; without
 * labels the target is the output with the largest logit (ERR_UNSUPPORTED for a single output: the squared error
 * against one's own output is zero, and so is its gradient). The weights were packed with gradients. `on_snapshot` and `progress` may
 * be NULL. The caller frees `out`; a cancelled run leaves none. */
WARN_UNUSED int heads_score(struct head_scores *out, const struct weights *w, const struct dataset *d,
                            const struct encoded *x, const struct heads_options *options, heads_fn *on_snapshot,
                            void *payload, const struct progress *progress, struct err *e);

/* Zeroed values for a model, ready to be added to. The caller frees it. */
WARN_UNUSED int head_scores_init(struct head_scores *out, const struct model *m, struct err *e);
/* The same for the heads and neurons of those grids, which are copied. */
WARN_UNUSED int head_scores_make(struct head_scores *out, const struct head_grid *heads, const struct head_grid *neurons, struct err *e);
WARN_UNUSED int head_scores_copy(struct head_scores *out, const struct head_scores *s, struct err *e);
void head_scores_free(struct head_scores *s); /* accepts a zeroed struct */

/* Standard error of a head's score: the mean of n absolute values with mean s and mean square f has the variance
 * (f - s^2) / (n - 1). NAN with less than two rows. */
double head_scores_error(const struct head_scores *s, int head);

/* value [heads]: the scores, with `normalize` divided by the l2 norm of their layer; error [heads], or NULL, likewise. */
void head_scores_values(const struct head_scores *s, bool normalize, double *value, double *error);

#endif
