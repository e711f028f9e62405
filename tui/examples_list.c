/* The list of the Examples screen: which rows, in which order, and their table. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/text.h"
#include "reports/format.h"
#include "tui/app.h"
#include "tui/screen_examples.h"

const struct column examples_columns[EXAMPLES_COLUMNS] = {
    [EXAMPLES_MARK] = {1, 1, 0, true, "-+~x", "- became wrong, + became right, ~ another answer, x wrong before and now"},
    [EXAMPLES_ROW] = {4, 7, 4, false, "Row", "of the data set, from 1"},
    [EXAMPLES_LABEL] = {5, 5, 3, true, "Label", "what the data set says"},
    [EXAMPLES_FIRST] = {8, 8, 1, true, "Original", "the answer of the original"},
    [EXAMPLES_FIRST_P] = {6, 6, 2, false, "p", "the probability that the original gives its answer"},
    [EXAMPLES_SECOND] = {8, 8, 0, true, "Trial", "the answer of the changed model"},
    [EXAMPLES_SECOND_P] = {6, 6, 2, false, "p now", "the probability that the changed model gives its answer"},
    [EXAMPLES_MOVED] = {7, 7, 5, false, "Moved", "points that the probability of the original's answer changed by; of values their change"},
    [EXAMPLES_TEXT] = {14, 400, 0, true, "Text", "a pair has | between its texts"},
};

/* ---- making it ----------------------------------------------------------------------------------------------- */

static struct examples_key key_of(const struct app *a, const struct examples_view *v)
{
    const struct trial *first = &a->bench.attempt[0].trial, *second = &workbench_now(&a->bench)->trial;
    bool changes = recipe_steps(&a->bench.recipe) > 0;
    return (struct examples_key){.era = a->bench.era, .hash = second->hash, .known = row_changes_known(first, second),
                                 .invert = v->table.invert, .texts = a->texts_number, .tried = a->tried_number, .sort = v->table.sort,
                                 .kind = v->chosen ? v->kind : changes ? ROWS_CHANGED : ROWS_ALL};
}

static bool same_answers(const struct examples_key *x, const struct examples_key *y)
{
    return x->era == y->era && x->hash == y->hash && x->known == y->known;
}

static bool same_key(const struct examples_key *x, const struct examples_key *y)
{
    return same_answers(x, y) && x->invert == y->invert && x->texts == y->texts && x->tried == y->tried && x->sort == y->sort && x->kind == y->kind;
}

static void take_answers(const struct app *a, struct examples_list *l)
{
    const struct trial *first = &a->bench.attempt[0].trial, *second = &workbench_now(&a->bench)->trial;
    size_t rows = l->key.known ? (size_t)second->fidelity.rows : 0;
    free(l->change);
    free(l->row);
    l->change = calloc(rows + 1, sizeof *l->change);
    l->row = calloc(rows + 2, sizeof *l->row);
    l->rows = l->change && l->row ? (int)rows : 0;
    if (l->rows > 0)
        row_changes(l->change, first, second);
    for (int k = 0; k < ROWS_KINDS; k++)
        l->count[k] = row_changes_pick(NULL, l->change, l->rows, (enum rows_kind)k);
}

struct sortable {
    double value; /* the greatest comes first */
    const char *text; /* in their order; "" everywhere where values count */
    int row;
};

static int compare(const void *a, const void *b)
{
    const struct sortable *x = a, *y = b;
    int texts = strcmp(x->text, y->text);
    return texts                  ? texts
           : x->value > y->value ? -1
           : x->value < y->value ? 1
                                 : (x->row > y->row) - (x->row < y->row);
}

static const char *output_name(const struct row_texts *t, int output)
{
    return t && output >= 0 && output < t->outputs ? t->output[output] : "";
}

static struct sortable sortable_of(const struct app *a, const struct examples_list *l, int row)
{
    const struct row_change *x = &l->change[row];
    const struct row_texts *t = app_texts(a);
    const struct row_text *text = t && row < t->rows ? &t->row[row] : NULL;
    struct sortable s = {.text = "", .row = row};
    switch (l->key.sort - 1) {
    case EXAMPLES_LABEL:
        s.text = text ? output_name(t, text->label) : "";
        s.value = text && t->regression ? (double)text->target : 0;
        break;
    case EXAMPLES_FIRST:
        s.text = output_name(t, x->first.output);
        break;
    case EXAMPLES_SECOND:
        s.text = output_name(t, x->second.output);
        break;
    case EXAMPLES_FIRST_P:
        s.value = x->first.share;
        break;
    case EXAMPLES_SECOND_P:
        s.value = x->second.share;
        break;
    case EXAMPLES_MOVED:
        s.value = fabs(x->moved);
        break;
    case EXAMPLES_TEXT:
        s.text = text && text->text ? text->text : "";
        break;
    default:
        s.value = -row;
    }
    return s;
}

static void sort_rows(const struct app *a, struct examples_list *l, int *row, int n)
{
    struct sortable *all = l->key.sort ? malloc((size_t)n * sizeof *all + 1) : NULL;
    for (int i = 0; all && i < n; i++)
        all[i] = sortable_of(a, l, row[i]);
    if (all)
        qsort(all, (size_t)n, sizeof *all, compare);
    for (int i = 0; all && i < n; i++)
        row[i] = all[i].row;
    for (int i = 0; l->key.invert && i < n / 2; i++) {
        int other = row[n - 1 - i];
        row[n - 1 - i] = row[i];
        row[i] = other;
    }
    free(all);
}

static void pick(const struct app *a, struct examples_list *l)
{
    l->n = 0;
    if (!l->row)
        return;
    if (a->tried[0])
        l->row[l->n++] = EXAMPLES_TYPED;
    int n = row_changes_pick(l->row + l->n, l->change, l->rows, l->key.kind);
    sort_rows(a, l, l->row + l->n, n);
    l->n += n;
}

/* The selected row stays selected, whatever else changes, or its place does. */
static void keep_selection(struct examples_view *v)
{
    const struct examples_list *l = &v->list;
    for (int i = 0; i < l->n; i++)
        if (l->row[i] == v->selected) {
            v->table.cursor = i;
            return;
        }
    examples_select(v, v->table.cursor);
}

void examples_select(struct examples_view *v, int cursor)
{
    table_select(&v->table, v->list.n, cursor);
    v->selected = v->list.n > 0 ? v->list.row[v->table.cursor] : EXAMPLES_NONE;
}

void examples_refresh(const struct app *a, struct examples_view *v)
{
    struct examples_list *l = &v->list;
    struct examples_key key = key_of(a, v);
    if (l->row && same_key(&l->key, &key))
        return;
    bool again = l->row && same_answers(&l->key, &key);
    l->key = key;
    if (!again)
        take_answers(a, l);
    pick(a, l);
    if (v->tried != a->tried_number)
        v->selected = EXAMPLES_TYPED;
    v->tried = a->tried_number;
    keep_selection(v);
}

void examples_free_list(struct examples_list *l)
{
    free(l->change);
    free(l->row);
}

/* ---- the table ----------------------------------------------------------------------------------------------- */

struct source {
    const struct app *app;
    const struct examples_view *view;
    const struct row_texts *texts;
};

const char *examples_answer(const struct app *a, struct answer x, char *out, size_t size)
{
    const struct row_texts *t = app_texts(a);
    char text[FORMAT_SIZE];
    if (x.output < 0)
        snprintf(out, size, "%s", format_metric(text, x.share));
    else if (t && x.output < t->outputs)
        snprintf(out, size, "%s", t->output[x.output]);
    else
        snprintf(out, size, "output %d", x.output);
    return out;
}

static bool answers_of(const struct source *s, int row, struct answer *first, struct answer *second, double *moved)
{
    const float *a, *b;
    if (row >= 0) {
        const struct row_change *x = &s->view->list.change[row];
        *first = x->first;
        *second = x->second;
        *moved = x->moved;
        return true;
    }
    int outputs = examples_logits(s->app, s->view, row, &a, &b);
    if (outputs == 0)
        return false;
    *first = answer_of(a, outputs);
    *second = answer_of(b, outputs);
    *moved = (double)NAN;
    return true;
}

static void mark_cell(const struct source *s, int row, struct table_cell *out)
{
    const struct row_change *x = row >= 0 ? &s->view->list.change[row] : NULL;
    if (!x)
        return;
    bool lost = row_change_is(x, ROWS_BECAME_WRONG), won = row_change_is(x, ROWS_BECAME_RIGHT);
    bool other = x->first.output >= 0 && row_change_is(x, ROWS_CHANGED);
    snprintf(out->text, sizeof out->text, "%s", lost ? "-" : won ? "+" : other ? "~" : row_change_is(x, ROWS_WRONG) ? "x" : "");
    out->tone = won ? TONE_GOOD : TONE_WARN;
}

static void label_cell(const struct source *s, int row, struct table_cell *out)
{
    const struct row_texts *t = s->texts;
    char text[FORMAT_SIZE];
    if (!t || row < 0 || row >= t->rows)
        return;
    if (t->regression)
        snprintf(out->text, sizeof out->text, "%s", format_metric(text, (double)t->row[row].target));
    else
        snprintf(out->text, sizeof out->text, "%s", output_name(t, t->row[row].label));
}

static void text_cell(const struct source *s, int row, struct table_cell *out)
{
    const struct row_text *x = s->texts && row >= 0 && row < s->texts->rows ? &s->texts->row[row] : NULL;
    const char *text = row == EXAMPLES_TYPED ? s->app->tried : x && x->text ? x->text : "";
    size_t n = text_escape(out->text, sizeof out->text, text, strlen(text));
    if (x && x->pair && n + 8 < sizeof out->text) {
        n += (size_t)snprintf(out->text + n, sizeof out->text - n, " | ");
        text_escape(out->text + n, sizeof out->text - n, x->pair, strlen(x->pair));
    }
}

static void answer_cell(const struct source *s, int row, int column, struct table_cell *out)
{
    struct answer first, second;
    double moved;
    char text[FORMAT_SIZE];
    if (!answers_of(s, row, &first, &second, &moved)) {
        snprintf(out->text, sizeof out->text, "%s", column == EXAMPLES_MOVED ? "" : "?");
        out->tone = TONE_DIM;
        return;
    }
    bool is_first = column == EXAMPLES_FIRST || column == EXAMPLES_FIRST_P, differs = first.output != second.output;
    struct answer x = is_first ? first : second;
    if (column == EXAMPLES_FIRST || column == EXAMPLES_SECOND)
        examples_answer(s->app, x, out->text, sizeof out->text);
    else if (column == EXAMPLES_MOVED && isfinite(moved))
        snprintf(out->text, sizeof out->text, "%s", x.output < 0 ? format_score(text, moved) : format_points(text, moved));
    else if (column != EXAMPLES_MOVED && x.output >= 0)
        snprintf(out->text, sizeof out->text, "%s", format_share(text, x.share));
    if (column == EXAMPLES_SECOND && differs)
        out->tone = TONE_TITLE;
}

static void cell(const void *payload, int line, int column, struct table_cell *out)
{
    const struct source *s = payload;
    int row = line >= 0 ? s->view->list.row[line] : 0;
    if (line < 0)
        snprintf(out->text, sizeof out->text, "%s", column == EXAMPLES_MARK ? "" : examples_columns[column].name);
    else if (column == EXAMPLES_MARK)
        mark_cell(s, row, out);
    else if (column == EXAMPLES_ROW)
        snprintf(out->text, sizeof out->text, row < 0 ? "yours" : "%d", row + 1);
    else if (column == EXAMPLES_LABEL)
        label_cell(s, row, out);
    else if (column == EXAMPLES_TEXT)
        text_cell(s, row, out);
    else
        answer_cell(s, row, column, out);
}

/* Columns of names and numbers are as wide as the longest one, so that the text has the rest; it is worth more than how far the
 * probability moved. */
static void fit_columns(struct column *column, const struct row_texts *t, int rows, int w)
{
    enum { ROOMY = 76, TEXT_ROOMY = 22 };
    static const int named[] = {EXAMPLES_LABEL, EXAMPLES_FIRST, EXAMPLES_SECOND};
    int longest = t ? 5 : (int)strlen("output 0");
    for (int i = 0; t && i < t->outputs && longest < 16; i++) {
        int name = text_width(t->output[i], strlen(t->output[i]));
        longest = name > 16 ? 16 : name > longest ? name : longest;
    }
    for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
        struct column *c = &column[named[i]];
        int least = (int)strlen(c->name);
        c->width = c->max = longest > least ? longest : least;
    }
    int digits = snprintf(NULL, 0, "%d", rows);
    column[EXAMPLES_ROW].width = column[EXAMPLES_ROW].max = digits > 5 ? digits : 5;
    column[EXAMPLES_TEXT].width = w >= ROOMY ? TEXT_ROOMY : column[EXAMPLES_TEXT].width;
    if (t && t->outputs == 1) { /* a value has no probability, and may move by any amount */
        column[EXAMPLES_FIRST_P].width = column[EXAMPLES_FIRST_P].max = column[EXAMPLES_SECOND_P].width = column[EXAMPLES_SECOND_P].max = 0;
        column[EXAMPLES_MOVED].width = column[EXAMPLES_MOVED].max = (int)strlen("-1.23e-05");
    }
}

void examples_draw_table(const struct app *a, struct examples_view *v, struct canvas *c, struct rect r)
{
    struct source s = {a, v, app_texts(a)};
    struct column column[EXAMPLES_COLUMNS];
    struct table t = {column, EXAMPLES_COLUMNS, v->list.n, cell, &s};
    memcpy(column, examples_columns, sizeof column);
    fit_columns(column, s.texts, v->list.rows, r.w);
    table_draw(&t, &v->table, c, r, a->search);
}

bool examples_holds(const struct app *a, const struct examples_view *v, int row, const char *what)
{
    const struct row_texts *t = app_texts(a);
    char name[ROW_OUTPUT_BYTES + 16], number[16];
    if (row < 0)
        return strcasestr(a->tried, what);
    const struct row_change *x = &v->list.change[row];
    const struct row_text *text = t && row < t->rows ? &t->row[row] : NULL;
    snprintf(number, sizeof number, "%d", row + 1);
    return strcmp(number, what) == 0 || (text && text->text && strcasestr(text->text, what)) ||
           (text && text->pair && strcasestr(text->pair, what)) || (text && strcasestr(output_name(t, text->label), what)) ||
           strcasestr(examples_answer(a, x->first, name, sizeof name), what) ||
           strcasestr(examples_answer(a, x->second, name, sizeof name), what);
}
