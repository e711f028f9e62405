/* Parameters in memory of the model instead of in its files: made at random, copied to be changed, or a mixture. */
#ifndef ANALYZER_MODEL_VALUES_H
#define ANALYZER_MODEL_VALUES_H

#include "analyzer/model/model.h"

/* What is random. */
enum values_fresh {
    VALUES_ALL,  /* everything the architecture has but a masked-language head; a classification head if config.labels > 0 */
    VALUES_NONE, /* what there is is copied */
    VALUES_HEAD, /* the classifier, and the pooler if there is none; the rest is copied, without a masked-language head */
    VALUES_MASKED_HEAD /* the masked-language head if there is none; the rest is copied, without classifier and pooler */
};

/* Replaces m->param by dense f32 in m->values, which can be written to, and gives the model's files back. Random weights
 * are N(0, 0.02) as in Devlin et al. 2018, LayerNorms 1 and 0, biases 0; what is drawn depends on the seed and on the
 * place of a parameter among the others. Matrices keep their format if any numbers can be rounded to it and
 * it does not count on zeros, and what is shared stays so. On failure the model is as before. */
WARN_UNUSED int values_fill(struct model *m, enum values_fresh fresh, uint64_t seed, const struct progress *progress,
                            struct err *e);

/* Rounds the matrices of an owned model to their formats, as packing does; logits stay as they are. */
void values_round(struct model *m);

#endif
