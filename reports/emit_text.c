/* The sink for people: titled values and aligned tables. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/text.h"
#include "reports/render.h"

enum { TITLE_COLUMNS = 14, MAX_COLUMNS = 24, CELL_SIZE = 512, GAP = 2 };

struct cell {
    char *text;
    bool right; /* numbers are aligned to the right */
};

struct text_sink {
    struct str out;
    const struct emit_column *column;
    int columns;
    struct cell *cell; /* [rows][columns] of the open table */
    int rows, cap, at;
};

static void open_part(void *state, const char *key, const char *title)
{
    struct text_sink *s = state;
    char safe[CELL_SIZE];
    (void)key;
    if (!title)
        return;
    text_escape(safe, sizeof safe, title, strlen(title));
    str_addf(&s->out, "%s%s\n", s->out.len ? "\n" : "", safe);
}

static void close_part(void *state)
{
    (void)state;
}

static void value(void *state, const struct value *v)
{
    struct text_sink *s = state;
    char *text = value_text(v);
    if (s->column) {
        s->cell[(s->rows - 1) * s->columns + s->at++] = (struct cell){text, value_is_number(v)};
        return;
    }
    if (v->title)
        str_addf(&s->out, "  %-*s %s\n", TITLE_COLUMNS, v->title, text);
    free(text);
}

static void note(void *state, const char *sentence)
{
    struct text_sink *s = state;
    char safe[CELL_SIZE];
    text_escape(safe, sizeof safe, sentence, strlen(sentence));
    str_addf(&s->out, "  %s\n", safe);
}

static void table(void *state, const char *key, const char *title, const struct emit_column *columns, int n)
{
    struct text_sink *s = state;
    open_part(state, key, title);
    s->column = columns;
    s->columns = n;
    s->rows = 0;
}

static void row(void *state)
{
    struct text_sink *s = state;
    if (s->rows == s->cap) {
        s->cap = s->cap ? 2 * s->cap : 64;
        s->cell = realloc(s->cell, (size_t)s->cap * MAX_COLUMNS * sizeof *s->cell);
        if (!s->cell)
            str_out_of_memory();
    }
    memset(&s->cell[s->rows * s->columns], 0, (size_t)s->columns * sizeof *s->cell);
    s->rows++;
    s->at = 0;
}

static int width(const char *text)
{
    return text ? text_width(text, strlen(text)) : 0;
}

static int column_width(const struct text_sink *s, int c)
{
    int most = width(s->column[c].title);
    for (int r = 0; r < s->rows; r++) {
        int w = width(s->cell[r * s->columns + c].text);
        most = w > most ? w : most;
    }
    return most;
}

static bool right_aligned(const struct text_sink *s, int c)
{
    return s->rows > 0 && s->cell[c].right;
}

static void put_cell(struct text_sink *s, const char *text, int columns, bool right, bool last)
{
    int pad = columns - width(text);
    str_repeat(&s->out, ' ', GAP + (right ? pad : 0));
    str_add(&s->out, text ? text : "");
    if (!right && !last)
        str_repeat(&s->out, ' ', pad);
}

static int last_shown(const struct text_sink *s)
{
    int last = 0;
    for (int c = 0; c < s->columns; c++)
        last = s->column[c].title ? c : last;
    return last;
}

static void put_row(struct text_sink *s, int r, const int *widths)
{
    int last = last_shown(s);
    for (int c = 0; c < s->columns; c++)
        if (s->column[c].title)
            put_cell(s, r < 0 ? s->column[c].title : s->cell[r * s->columns + c].text, widths[c],
                     right_aligned(s, c), c == last);
    str_add(&s->out, "\n");
}

/* Not if all columns are for machines. */
static bool is_shown(const struct text_sink *s)
{
    return s->column[last_shown(s)].title;
}

static void table_end(void *state)
{
    struct text_sink *s = state;
    int widths[MAX_COLUMNS];
    for (int c = 0; c < s->columns; c++)
        widths[c] = column_width(s, c);
    for (int r = s->rows ? -1 : 0; r < s->rows && is_shown(s); r++)
        put_row(s, r, widths);
    if (s->rows == 0 && is_shown(s))
        str_add(&s->out, "  (none)\n");
    for (int i = 0; i < s->rows * s->columns; i++)
        free(s->cell[i].text);
    s->column = NULL;
}

static void finish(void *state, struct str *out)
{
    struct text_sink *s = state;
    str_add_n(out, s->out.text, s->out.len);
    str_free(&s->out);
    free(s->cell);
    free(s);
}

static void no_figure(void *state, const struct figure *f)
{
    (void)state, (void)f;
}

static void matrix(void *state, const char *key, const char *title, const struct emit_matrix *m);

static const struct sink text_sink = {open_part, close_part, value, note, no_figure, matrix, table, row, table_end, finish};

static void matrix(void *state, const char *key, const char *title, const struct emit_matrix *m)
{
    enum { PART = MAX_COLUMNS - 1 };
    int width = matrix_columns(m);
    if (!title)
        return;
    open_part(state, key, title);
    for (int from = 0; from < width; from += PART)
        matrix_table(&text_sink, state, NULL, m, from, width - from < PART ? width - from : PART);
}

struct emit *emit_text(const char *schema)
{
    struct text_sink *s = calloc(1, sizeof *s);
    (void)schema;
    if (!s)
        str_out_of_memory();
    str_init(&s->out);
    return emit_new(&text_sink, s);
}
