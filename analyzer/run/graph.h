/* The graph of an architecture: code that emits the steps of one forward pass into a plan.
 *
 * A graph names values, not buffers: the builder works out how long each value lives and where it is kept. */
#ifndef ANALYZER_RUN_GRAPH_H
#define ANALYZER_RUN_GRAPH_H

#include "analyzer/base/err.h"
#include "analyzer/run/plan.h"

struct plan_builder;

/* A post-LayerNorm encoder (BERT, DistilBERT and their students): Devlin et al. 2018; Vaswani et al. 2017, section 3.
 * Parts that the model does not have (token types, pooler, classifier) are left out, and so is a masked-language head
 * (section 3.1 there) that nobody asks for. */
WARN_UNUSED int graph_encoder(struct plan_builder *b, struct err *e);

/* ---- for graphs --------------------------------------------------------------------------------------------- */

const struct model *builder_model(const struct plan_builder *b);
const struct weights *builder_weights(const struct plan_builder *b);
const struct plan_options *builder_options(const struct plan_builder *b);
const struct plan *builder_plan(const struct plan_builder *b); /* sequences, tokens, start are known */

/* Adds a step that makes a value of [rows, cols] floats; returns the value's number. `in` lists the values it reads
 * (-1 = none). The step is filled by the caller before the call, except op costs, buffers and kernel. */
int builder_step(struct plan_builder *b, const struct step *s, int rows, int cols);

/* A value that is there before the first step (hidden states given from outside). */
int builder_input(struct plan_builder *b, int rows, int cols);

/* Marks a value that outlives the pass: the hidden states after a layer, the pooled vectors, the logits. */
void builder_keep(struct plan_builder *b, enum plan_output what, int layer, int value);

#endif
