/* A forward pass of a post-LayerNorm encoder (BERT, DistilBERT) in double: plain, slow, one sequence at a time, without kernels,
 * plan or executor. Its parameters and gates can be changed one by one, so that differences of its loss say what gradients
 * must be. test_reference.c compares it with the golden values. */
#ifndef TESTS_GOLDEN_REFERENCE_H
#define TESTS_GOLDEN_REFERENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/kernels.h"

struct model;

enum { REFERENCE_TOKENS = 64, REFERENCE_LABELS = 8, REFERENCE_HIDDEN = 256 };

struct reference {
    const struct model *model;           /* borrowed */
    double **param;                      /* [params]: the values of each parameter; owned */
    double *head_gate;                   /* [layers, heads]: factors, 1 at first; owned */
    double *neuron_gate;                 /* [layers, ffn]: the same after the activation; owned */
    double *hidden;                      /* [layers + 1, REFERENCE_TOKENS, hidden]: of the last pass; owned */
    double *pooled;                      /* [hidden]; owned */
    double logits[REFERENCE_LABELS];
    double *room; /* owned */
};

/* A copy of the parameters of a model, which must be small. With a format other than f32 its linear weights are rounded to
 * that, if it is f16. */
void reference_open(struct reference *r, const struct model *m, enum kernel_format format);
void reference_close(struct reference *r);

/* The pass over a sequence of n tokens; type may be NULL if the model has none. */
void reference_run(struct reference *r, const int32_t *id, const int32_t *type, int n);

/* -log softmax(logits)[label] of a pass. */
double reference_loss(struct reference *r, const int32_t *id, const int32_t *type, int n, int label);

#endif
