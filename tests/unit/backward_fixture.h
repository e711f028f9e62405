/* A small model with all that a backward pass needs, and three sequences for it. */
#ifndef TESTS_UNIT_BACKWARD_FIXTURE_H
#define TESTS_UNIT_BACKWARD_FIXTURE_H

#include "tests/unit/unit.h"

#include "analyzer/model/model.h"
#include "analyzer/run/exec.h"
#include "analyzer/run/gradients.h"
#include "analyzer/run/op.h"
#include "analyzer/run/plan.h"
#include "analyzer/run/weights.h"

enum { HIDDEN = 128, LAYERS = 2, TOKENS = 54, SEQUENCES = 3 };

extern const int backward_lengths[SEQUENCES];

struct backward_fixture {
    struct model *model; /* BERT-tiny; its values may be changed */
    struct weights *weights;
    struct gradients *gradients;
};

struct backward_fixture backward_open(enum kernel_format format);
void backward_close(struct backward_fixture *f);

/* A plan of the three sequences, with tokens; 2 threads unless the options say otherwise. */
struct plan *backward_plan(const struct backward_fixture *f, struct plan_options options);

/* Forward and backward, with some gradient at every output that has a loss. */
void backward_run(const struct backward_fixture *f, const struct plan *p);
void backward_seed(float *dy, size_t n); /* that gradient; dy may be NULL */

/* Options of every kind; those from BACKWARD_ALL on have gradients of all parameters. */
enum { BACKWARD_NONE = 0, BACKWARD_GATES = 2, BACKWARD_ALL = 6, BACKWARD_KINDS = 11 };
extern const struct plan_options backward_kinds[BACKWARD_KINDS];

#endif
