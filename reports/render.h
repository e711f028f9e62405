/* Values as people read them, the same in every form. */
#ifndef REPORTS_RENDER_H
#define REPORTS_RENDER_H

#include "reports/sink.h"

/* The text, safe for a terminal; "-" for an absent value. The caller frees it. */
char *value_text(const struct value *v);

bool value_is_number(const struct value *v);

/* Cell `c` of row `r` of a matrix; absent where the row is shorter or the number is not finite. */
struct value matrix_value(const struct emit_matrix *m, int r, int c);
/* Cells of the longest row. */
int matrix_columns(const struct emit_matrix *m);
/* `count` of its columns as a table of that sink, of which it calls table, row, value and table_end. */
enum { MATRIX_COLUMNS = 63 };
void matrix_table(const struct sink *sink, void *state, const char *title, const struct emit_matrix *m, int from, int count);

#endif
