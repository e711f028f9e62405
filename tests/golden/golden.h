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

/* The four inputs of a model and its values: of the forward pass (golden.safetensors) and of the backward pass
 * (gradients.safetensors). Zeroed = nothing to free. */
struct golden {
    struct checkpoint file, gradients;
    int32_t label[GOLDEN_INPUTS]; /* class of each input */
    int length[GOLDEN_INPUTS];
    int start[GOLDEN_INPUTS]; /* of an input in id and type */
    int tokens;
    int32_t id[GOLDEN_INPUTS * 64], type[GOLDEN_INPUTS * 64]; /* of all inputs, one after the other */
};

/* Reads both files of tests/golden/NAME; a failure is a CUnit failure and false. */
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
    double worst;        /* largest error / bound */
    char where[128];     /* where that was */
    double relative;     /* largest error of a tensor / largest value of that tensor, where that is not 0 */
    char relative_where[128];
    int compared;        /* values of the file that were looked at */
    char failed[512];    /* sentence about the first value out of its bound; "" = none */
};

/* Compares all elements of a tensor with the value of that name; false once a row (all but the last axis) is out of its
 * bound. */
bool golden_compare_tensor(const struct checkpoint *file, const char *name, const float *values, struct distance *d);

/* The same for rows first .. first + rows of a tensor whose last axis is `cols` long. */
bool golden_compare_rows(const struct checkpoint *file, const char *name, size_t first, size_t rows, const float *values,
                         size_t cols, struct distance *d);

/* An element of a golden value that is there, and the bound of its row. */
double golden_value(const struct checkpoint *file, const char *name, size_t i);
double golden_bound(const struct checkpoint *file, const char *name, size_t i);

/* Compares `rows` of [rows,cols] with the golden value "INPUT.WHAT"; false once something is out of its
 * bound. */
bool golden_compare(const struct golden *g, int input, const char *what, const float *values, int cols,
                    struct distance *d);

/* Caps that differ on this machine, by name: calls `body` for each, and prints those that add nothing. */
void for_each_cap(void (*body)(const char *cap, uint32_t cpu));

#endif
