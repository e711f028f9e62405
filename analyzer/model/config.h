/* The hyperparameters of a model, read from config.json through the key names of its architecture. */
#ifndef ANALYZER_MODEL_CONFIG_H
#define ANALYZER_MODEL_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "analyzer/base/err.h"
#include "analyzer/base/str.h"
#include "kernels/kernels.h"

#define CONFIG_MAX_LAYERS 512

struct arch;
struct compact;

struct config {
    const struct arch *arch;
    int vocab, hidden, layers, heads, ffn; /* ffn = intermediate size */
    int positions, types;                  /* types 0 = no token type embedding */
    int labels;                            /* outputs of the classification head; 0 = not said */
    int pad_id;
    float eps; /* of every LayerNorm */
    enum activation act;
    int head_size; /* hidden / heads */
    char head[64]; /* architectures[0], for example BertForSequenceClassification; "" if not said */
    char **label;  /* [labels] names from id2label, NULL where unknown; owned */
    int label_count;
    /* pruned_heads of older HuggingFace files: pruned[layer] = how many heads are gone; owned, NULL = none */
    int *pruned;
    struct compact *compact; /* of a compact directory, until its tensors are bound (compact.h); owned, NULL = none. Not copied */
};

/* Reads DIR/config.json, or any file given by path. Every value is checked for range and for agreement with the
 * others; the sentence names the file, the key and the value. */
WARN_UNUSED int config_read(struct config *out, const char *path, struct err *e);
/* The same from memory; `name` stands for the file in sentences. */
WARN_UNUSED int config_parse(struct config *out, const char *json, size_t n, const char *name, struct err *e);
/* Checks a filled config and derives head_size. */
WARN_UNUSED int config_check(struct config *c, const char *name, struct err *e);
/* A copy that owns its texts. */
WARN_UNUSED int config_copy(struct config *out, const struct config *c, struct err *e);
/* Replaces labels and their names; `names` [labels] are copied, NULL = none are known. */
WARN_UNUSED int config_set_labels(struct config *c, int labels, const char *const *names, struct err *e);
void config_free(struct config *c);

/* What files call an activation. */
const char *config_act_name(enum activation act);

/* What a model has besides its encoder: what HuggingFace calls its class. */
enum config_head { CONFIG_NO_HEAD, CONFIG_CLASSIFIER, CONFIG_MASKED_HEAD };

/* Appends the config as config.json of a HuggingFace directory. `dtype`: what torch calls the type of the parameters
 * ("float32"). `compact`: of a compact directory, else NULL. */
WARN_UNUSED int config_write(const struct config *c, enum config_head head, const char *dtype, const struct compact *compact,
                             struct str *out, struct err *e);

#endif
