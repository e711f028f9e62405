/* Masked-language pretraining (Devlin et al. 2018, arXiv 1810.04805, section 3.1): a source (trainer.h) of rows of text with
 * masked tokens, each epoch others (masking.h). The loss is the mean cross-entropy over the masked tokens. The development rows
 * have the same masks in every evaluation of every training: their accuracy is that of the most probable word, the loss of a
 * point is the mean cross-entropy, and its exponential the perplexity. The best point is that of the least loss, which is what is
 * learned and says something about every masked token; the accuracy of few tokens moves in steps. */
#ifndef ANALYZER_TRAIN_PRETRAIN_H
#define ANALYZER_TRAIN_PRETRAIN_H

#include "analyzer/data/batches.h"
#include "analyzer/data/encoded.h"
#include "analyzer/data/masking.h"
#include "analyzer/train/trainer.h"

struct pretrain_options {
    int batch_rows;
    double smoothing; /* of labels, see loss.h */
    uint64_t seed;    /* of the order of rows and of the masks */
    int threads;
};

struct pretrain {
    struct pretrain_options options;
    const struct masking *masking;                /* borrowed */
    const struct encoded *rows, *dev_rows;        /* borrowed; dev_rows may be NULL */
    struct batches batches;                       /* of the epoch under way */
    struct batches dev_batches;
    int64_t epoch, epoch_batches;
    struct masked_batch batch; /* under way */
    double *loss;              /* [batch.masked] of each masked token; owned */
};

/* For a model with a masked-language head and rows without empty ones (masking_drop_empty). The caller frees `out`, also after
 * a failure. */
WARN_UNUSED int pretrain_init(struct pretrain *out, const struct masking *masking, const struct encoded *rows,
                              const struct encoded *dev_rows, const struct pretrain_options *options, struct err *e);
void pretrain_free(struct pretrain *x); /* accepts a zeroed struct */

/* `x` as what a trainer learns from. */
struct train_source pretrain_source(struct pretrain *x);

#endif
