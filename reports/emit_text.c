/* The sink for people: titled values and aligned tables. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/text.h"
#include "reports/format.h"
#include "reports/sink.h"

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
    (void)key;
    if (title)
        str_addf(&s->out, "%s%s\n", s->out.len ? "\n" : "", title);
}

static void close_part(void *state)
{
    (void)state;
}

static void number(char *out, double x, enum unit unit)
{
    switch (unit) {
    case UNIT_COUNT:
        format_count(out, x);
        break;
    case UNIT_BYTES:
        format_bytes(out, x);
        break;
    case UNIT_NS:
        format_ns(out, x);
        break;
    case UNIT_SHARE:
        format_share(out, x);
        break;
    case UNIT_FLOPS:
        format_flops(out, x);
        break;
    case UNIT_RATE:
        format_rate(out, x);
        break;
    case UNIT_RATIO:
        format_ratio(out, x);
        break;
    case UNIT_SCORE:
        format_score(out, x);
        break;
    case UNIT_POINTS:
        format_points(out, x);
        break;
    case UNIT_METRIC:
        format_metric(out, x);
        break;
    case UNIT_NONE:
        snprintf(out, FORMAT_SIZE, "%.6g", x);
        break;
    }
}

static void spread(char *out, const struct spread *x, enum unit unit)
{
    char half[FORMAT_SIZE];
    number(out, x->median, unit);
    size_t used = strlen(out);
    snprintf(out + used, CELL_SIZE - used, " \302\261 %s", format_spread(half, x));
}

static void list(struct str *out, const struct value *v)
{
    for (int i = 0; i < v->n; i++) {
        char safe[CELL_SIZE];
        if (i)
            str_add(out, " ");
        if (v->kind == VALUE_INTS)
            str_addf(out, "%d", v->ints[i]);
        else if (v->kind == VALUE_REALS)
            str_addf(out, "%.6g", (double)v->reals[i]);
        else {
            text_escape(safe, sizeof safe, v->strings[i], strlen(v->strings[i]));
            str_add(out, safe);
        }
    }
}

/* The value as people read it; the caller frees it. */
static char *render(const struct value *v)
{
    struct str out;
    char cell[CELL_SIZE] = "-";
    str_init(&out);
    if (v->kind >= VALUE_INTS) {
        list(&out, v);
        return out.text;
    }
    if (v->kind == VALUE_STRING)
        text_escape(cell, sizeof cell, v->text, v->text_len);
    else if (v->kind == VALUE_INT && v->unit == UNIT_NONE)
        snprintf(cell, sizeof cell, "%lld", (long long)v->integer);
    else if (v->kind == VALUE_INT)
        number(cell, (double)v->integer, v->unit);
    else if (v->kind == VALUE_REAL)
        number(cell, v->real, v->unit);
    else if (v->kind == VALUE_BOOL)
        snprintf(cell, sizeof cell, "%s", v->integer ? "yes" : "no");
    else if (v->kind == VALUE_SPREAD)
        spread(cell, v->spread, v->unit);
    str_add(&out, cell);
    return out.text;
}

static bool is_number(const struct value *v)
{
    return v->kind == VALUE_INT || v->kind == VALUE_REAL || v->kind == VALUE_SPREAD || v->kind == VALUE_ABSENT;
}

static void value(void *state, const struct value *v)
{
    struct text_sink *s = state;
    char *text = render(v);
    if (s->column) {
        s->cell[(s->rows - 1) * s->columns + s->at++] = (struct cell){text, is_number(v)};
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
            abort();
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

static void matrix_cell(struct text_sink *s, const struct emit_matrix *m, int r, int c)
{
    int i = m->first[r] + c;
    bool known = i < m->first[r + 1] && isfinite(m->value[i]);
    struct value v = {.kind = known ? VALUE_REAL : VALUE_ABSENT, .unit = m->unit, .real = known ? m->value[i] : 0};
    value(s, &v);
}

/* `count` columns of a matrix as a table of their own. */
static void matrix_part(struct text_sink *s, const struct emit_matrix *m, int from, int count)
{
    struct emit_column column[MAX_COLUMNS] = {{NULL, m->row, 0}};
    char name[MAX_COLUMNS][16];
    for (int c = 0; c < count; c++) {
        snprintf(name[c], sizeof name[c], "%d", from + c);
        column[c + 1] = (struct emit_column){NULL, name[c], m->unit};
    }
    table(s, NULL, NULL, column, count + 1);
    for (int r = 0; r < m->rows; r++) {
        struct value number = {.kind = VALUE_INT, .integer = r};
        row(s);
        value(s, &number);
        for (int c = 0; c < count; c++)
            matrix_cell(s, m, r, from + c);
    }
    table_end(s);
}

static void matrix(void *state, const char *key, const char *title, const struct emit_matrix *m)
{
    enum { PART = MAX_COLUMNS - 1 };
    int width = 0;
    for (int r = 0; r < m->rows; r++)
        width = m->first[r + 1] - m->first[r] > width ? m->first[r + 1] - m->first[r] : width;
    if (!title)
        return;
    open_part(state, key, title);
    for (int from = 0; from < width; from += PART)
        matrix_part(state, m, from, width - from < PART ? width - from : PART);
}

static void finish(void *state, struct str *out)
{
    struct text_sink *s = state;
    str_add_n(out, s->out.text, s->out.len);
    str_free(&s->out);
    free(s->cell);
    free(s);
}

static const struct sink text_sink = {open_part, close_part, value, note, matrix, table, row, table_end, finish};

struct emit *emit_text(const char *schema)
{
    struct text_sink *s = calloc(1, sizeof *s);
    (void)schema;
    if (!s)
        abort();
    str_init(&s->out);
    return emit_new(&text_sink, s);
}
