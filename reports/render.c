#include "reports/render.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analyzer/base/text.h"
#include "reports/format.h"

enum { CELL_SIZE = 512 };

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

char *value_text(const struct value *v)
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

bool value_is_number(const struct value *v)
{
    return v->kind == VALUE_INT || v->kind == VALUE_REAL || v->kind == VALUE_SPREAD || v->kind == VALUE_ABSENT;
}

struct value matrix_value(const struct emit_matrix *m, int r, int c)
{
    int i = m->first[r] + c;
    bool known = i < m->first[r + 1] && isfinite(m->value[i]);
    return (struct value){.kind = known ? VALUE_REAL : VALUE_ABSENT, .unit = m->unit, .real = known ? m->value[i] : 0};
}

int matrix_columns(const struct emit_matrix *m)
{
    int most = 0;
    for (int r = 0; r < m->rows; r++)
        most = m->first[r + 1] - m->first[r] > most ? m->first[r + 1] - m->first[r] : most;
    return most;
}

void matrix_table(const struct sink *sink, void *state, const char *title, const struct emit_matrix *m, int from, int count)
{
    struct emit_column column[MATRIX_COLUMNS + 1] = {{NULL, m->row, 0}};
    char name[MATRIX_COLUMNS][16];
    for (int c = 0; c < count; c++) {
        snprintf(name[c], sizeof name[c], "%d", from + c);
        column[c + 1] = (struct emit_column){NULL, name[c], m->unit};
    }
    sink->table(state, NULL, title, column, count + 1);
    for (int r = 0; r < m->rows; r++) {
        const struct value number = {.kind = VALUE_INT, .integer = r};
        sink->row(state);
        sink->value(state, &number);
        for (int c = 0; c < count; c++) {
            const struct value cell = matrix_value(m, r, from + c);
            sink->value(state, &cell);
        }
    }
    sink->table_end(state);
}
