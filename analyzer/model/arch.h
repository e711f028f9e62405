/* Architectures: what config.json calls their sizes, how their parameters are named and shaped, and which graph they
 * run. One `const struct arch` in arch_NAME.c and one row in archs.def. */
#ifndef ANALYZER_MODEL_ARCH_H
#define ANALYZER_MODEL_ARCH_H

#include <stdbool.h>
#include <stddef.h>

#include "analyzer/model/config.h"
#include "analyzer/model/roles.h"

struct plan_builder;

/* A size a parameter's shape is made of. */
enum dim {
    DIM_NONE, /* the second axis of a vector */
    DIM_VOCAB,
    DIM_POSITIONS,
    DIM_TYPES,
    DIM_HIDDEN,
    DIM_HEADS, /* heads left in the layer x head size */
    DIM_FFN,   /* neurons left in the layer */
    DIM_LABELS,
    DIM_RANK   /* of an inner factor (inner.h): what the model has, 0 without one */
};

enum presence {
    PRESENT,         /* a file without it is refused */
    PRESENT_OR_NOT,  /* part of the base model that some files leave out */
    PRESENT_IN_HEAD, /* only with a classification head */
    PRESENT_IN_MASKED_HEAD, /* only with a masked-language head, which is opened when it is asked for */
    EMBEDDED         /* needed unless only the encoder is asked for */
};

struct arch_param {
    enum role role;
    const char *name; /* without the architecture's prefix; %d stands for the layer */
    enum dim dim[2];
    enum presence presence;
};

/* One whole number of config.json. */
struct config_key {
    const char *name;
    size_t offset; /* of the int in struct config */
    int min, max;
    int fallback;  /* used when the key is absent; -1 = the key is needed */
};

struct arch {
    const char *name;    /* model_type in config.json */
    const char *summary; /* one line for people */
    const char *class_name; /* what class names of HuggingFace begin with, "Bert" */
    const char *prefix;  /* that files may or may not put before base parameters, "bert." */
    const char *decoder; /* what a masked-language head may have and must then be the word embedding */
    const struct config_key *key;
    int keys;
    const char *act_key; /* of the feed-forward activation */
    float fixed_eps;     /* of LayerNorm; 0 = key layer_norm_eps */
    enum activation pooler_act;   /* between first token and classifier */
    const struct arch_param *param;
    int params;
    /* Emits the steps of a forward pass (analyzer/run/graph.h). */
    int (*graph)(struct plan_builder *b, struct err *e);
};

extern const struct arch *const archs[];
extern const int archs_count;

const struct arch *arch_find(const char *name); /* NULL if unknown */

#endif
