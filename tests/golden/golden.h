/* What the golden suites share: a small model with its expected values (see tests/tools/make_golden.py), a
 * run of it, and the comparison that names the first part of a pass that leaves its bound. */
#ifndef TESTS_GOLDEN_GOLDEN_H
#define TESTS_GOLDEN_GOLDEN_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/model/checkpoint.h"
#include "analyzer/model/model.h"
#include "analyzer/run/plan.h"
#include "analyzer/run/weights.h"
#include "tests/unit/unit.h"

enum { GOLDEN_INPUTS = 4 };

/* The four inputs of a golden.safetensors and all its values. Zeroed = nothing to free. */
struct golden {
    struct checkpoint file;
    int length[GOLDEN_INPUTS];
    int tokens;
    int32_t id[GOLDEN_INPUTS * 64], type[GOLDEN_INPUTS * 64]; /* of all inputs, one after the other */
};

/* Reads tests/golden/NAME/golden.safetensors; a failure is a CUnit failure and false. */
bool golden_open(struct golden *g, const char *name);
void golden_close(struct golden *g);

/* A model with weights packed for `cpu`, and a plan for `sequences` inputs. Zeroed = nothing to free. */
struct run {
    struct model *model;
    struct weights *weights;
    struct plan *plan;
};

/* options may be NULL. A failure is a CUnit failure and false; what was opened is then freed. */
bool run_open(struct run *r, const char *path, const struct model_options *options, uint32_t cpu, enum kernel_format format,
              const int *length, int sequences, const struct plan_options *plan);
void run_close(struct run *r);

/* How far a run was from the golden values. */
struct distance {
    double worst;     /* largest error / bound */
    char where[64];   /* where that was */
    int compared;     /* values of golden.safetensors that were looked at */
    char failed[512]; /* sentence about the first value out of its bound; "" = none */
};

/* Compares `rows` of [rows,cols] with the golden value "INPUT.WHAT"; false once something is out of its
 * bound. */
bool golden_compare(const struct golden *g, int input, const char *what, const float *values, int cols,
                    struct distance *d);

/* Caps that differ on this machine, by name: calls `body` for each, and prints those that add nothing. */
void for_each_cap(void (*body)(const char *cap, uint32_t cpu));

#endif
