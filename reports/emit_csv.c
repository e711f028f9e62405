/* The sink for spreadsheets (RFC 4180): one line a value, "part,row,key,value". A part is the path of keys to the value, a row
 * its number in a table; a spread gives a line for each of its numbers. Numbers are those of the JSON. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/text.h"
#include "reports/escape.h"
#include "reports/sink.h"

enum { DEPTH = 16 };

struct csv_sink {
    struct str out;
    const char *key[DEPTH]; /* of open parts and the table; NULL = none */
    int depth;
    const struct emit_column *column;
    int row; /* of the open table */
};

static void put_text(struct str *out, const char *text, size_t n)
{
    char *safe = malloc(4 * n + 4);
    if (!safe)
        str_out_of_memory();
    text_escape(safe, 4 * n + 4, text, n);
    escape_csv(out, safe);
    free(safe);
}

/* What stands before every value. `part`, `index`: what the key does not say; NULL, -1 = nothing. */
static void put_name(struct csv_sink *s, const char *key, const char *part, int index)
{
    bool first = true;
    for (int i = 0; i < s->depth; i++)
        if (s->key[i]) {
            str_addf(&s->out, "%s%s", first ? "" : ".", s->key[i]);
            first = false;
        }
    str_add(&s->out, ",");
    if (s->column)
        str_addf(&s->out, "%d", s->row);
    str_addf(&s->out, ",%s", key);
    if (part)
        str_addf(&s->out, ".%s", part);
    if (index >= 0)
        str_addf(&s->out, ".%d", index);
    str_add(&s->out, ",");
}

static void put_real(struct csv_sink *s, double x)
{
    if (isfinite(x))
        str_addf(&s->out, "%.9g", x);
    str_add(&s->out, "\r\n");
}

static void put_spread(struct csv_sink *s, const char *key, const struct spread *x)
{
    const struct {
        const char *name;
        double value;
    } parts[] = {{"median", x->median}, {"p90", x->p90}, {"p99", x->p99}, {"ci_low", x->ci_low}, {"ci_high", x->ci_high}, {"n", x->n}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        put_name(s, key, parts[i].name, -1);
        put_real(s, parts[i].value);
    }
}

static void put_list(struct csv_sink *s, const struct value *v)
{
    for (int i = 0; i < v->n; i++) {
        put_name(s, v->key, NULL, i);
        if (v->kind == VALUE_STRINGS) {
            put_text(&s->out, v->strings[i], strlen(v->strings[i]));
            str_add(&s->out, "\r\n");
        } else {
            put_real(s, v->kind == VALUE_INTS ? v->ints[i] : (double)v->reals[i]);
        }
    }
}

static void value(void *state, const struct value *v)
{
    struct csv_sink *s = state;
    if (!v->key)
        return;
    if (v->kind == VALUE_SPREAD) {
        put_spread(s, v->key, v->spread);
        return;
    }
    if (v->kind >= VALUE_INTS) {
        put_list(s, v);
        return;
    }
    put_name(s, v->key, NULL, -1);
    if (v->kind == VALUE_STRING)
        put_text(&s->out, v->text, v->text_len);
    else if (v->kind == VALUE_INT)
        str_addf(&s->out, "%lld", (long long)v->integer);
    else if (v->kind == VALUE_BOOL)
        str_add(&s->out, v->integer ? "true" : "false");
    if (v->kind == VALUE_REAL)
        put_real(s, v->real);
    else
        str_add(&s->out, "\r\n");
}

static void push(struct csv_sink *s, const char *key)
{
    if (s->depth == DEPTH)
        abort(); /* a walker without end */
    s->key[s->depth++] = key;
}

static void open_part(void *state, const char *key, const char *title)
{
    (void)title;
    push(state, key);
}

static void close_part(void *state)
{
    ((struct csv_sink *)state)->depth--;
}

static void note(void *state, const char *text)
{
    (void)state, (void)text;
}

static void no_figure(void *state, const struct figure *f)
{
    (void)state, (void)f;
}

static void table(void *state, const char *key, const char *title, const struct emit_column *columns, int n)
{
    struct csv_sink *s = state;
    (void)title, (void)n;
    push(s, key);
    s->column = columns;
    s->row = -1;
}

static void row(void *state)
{
    ((struct csv_sink *)state)->row++;
}

static void table_end(void *state)
{
    struct csv_sink *s = state;
    s->column = NULL;
    s->depth--;
}

static void matrix(void *state, const char *key, const char *title, const struct emit_matrix *m)
{
    static const struct emit_column none[1] = {{NULL, NULL, 0}};
    struct csv_sink *s = state;
    table(state, key, title, none, 0);
    for (int r = 0; r < m->rows; r++) {
        row(state);
        for (int i = m->first[r]; i < m->first[r + 1]; i++) {
            char column[16];
            snprintf(column, sizeof column, "%d", i - m->first[r]);
            put_name(s, column, NULL, -1);
            put_real(s, m->value[i]);
        }
    }
    table_end(state);
}

static void finish(void *state, struct str *out)
{
    struct csv_sink *s = state;
    str_add_n(out, s->out.text, s->out.len);
    str_free(&s->out);
    free(s);
}

static const struct sink csv_sink = {open_part, close_part, value, note, no_figure, matrix, table, row, table_end, finish};

struct emit *emit_csv(const char *schema)
{
    struct csv_sink *s = calloc(1, sizeof *s);
    (void)schema;
    if (!s)
        str_out_of_memory();
    str_init(&s->out);
    str_add(&s->out, "part,row,key,value\r\n");
    return emit_new(&csv_sink, s);
}
