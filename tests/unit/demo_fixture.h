/* The built-in model as an original that was evaluated on the first rows of its development set. */
#ifndef TESTS_UNIT_DEMO_FIXTURE_H
#define TESTS_UNIT_DEMO_FIXTURE_H

#include "analyzer/compress/original.h"
#include "analyzer/data/dataset.h"
#include "analyzer/data/encoded.h"
#include "analyzer/model/model.h"
#include "analyzer/run/weights.h"

struct demo {
    struct model *model;
    struct weights *weights;
    struct dataset data;
    struct encoded rows;
    struct original original;
};

struct demo_options {
    int rows;
    int longest;   /* tokens of a row; 0 = what the model has positions for */
    int seq;       /* of the pass that is timed; batch 1, 2 threads */
    size_t hidden; /* bytes for hidden states (original_evaluate) */
};

/* A failure ends the test. */
void demo_open(struct demo *d, const struct demo_options *options);
void demo_close(struct demo *d);

#endif
