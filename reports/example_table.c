#include "reports/example_table.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/text.h"
#include "analyzer/compress/changed_rows.h"
#include "analyzer/data/dataset.h"
#include "analyzer/model/model.h"

/* ---- names of answers ---------------------------------------------------------------------------------------- */

static void copy_text(char *out, size_t size, const char *text)
{
    text_escape(out, size, text, strlen(text));
}

/* What the data calls a class; what the model calls its output where the data has numbers only. */
static void name_output(char *out, size_t size, const struct original *o, int output)
{
    const struct label_map *map = &o->evaluation.labels;
    int class = output < map->classes ? map->class[output] : -1;
    char label[256];
    if (o->data->label && class >= 0 && class < o->data->labels) {
        copy_text(out, size, o->data->label[class]);
        return;
    }
    model_label(o->model, output, label, sizeof label);
    copy_text(out, size, label);
}

static void name_answer(char *out, size_t size, const struct original *o, const struct answer *a)
{
    if (a->output >= 0)
        name_output(out, size, o, a->output);
    else
        snprintf(out, size, "%.4f", a->share);
}

static void name_label(char *out, size_t size, const struct original *o, const struct example *row)
{
    const struct label_map *map = &o->evaluation.labels;
    out[0] = '\0';
    if (o->logits) /* rows without labels */
        return;
    if (o->model->config.labels == 1)
        snprintf(out, size, "%.4f", (double)row->target);
    else if (row->label >= 0 && row->label < map->classes)
        name_output(out, size, o, map->output[row->label]);
}

/* ---- the table ----------------------------------------------------------------------------------------------- */

/* A row that changed. */
struct pick {
    int row;
    double moved;
};

static int compare(const void *a, const void *b)
{
    const struct pick *x = a, *y = b;
    if (x->moved != y->moved)
        return x->moved > y->moved ? -1 : 1;
    return x->row - y->row;
}

/* The rows with another answer, those that moved most first; returns how many. */
static int pick_changed(struct pick *out, const struct row_change *x, int rows)
{
    int n = 0;
    for (int i = 0; i < rows; i++)
        if (row_change_is(&x[i], ROWS_CHANGED))
            out[n++] = (struct pick){i, fabs(x[i].moved)};
    qsort(out, (size_t)n, sizeof *out, compare);
    return n;
}

static void fill(struct example_line *x, const struct original *o, int row, const struct row_change *c)
{
    const struct example *r = &o->data->row[row];
    bool classes = c->first.output >= 0;
    *x = (struct example_line){.line = r->line, .has_pair = r->pair != NULL};
    text_escape(x->text, sizeof x->text, r->text, r->text_len);
    if (r->pair)
        text_escape(x->pair, sizeof x->pair, r->pair, r->pair_len);
    name_label(x->label, sizeof x->label, o, r);
    name_answer(x->before, sizeof x->before, o, &c->first);
    name_answer(x->after, sizeof x->after, o, &c->second);
    x->before_p = classes ? c->first.share : (double)NAN;
    x->after_p = classes ? c->second.share : (double)NAN;
}

/* Room for one group and `n` more lines. */
static int grow(struct example_table *t, int n, struct err *e)
{
    struct example_group *group = realloc(t->group, ((size_t)t->groups + 1) * sizeof *group);
    t->group = group ? group : t->group;
    struct example_line *line = group ? realloc(t->line, ((size_t)t->lines + (size_t)n + 1) * sizeof *line) : NULL;
    t->line = line ? line : t->line;
    return line ? 0 : err_set(e, ERR_NOMEM, "no memory for %d changed rows", n);
}

static int take(struct example_table *out, const char *name, const struct original *o, const struct row_change *x, struct pick *pick, int most,
                struct err *e)
{
    int changed = pick_changed(pick, x, o->data->rows);
    struct example_group g = {.rows = o->data->rows, .changed = changed, .shown = changed < most ? changed : most};
    TRY(grow(out, g.shown, e));
    copy_text(g.trial, sizeof g.trial, name);
    out->group[out->groups++] = g;
    for (int i = 0; i < g.shown; i++)
        fill(&out->line[out->lines++], o, pick[i].row, &x[pick[i].row]);
    return 0;
}

int example_table_add(struct example_table *out, const char *name, const struct trial *t, const struct original *o, int most, struct err *e)
{
    const struct trial original = {.logits = o->evaluated ? (float *)(uintptr_t)original_logits(o) : NULL, .fidelity = t->fidelity};
    if (!row_changes_known(&original, t) || t->fidelity.rows != o->data->rows)
        return 0;
    size_t rows = (size_t)o->data->rows;
    struct row_change *x = malloc((rows + 1) * sizeof *x);
    struct pick *pick = malloc((rows + 1) * sizeof *pick);
    int code = x && pick ? 0 : err_set(e, ERR_NOMEM, "no memory for the answers to %zu rows", rows);
    if (code == 0) {
        row_changes(x, &original, t);
        code = take(out, name, o, x, pick, most, e);
    }
    free(x);
    free(pick);
    return code;
}

int example_table_append(struct example_table *out, const struct example_table *t, struct err *e)
{
    for (int i = 0, at = 0; i < t->groups; at += t->group[i++].shown) {
        int n = t->group[i].shown;
        TRY(grow(out, n, e));
        out->group[out->groups++] = t->group[i];
        for (int k = 0; k < n; k++)
            out->line[out->lines++] = t->line[at + k];
    }
    return 0;
}

void example_table_free(struct example_table *t)
{
    free(t->group);
    free(t->line);
    *t = (struct example_table){.groups = 0};
}
