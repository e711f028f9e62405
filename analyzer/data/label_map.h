/* Which output of a model is which class of a data set.
 *
 * Models number their classes as they like: a model that calls output 0 "POSITIVE" must not be judged as if it were class 0,
 * "negative". So outputs are matched by their names (id2label of config.json) where both sides have names and they are the
 * same, apart from case and from "-" or blank for "_"; else by number. */
#ifndef ANALYZER_DATA_LABEL_MAP_H
#define ANALYZER_DATA_LABEL_MAP_H

#include "analyzer/data/dataset.h"

struct config;

enum label_match { LABELS_BY_NAME, LABELS_BY_NUMBER, LABELS_NONE /* a regression has none */ };

struct label_map {
    enum label_match match;
    int classes; /* outputs of the model; 0 for a regression */
    int *output; /* [classes] of each class; those that the data does not have come last. Owned */
    int *class;  /* [classes] of each output: the inverse. Owned */
};

/* ERR_SHAPE, with what the two sides are, if the outputs of a model with this config cannot be the answers to `d`: their
 * number differs, or only some of the names agree. The caller frees `out`. */
WARN_UNUSED int label_map_make(struct label_map *out, const struct dataset *d, const struct config *c, struct err *e);
void label_map_free(struct label_map *m); /* accepts a zeroed struct */

/* "name", "number", "none". */
const char *label_match_name(enum label_match m);

#endif
