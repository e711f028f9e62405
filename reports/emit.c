#include "reports/emit.h"

#include <stdlib.h>
#include <string.h>

#include "reports/sink.h"

struct emit {
    const struct sink *sink;
    void *state;
    const struct emit_column *column; /* of the open table; NULL outside */
    int columns, at;
};

struct emit *emit_new(const struct sink *sink, void *state)
{
    struct emit *e = calloc(1, sizeof *e);
    if (!e)
        str_out_of_memory();
    e->sink = sink;
    e->state = state;
    return e;
}

void emit_begin(struct emit *e, const char *key, const char *title)
{
    e->sink->begin(e->state, key, title);
}

void emit_end(struct emit *e)
{
    e->sink->end(e->state);
}

/* Gives a cell the names of its column. */
static void put(struct emit *e, struct value v, const char *key, const char *title)
{
    v.key = key;
    v.title = title;
    if (e->column && e->at < e->columns) {
        v.key = e->column[e->at].key;
        v.title = e->column[e->at].title;
        if (v.kind != VALUE_ABSENT)
            v.unit = e->column[e->at].unit;
        e->at++;
    }
    e->sink->value(e->state, &v);
}

void emit_string_n(struct emit *e, const char *key, const char *title, const char *value, size_t n)
{
    put(e, (struct value){.kind = value ? VALUE_STRING : VALUE_ABSENT, .text = value, .text_len = n}, key, title);
}

void emit_string(struct emit *e, const char *key, const char *title, const char *value)
{
    emit_string_n(e, key, title, value, value ? strlen(value) : 0);
}

void emit_int(struct emit *e, const char *key, const char *title, int64_t value, enum unit unit)
{
    put(e, (struct value){.kind = VALUE_INT, .unit = unit, .integer = value}, key, title);
}

void emit_real(struct emit *e, const char *key, const char *title, double value, enum unit unit)
{
    put(e, (struct value){.kind = VALUE_REAL, .unit = unit, .real = value}, key, title);
}

void emit_bool(struct emit *e, const char *key, const char *title, bool value)
{
    put(e, (struct value){.kind = VALUE_BOOL, .integer = value}, key, title);
}

void emit_spread(struct emit *e, const char *key, const char *title, const struct spread *s, enum unit unit)
{
    put(e, (struct value){.kind = s->n ? VALUE_SPREAD : VALUE_ABSENT, .unit = unit, .spread = s}, key, title);
}

void emit_absent(struct emit *e, const char *key, const char *title)
{
    put(e, (struct value){.kind = VALUE_ABSENT}, key, title);
}

void emit_ints(struct emit *e, const char *key, const char *title, const int32_t *values, int n)
{
    put(e, (struct value){.kind = VALUE_INTS, .ints = values, .n = n}, key, title);
}

void emit_reals(struct emit *e, const char *key, const char *title, const float *values, int n)
{
    put(e, (struct value){.kind = VALUE_REALS, .reals = values, .n = n}, key, title);
}

void emit_strings(struct emit *e, const char *key, const char *title, const char *const *values, int n)
{
    put(e, (struct value){.kind = VALUE_STRINGS, .strings = values, .n = n}, key, title);
}

void emit_matrix(struct emit *e, const char *key, const char *title, const struct emit_matrix *m)
{
    e->sink->matrix(e->state, key, title, m);
}

void emit_value(struct emit *e, const struct value *v)
{
    put(e, *v, v->key, v->title);
}

void emit_figure(struct emit *e, const struct figure *f)
{
    e->sink->figure(e->state, f);
}

void emit_note(struct emit *e, const char *text)
{
    e->sink->note(e->state, text);
}

void emit_table(struct emit *e, const char *key, const char *title, const struct emit_column *columns, int n)
{
    e->column = columns;
    e->columns = n;
    e->sink->table(e->state, key, title, columns, n);
}

void emit_row(struct emit *e)
{
    e->at = 0;
    e->sink->row(e->state);
}

void emit_table_end(struct emit *e)
{
    e->column = NULL;
    e->sink->table_end(e->state);
}

void emit_finish(struct emit *e, struct str *out)
{
    e->sink->finish(e->state, out);
    free(e);
}
