/* The panels of a linear layer: how many, where each begins, and the numbers that go into them. */
#ifndef ANALYZER_RUN_PANELS_H
#define ANALYZER_RUN_PANELS_H

#include "analyzer/base/err.h"
#include "analyzer/run/weights.h"

int panels_of(const struct linear *l); /* 0 without a kernel */
int panel_rows(const struct linear *l, int panel);

/* Of all panels; false if that is no size. */
bool panels_bytes(const struct linear *l, size_t *out);

/* Of a layer whose kernel leaves zeros out: where its panels begin (panel_at), what is left to multiply, and what it takes. */
WARN_UNUSED int panels_place(struct linear *l, struct err *e);

/* Rows [row, row + n) of a layer as dense floats: in place where one part holds them all, else copied to `buffer`. */
const float *weight_rows(const struct linear *l, size_t row, size_t n, float *buffer);

/* Columns [col, col + n) of w, all rows, as dense floats in `buffer`; w has t->k rows of t->n. */
void weight_columns(const struct linear *t, size_t col, size_t n, float *buffer);

#endif
