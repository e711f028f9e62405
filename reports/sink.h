/* The two sides of emit.h: what every form has to implement. One file a sink. */
#ifndef REPORTS_SINK_H
#define REPORTS_SINK_H

#include "reports/emit.h"

enum value_kind { VALUE_ABSENT, VALUE_STRING, VALUE_INT, VALUE_REAL, VALUE_BOOL, VALUE_SPREAD, VALUE_INTS, VALUE_REALS,
                  VALUE_STRINGS };

/* One value, of any kind; everything is borrowed for the call. */
struct value {
    enum value_kind kind;
    enum unit unit;
    const char *key, *title;
    const char *text;
    size_t text_len;
    int64_t integer; /* VALUE_INT, VALUE_BOOL */
    double real;
    const struct spread *spread;
    const int32_t *ints;
    const float *reals;
    const char *const *strings;
    int n; /* of a list */
};

struct sink {
    void (*begin)(void *state, const char *key, const char *title);
    void (*end)(void *state);
    void (*value)(void *state, const struct value *v);
    void (*note)(void *state, const char *text);
    void (*figure)(void *state, const struct figure *f);
    void (*matrix)(void *state, const char *key, const char *title, const struct emit_matrix *m);
    void (*table)(void *state, const char *key, const char *title, const struct emit_column *columns, int n);
    void (*row)(void *state);
    void (*table_end)(void *state);
    void (*finish)(void *state, struct str *out); /* also frees the state */
};

struct emit *emit_new(const struct sink *sink, void *state);

/* Hands a value on to another form. */
void emit_value(struct emit *e, const struct value *v);

/* JSON without blanks, for sinks that hold it. */
struct emit *emit_json_short(const char *schema);

#endif
