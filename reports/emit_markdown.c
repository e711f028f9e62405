/* The sink for Markdown: headlines, lists and tables as GitHub and most others read them. */
#include <stdlib.h>

#include "reports/escape.h"
#include "reports/render.h"

enum { DEPTH = 16 };

struct markdown_sink {
    struct str out;
    bool titled[DEPTH];
    int depth, level;
    bool list; /* the last line is an item of a list */
    const char *table_title; /* of the open table, borrowed like its columns; NULL = none */
    const struct emit_column *column;
    int columns, at, rows;
};

static void end_list(struct markdown_sink *s)
{
    if (s->list)
        str_add(&s->out, "\n");
    s->list = false;
}

static void headline(struct markdown_sink *s, const char *title)
{
    end_list(s);
    str_repeat(&s->out, '#', s->level < 6 ? s->level : 6);
    str_add(&s->out, " ");
    escape_markdown(&s->out, title);
    str_add(&s->out, "\n\n");
}

static void open_part(void *state, const char *key, const char *title)
{
    struct markdown_sink *s = state;
    (void)key;
    if (s->depth == DEPTH)
        abort(); /* a walker without end */
    s->titled[s->depth++] = title != NULL;
    s->level += title != NULL;
    if (title)
        headline(s, title);
}

static void close_part(void *state)
{
    struct markdown_sink *s = state;
    end_list(s);
    s->level -= s->titled[--s->depth];
}

static void put_value(struct str *out, const struct value *v)
{
    char *shown = value_text(v);
    if (value_is_number(v))
        str_add(out, shown);
    else
        escape_markdown(out, shown);
    free(shown);
}

static void value(void *state, const struct value *v)
{
    struct markdown_sink *s = state;
    if (s->column) {
        if (!s->column[s->at++].title)
            return;
        str_add(&s->out, " ");
        put_value(&s->out, v);
        str_add(&s->out, " |");
        return;
    }
    if (!v->title)
        return;
    str_add(&s->out, "- ");
    escape_markdown(&s->out, v->title);
    str_add(&s->out, *v->title ? ": " : "");
    put_value(&s->out, v);
    str_add(&s->out, "\n");
    s->list = true;
}

static void note(void *state, const char *text)
{
    struct markdown_sink *s = state;
    end_list(s);
    escape_markdown(&s->out, text);
    str_add(&s->out, "\n\n");
}

static void no_figure(void *state, const struct figure *f)
{
    (void)state, (void)f;
}

static bool has_columns(const struct emit_column *columns, int n)
{
    for (int c = 0; c < n; c++)
        if (columns[c].title)
            return true;
    return false;
}

static void table(void *state, const char *key, const char *title, const struct emit_column *columns, int n)
{
    struct markdown_sink *s = state;
    (void)key;
    s->table_title = title;
    s->column = columns;
    s->columns = n;
    s->rows = 0;
}

/* The headline and the titles; a table without rows is not shown at all. */
static void table_head(struct markdown_sink *s)
{
    s->level++;
    if (s->table_title)
        headline(s, s->table_title);
    s->level--;
    end_list(s);
    for (int line = 0; line < 2; line++) {
        str_add(&s->out, "|");
        for (int c = 0; c < s->columns; c++) {
            if (!s->column[c].title)
                continue;
            str_add(&s->out, line ? " --- " : " ");
            escape_markdown(&s->out, line ? "" : s->column[c].title);
            str_add(&s->out, line ? "|" : " |");
        }
        str_add(&s->out, "\n");
    }
}

static void row(void *state)
{
    struct markdown_sink *s = state;
    if (has_columns(s->column, s->columns)) {
        if (s->rows == 0)
            table_head(s);
        str_add(&s->out, s->rows ? "\n|" : "|");
    }
    s->rows++;
    s->at = 0;
}

static void table_end(void *state)
{
    struct markdown_sink *s = state;
    if (has_columns(s->column, s->columns))
        str_add(&s->out, s->rows ? "\n\n" : "");
    s->column = NULL;
}

static void finish(void *state, struct str *out)
{
    struct markdown_sink *s = state;
    while (s->out.len > 1 && s->out.text[s->out.len - 1] == '\n' && s->out.text[s->out.len - 2] == '\n')
        s->out.text[--s->out.len] = '\0';
    str_add_n(out, s->out.text, s->out.len);
    str_free(&s->out);
    free(s);
}

static void matrix(void *state, const char *key, const char *title, const struct emit_matrix *m);

static const struct sink markdown_sink = {open_part, close_part, value, note, no_figure, matrix, table, row, table_end, finish};

static void matrix(void *state, const char *key, const char *title, const struct emit_matrix *m)
{
    int n = matrix_columns(m);
    (void)key;
    for (int from = 0; title && from < n; from += MATRIX_COLUMNS)
        matrix_table(&markdown_sink, state, title, m, from, n - from < MATRIX_COLUMNS ? n - from : MATRIX_COLUMNS);
}

struct emit *emit_markdown(const char *schema)
{
    struct markdown_sink *s = calloc(1, sizeof *s);
    (void)schema;
    if (!s)
        str_out_of_memory();
    str_init(&s->out);
    return emit_new(&markdown_sink, s);
}
