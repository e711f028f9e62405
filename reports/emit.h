/* One walk over a result, several forms: a walker says what there is, a sink says how it looks.
 *
 * Every value has a key (for machines) and a title (for people). A value that could not be measured is absent: null for
 * machines, "-" for people. Texts may come from files: sinks make them safe. */
#ifndef REPORTS_EMIT_H
#define REPORTS_EMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/base/str.h"
#include "analyzer/measure/stats.h"

struct emit;

/* What a number is, which decides how people read it. */
enum unit {
    UNIT_NONE, /* a plain number */
    UNIT_COUNT,
    UNIT_BYTES,
    UNIT_NS,
    UNIT_SHARE,
    UNIT_FLOPS,
    UNIT_RATE,
    UNIT_RATIO,
    UNIT_SCORE,
    UNIT_POINTS,
    UNIT_METRIC
};

/* A column of a table. `title` NULL = only for machines; so is a table without any title. */
struct emit_column {
    const char *key, *title;
    enum unit unit;
};

/* The forms, by sinks.def: struct emit *emit_json(const char *schema) and so on. The schema is "bertscope.NAME/1". The caller
 * finishes each with emit_finish. */
#define SINK(name, meaning) struct emit *emit_##name(const char *schema);
#include "reports/sinks.def"
#undef SINK

/* A part: an object for machines (key NULL = none: its values are those of the part around it), a headline for people (title
 * NULL = none). */
void emit_begin(struct emit *e, const char *key, const char *title);
void emit_end(struct emit *e);

/* Values of the current part, or, inside a table, the next cells of the current row. In a table `key` and `title` are
 * those of the column and NULL here. */
void emit_string(struct emit *e, const char *key, const char *title, const char *value); /* NULL = absent */
void emit_string_n(struct emit *e, const char *key, const char *title, const char *value, size_t n);
void emit_int(struct emit *e, const char *key, const char *title, int64_t value, enum unit unit);
void emit_real(struct emit *e, const char *key, const char *title, double value, enum unit unit);
void emit_bool(struct emit *e, const char *key, const char *title, bool value);
void emit_spread(struct emit *e, const char *key, const char *title, const struct spread *s, enum unit unit);
void emit_absent(struct emit *e, const char *key, const char *title);
/* Lists inside a part or a cell. */
void emit_ints(struct emit *e, const char *key, const char *title, const int32_t *values, int n);
void emit_reals(struct emit *e, const char *key, const char *title, const float *values, int n);
void emit_strings(struct emit *e, const char *key, const char *title, const char *const *values, int n);
/* Rows of numbers that may differ in length: an array of arrays for machines, a table with numbered columns for people. */
struct emit_matrix {
    const double *value; /* row r is [first[r], first[r + 1]); what is not finite is absent */
    const int *first;    /* [rows + 1] */
    int rows;
    const char *row;    /* what a row is, "layer"; only for people */
    enum unit unit;
};
void emit_matrix(struct emit *e, const char *key, const char *title, const struct emit_matrix *m);
/* A sentence for people only. */
void emit_note(struct emit *e, const char *text);

/* A picture of what the next table says, in forms that can show one (figure.h); nothing for machines, who read the table. */
struct figure;
void emit_figure(struct emit *e, const struct figure *f);

/* An array of objects for machines, a table for people (title NULL = the table has no headline). Title and columns are
 * borrowed until emit_table_end. */
void emit_table(struct emit *e, const char *key, const char *title, const struct emit_column *columns, int n);
void emit_row(struct emit *e); /* begins the next row */
void emit_table_end(struct emit *e);

/* Appends everything to `out` (initialized), as text that ends in a newline; frees `e`. */
void emit_finish(struct emit *e, struct str *out);

#endif
