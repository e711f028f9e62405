/* A model: architecture, config, named parameters, and the structure each layer has left.
 *
 * A model is data. The original parameters stay as they were read (mapped, read-only); whatever is built from them
 * can be rebuilt, so nothing ever has to be inverted. */
#ifndef ANALYZER_MODEL_MODEL_H
#define ANALYZER_MODEL_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/base/arena.h"
#include "analyzer/base/progress.h"
#include "analyzer/model/checkpoint.h"
#include "analyzer/model/component.h"
#include "analyzer/model/config.h"
#include "analyzer/model/roles.h"
#include "analyzer/model/tensor.h"

struct tokenizer;

/* One parameter tensor. */
struct param {
    enum role role;
    enum component component;
    int layer;        /* -1 = not in a layer */
    const char *name; /* the name in the file, or the architecture's for a preset; escape before showing */
    struct tensor tensor;
    enum kernel_format format; /* its numbers are representable in it, and a linear layer computes in it; F32: any numbers */
    float input_range;         /* of a linear layer in a format that rounds its inputs to integers: the largest |input| that they reach, fixed
                                  beforehand; 0 = each token has its own */
    int shared;                /* parameters of one role with the same number here share their numbers (shared.h), unless a step changed one
                                  of them alone; 0 = none */
};

/* What is left of one encoder layer; a pruned model is an ordinary model. */
struct layer_shape {
    int heads;
    int neurons;
    int number; /* of the layer in the model that it comes from */
    int *head;  /* [heads] the numbers of its heads there, rising; NULL = 0, 1, ...; owned */
    bool decoupled; /* tokens of the two texts of a pair do not attend to each other (Cao et al. 2020, arXiv 2005.00697) */
};

int layer_head(const struct layer_shape *l, int i); /* the number of its head i */

struct model {
    char *name;   /* as the user named it: a directory, demo, preset:NAME; owned */
    char *origin; /* one sentence: where the numbers come from; owned */
    struct config config;
    struct param *param; /* in the order of the forward pass; owned */
    int params;
    struct layer_shape *layer; /* [config.layers]; owned */
    struct checkpoint checkpoint;
    char **added;                /* [addeds] names of parameters that its base does not have, see derive.h; owned, like each */
    int addeds;
    struct arena values;         /* parameters that are in memory, see values.h */
    const struct model *base;    /* whose tensors and tokenizer this one borrows, see derive.h; or NULL */
    float **own;                 /* [params] numbers in memory of their own (replaced, or unpacked from a compact file), NULL where they
                                    are base's or in the files; owned, NULL where there are none */
    struct tokenizer *tokenizer; /* NULL when the model has none, tokenizer_missing says why; owned unless it is base's */
    char *tokenizer_missing;     /* owned */
    bool random;                 /* seeded random weights: times and counts mean something, outputs do not */
    int unused;                  /* tensors in the files that the architecture has no use for */
    char *note;                  /* something the user should know ("no classification head: ..."); owned, or NULL */
};

struct model_options {
    uint64_t seed;     /* of preset weights */
    bool encoder_only; /* accept files without embeddings; the plan must then start from hidden states */
    bool masked_head;  /* take the masked-language head too, if the files have one; otherwise it counts as unused */
    const struct config *config; /* use this (borrowed) instead of config.json */
};

/* Opens `spec`: a model directory, "demo", or "preset:NAME". The caller frees it. options and progress may be NULL. */
WARN_UNUSED int model_open(struct model **out, const char *spec, const struct model_options *options,
                           const struct progress *progress, struct err *e);
void model_free(struct model *m); /* accepts NULL */

/* A model of these sizes (copied) with random weights, see values.h; with config.labels > 0 it has a classification head.
 * A preset is made in the same way. The caller frees it. */
WARN_UNUSED int model_make(struct model **out, const struct config *c, uint64_t seed, const struct progress *progress,
                           struct err *e);

/* Copies every parameter into memory of the model as dense f32 and closes its files; nothing to do for a model that was made.
 * Pointers to parameters from before, and weights and plans built on them, are no longer good. */
WARN_UNUSED int model_own(struct model *m, const struct progress *progress, struct err *e);
bool model_is_owned(const struct model *m);

/* The numbers of parameter `param` of an owned model, to be changed; weights that were packed do not know of it. */
float *model_values(struct model *m, int param);

/* Owns the model and leaves it with an encoder and a masked-language head (Devlin et al. 2018, section 3.1), a fresh one if it
 * has none; a classifier goes, and the pooler with it. */
WARN_UNUSED int model_set_masked_head(struct model *m, uint64_t seed, struct err *e);

/* Owns the model and gives it a fresh classification head of `labels` outputs (and a pooler, if its architecture has one and
 * it has none); a masked-language head goes. `names` [labels] are copied; NULL = LABEL_0 and so on. */
WARN_UNUSED int model_set_labels(struct model *m, int labels, const char *const *names, uint64_t seed, struct err *e);

/* NULL where the architecture or the file has no such parameter. */
const struct param *model_param(const struct model *m, enum role role, int layer);

bool model_has_classifier(const struct model *m);
bool model_has_masked_head(const struct model *m);

/* Parameters (numbers, not tensors) of a component; those that are shared count once. */
uint64_t model_param_count(const struct model *m, enum component c);
uint64_t model_layer_param_count(const struct model *m, enum component c, int layer);
uint64_t model_param_total(const struct model *m);

/* Label text of an output: from id2label, else LABEL_i. Escape it before showing. */
void model_label(const struct model *m, int i, char *out, size_t size);

#endif
