/* Where heads look: the attention probabilities softmax(q k^T / sqrt(d)) of every head over one text (Vaswani et al. 2017, arXiv
 * 1706.03762, equation 1), from the queries and keys of a real pass, before attention rounds them where it multiplies bf16. */
#ifndef ANALYZER_RUN_ATTENTION_MAPS_H
#define ANALYZER_RUN_ATTENTION_MAPS_H

#include "analyzer/base/progress.h"
#include "analyzer/model/tokenizer.h"

struct weights;

/* The numbers of a head in the model it comes from (struct layer_shape). */
struct head_number {
    int layer, head;
};

struct attention_maps {
    int tokens, heads;
    struct head_number *head; /* [heads] layer by layer; owned */
    int first, end;           /* heads whose maps are kept */
    float *map;               /* [end - first][tokens, tokens]: row = who looks, sums to 1; owned */
    int outputs;
    float *logits;            /* [outputs] of the same pass; NULL = the model has no classification head; owned */
};

struct attention_options {
    int threads;
    size_t limit; /* bytes of maps; 0 = ATTENTION_LIMIT. If those of all layers are more, only those of `layer` are kept */
    int layer;    /* its number in the model it comes from */
};

#define ATTENTION_LIMIT ((size_t)32 << 20)

/* The caller frees `out`, also after a failure. */
WARN_UNUSED int attention_maps(struct attention_maps *out, const struct weights *w, const struct encoding *x,
                               const struct attention_options *options, const struct progress *progress, struct err *e);
void attention_maps_free(struct attention_maps *m); /* accepts a zeroed struct */

/* Its place among the heads; -1 = the model has no such head (any more). */
int attention_maps_find(const struct attention_maps *m, int layer, int head);
/* [tokens, tokens]; NULL for a head that is not kept. */
const float *attention_maps_of(const struct attention_maps *m, int place);

#endif
