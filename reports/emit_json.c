/* The sink for machines: one JSON object. */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/text.h"
#include "reports/sink.h"

enum { DEPTH = 16 };

struct json_sink {
    size_t flags; /* of json_dumps */
    json_t *open[DEPTH]; /* objects and arrays that values go into, innermost last */
    int depth;
};

static json_t *top(const struct json_sink *s)
{
    return s->open[s->depth - 1];
}

static void push(struct json_sink *s, json_t *v)
{
    if (s->depth == DEPTH)
        abort(); /* a walker without end */
    s->open[s->depth++] = v;
}

static void open_part(void *state, const char *key, const char *title)
{
    struct json_sink *s = state;
    json_t *part = key ? json_object() : top(s);
    (void)title;
    if (key)
        json_object_set_new(top(s), key, part);
    push(s, part);
}

static void close_part(void *state)
{
    ((struct json_sink *)state)->depth--;
}

static json_t *real(double x)
{
    return isfinite(x) ? json_real(x) : json_null();
}

/* Bytes that are no UTF-8 cannot stand in JSON; they are escaped as on a terminal. */
static json_t *text(const char *s, size_t n)
{
    json_t *v = json_stringn(s, n);
    if (v)
        return v;
    char *safe = malloc(4 * n + 4);
    if (!safe)
        str_out_of_memory();
    v = json_stringn(safe, text_escape(safe, 4 * n + 4, s, n));
    free(safe);
    return v;
}

static json_t *spread(const struct spread *s)
{
    json_t *o = json_object();
    json_object_set_new(o, "median", real(s->median));
    json_object_set_new(o, "p90", real(s->p90));
    json_object_set_new(o, "p99", real(s->p99));
    json_object_set_new(o, "ci_low", real(s->ci_low));
    json_object_set_new(o, "ci_high", real(s->ci_high));
    json_object_set_new(o, "n", json_integer(s->n));
    return o;
}

static json_t *list(const struct value *v)
{
    json_t *a = json_array();
    for (int i = 0; i < v->n; i++)
        json_array_append_new(a, v->kind == VALUE_INTS    ? json_integer(v->ints[i])
                                 : v->kind == VALUE_REALS ? real(v->reals[i])
                                                          : text(v->strings[i], strlen(v->strings[i])));
    return a;
}

static json_t *to_json(const struct value *v)
{
    switch (v->kind) {
    case VALUE_ABSENT:
        return json_null();
    case VALUE_STRING:
        return text(v->text, v->text_len);
    case VALUE_INT:
        return json_integer(v->integer);
    case VALUE_REAL:
        return real(v->real);
    case VALUE_BOOL:
        return json_boolean(v->integer);
    case VALUE_SPREAD:
        return spread(v->spread);
    default:
        return list(v);
    }
}

static void value(void *state, const struct value *v)
{
    if (v->key)
        json_object_set_new(top(state), v->key, to_json(v));
}

static void note(void *state, const char *sentence)
{
    (void)state, (void)sentence;
}

static void matrix(void *state, const char *key, const char *title, const struct emit_matrix *m)
{
    json_t *rows = json_array();
    (void)title;
    for (int r = 0; r < m->rows; r++) {
        json_t *row = json_array();
        for (int i = m->first[r]; i < m->first[r + 1]; i++)
            json_array_append_new(row, real(m->value[i]));
        json_array_append_new(rows, row);
    }
    json_object_set_new(top(state), key, rows);
}

static void table(void *state, const char *key, const char *title, const struct emit_column *columns, int n)
{
    json_t *rows = json_array();
    (void)title, (void)columns, (void)n;
    json_object_set_new(top(state), key, rows);
    push(state, rows);
}

/* A row is open until the next one or the end of the table. */
static void close_row(struct json_sink *s)
{
    if (json_is_object(top(s)))
        s->depth--;
}

static void row(void *state)
{
    close_row(state);
    json_t *o = json_object();
    json_array_append_new(top(state), o);
    push(state, o);
}

static void table_end(void *state)
{
    struct json_sink *s = state;
    close_row(s);
    s->depth--;
}

static void finish(void *state, struct str *out)
{
    struct json_sink *s = state;
    char *dump = json_dumps(s->open[0], s->flags | JSON_REAL_PRECISION(9));
    if (!dump)
        str_out_of_memory();
    str_add(out, dump);
    str_add(out, "\n");
    free(dump);
    json_decref(s->open[0]);
    free(s);
}

static void no_figure(void *state, const struct figure *f)
{
    (void)state, (void)f;
}

static const struct sink json_sink = {open_part, close_part, value, note, no_figure, matrix, table, row, table_end, finish};

static struct emit *open_sink(const char *schema, size_t flags)
{
    struct json_sink *s = calloc(1, sizeof *s);
    if (!s)
        str_out_of_memory();
    s->flags = flags;
    push(s, json_object());
    json_object_set_new(top(s), "schema", json_string(schema));
    return emit_new(&json_sink, s);
}

struct emit *emit_json(const char *schema)
{
    return open_sink(schema, JSON_INDENT(1));
}

struct emit *emit_json_short(const char *schema)
{
    return open_sink(schema, JSON_COMPACT);
}
