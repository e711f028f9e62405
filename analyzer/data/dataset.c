#include "analyzer/data/dataset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/data/answer.h"
#include "analyzer/data/demo_text.h"

/* Where the columns of a file are, and what is being read. */
struct reader {
    struct dataset *d;
    const struct task *task;
    int columns;            /* of every row; 0 = any that the task allows */
    int text, pair, answer; /* columns, -1 = none */
    struct field *word;     /* [lines] labels, for classes that are numbered at the end; owned */
};

static int find_field(const struct field *field, int n, const char *name)
{
    for (int i = 0; name && i < n && i < FIELDS_MAX; i++)
        if (field_is(&field[i], name))
            return i;
    return -1;
}

static int find_column(const struct task *t, const char *name)
{
    for (int i = 0; name && t->column[i]; i++)
        if (strcmp(t->column[i], name) == 0)
            return i;
    return -1;
}

/* ": this looks like ..." if the line is the header of just one other task. */
static const char *looks_like(const struct task *t, const struct field *field, int n, char out[80])
{
    const struct task *other = task_of_header(field, n);
    *out = '\0';
    if (other && other != t)
        snprintf(out, 80, ": this looks like a file of the task %s", other->name);
    return out;
}

static int read_header(struct reader *r, const struct field *field, int n, struct err *e)
{
    const struct task *t = r->task;
    char looks[80];
    r->columns = n;
    r->text = find_field(field, n, t->text);
    r->pair = find_field(field, n, t->pair);
    r->answer = find_field(field, n, t->answer);
    if (task_has_header(t, field, n))
        return 0;
    looks_like(t, field, n, looks);
    if (!*looks && r->text >= 0 && r->answer < 0)
        return err_set(e, ERR_FORMAT, "there is no column %s: test sets come without labels", t->answer);
    return err_set(e, ERR_FORMAT, "files of the task %s begin with a line that names the columns, among them %s%s%s and %s%s",
                   t->name, t->text, t->pair ? ", " : "", t->pair ? t->pair : "", t->answer, looks);
}

static void columns_without_header(struct reader *r)
{
    r->text = find_column(r->task, r->task->text);
    r->pair = find_column(r->task, r->task->pair);
    r->answer = find_column(r->task, r->task->answer);
}

static int check_columns(struct reader *r, int n, struct err *e)
{
    const struct task *t = r->task;
    const char *columns = n == 1 ? "column" : "columns";
    if (r->columns ? n == r->columns : n >= t->min_columns && n <= t->max_columns) {
        r->columns = t->loose ? 0 : n;
        return 0;
    }
    if (t->header || t->min_columns == t->max_columns)
        return err_set(e, ERR_FORMAT, "%d %s instead of %d", n, columns, t->header ? r->columns : t->min_columns);
    if (r->columns)
        return err_set(e, ERR_FORMAT, "%d %s, but %d in the lines before", n, columns, r->columns);
    return err_set(e, ERR_FORMAT, "%d %s, but files of the task %s have %d or %d", n, columns, t->name, t->min_columns,
                   t->max_columns);
}

static bool is_blank(const struct field *f)
{
    size_t i = 0;
    while (i < f->len && strchr(" \t\v\f\r", f->text[i]))
        i++;
    return i == f->len;
}

/* With fewer columns than the header, or with an empty text. */
static bool is_damaged(const struct reader *r, const struct field *field, int n)
{
    return n < r->columns || is_blank(&field[r->text]) || (r->pair >= 0 && is_blank(&field[r->pair]));
}

static int read_texts(struct example *out, const struct reader *r, const struct field *field, int n, struct err *e)
{
    const struct field *text = &field[r->text], *pair = r->pair >= 0 && r->pair < n ? &field[r->pair] : NULL;
    if (!r->task->loose && (is_blank(text) || (pair && is_blank(pair))))
        return err_set(e, ERR_FORMAT, "%s is empty", is_blank(text) && pair ? "the first text"
                                                     : pair                ? "the second text"
                                                                           : "the text");
    out->text = text->text;
    out->text_len = text->len;
    out->pair = pair ? pair->text : NULL;
    out->pair_len = pair ? pair->len : 0;
    return 0;
}

static int read_fields(struct reader *r, int line, const struct field *field, int n, struct err *e)
{
    struct dataset *d = r->d;
    struct example *row = &d->row[d->rows];
    *row = (struct example){.label = -1, .line = line};
    TRY(check_columns(r, n, e));
    TRY(read_texts(row, r, field, n, e));
    if (r->answer >= 0) {
        TRY(answer_read(row, r->task, &field[r->answer], e));
        r->word[d->rows] = field[r->answer];
    }
    d->rows++;
    return 0;
}

/* What else there is to say when the first line of a file without a header is no row. */
static int maybe_header(const struct task *t, const struct field *field, int n, struct err *e)
{
    char looks[80];
    if (*looks_like(t, field, n, looks) || n < t->min_columns || n > t->max_columns)
        return err_add(e, "%s", looks);
    return err_add(e, " (files of this task have no header)");
}

static int read_row(struct reader *r, int line, char *text, size_t len, struct err *e)
{
    const struct task *t = r->task;
    struct field field[FIELDS_MAX];
    if (len == 0 && !t->loose)
        return err_set(e, ERR_FORMAT, "the line is empty");
    int n = fields_split(field, text, len, t->separator, t->quoted);
    if (n < 0)
        return err_set(e, ERR_FORMAT, "a quote is not closed, or is followed by more than the end of the field");
    if (line == 1 && t->header)
        return read_header(r, field, n, e);
    if (t->skips_damaged && is_damaged(r, field, n)) {
        r->d->skipped++;
        return 0;
    }
    int code = read_fields(r, line, field, n, e);
    return code != 0 && line == 1 ? maybe_header(t, field, n, e) : code;
}

static int read_rows(struct reader *r, struct err *e)
{
    struct dataset *d = r->d;
    for (int i = 0; i < d->lines.n; i++)
        if (read_row(r, i + 1, d->lines.line[i].text, d->lines.line[i].len, e) != 0)
            return err_wrap(e, "%s: line %d", d->name, i + 1);
    if (d->rows == 0 && !r->task->loose)
        return err_set(e, ERR_FORMAT, "%s holds no row", d->name);
    return 0;
}

/* Classes and their names, once all rows are read. */
static int number_labels(struct reader *r, struct err *e)
{
    struct dataset *d = r->d;
    if (r->task->target == TARGET_OPEN)
        return answers_number(d, r->word, e);
    d->labels = task_labels(r->task);
    d->label = calloc((size_t)d->labels + 1, sizeof *d->label);
    if (!d->label)
        return err_set(e, ERR_NOMEM, "no memory for the labels of %s", d->name);
    for (int i = 0; i < d->labels; i++)
        d->label[i] = r->task->label[i];
    return 0;
}

/* The task of the first line, if that is a header. */
static int guess_task(const struct dataset *d, const struct task **out, struct err *e)
{
    struct field field[FIELDS_MAX];
    char names[256];
    const struct line *first = d->lines.line;
    *out = d->lines.n ? task_of_header(field, fields_split(field, first->text, first->len, '\t', false)) : NULL;
    if (*out)
        return 0;
    return err_set(e, ERR_USAGE, "%s: the first line does not tell which task this is; name one of %s", d->name,
                   task_names(names, sizeof names));
}

static int read_lines(struct dataset *d, const struct task *task, struct err *e)
{
    if (!task)
        TRY(guess_task(d, &task, e));
    struct reader r = {.d = d, .task = task};
    d->task = task;
    columns_without_header(&r);
    d->row = calloc((size_t)d->lines.n + 1, sizeof *d->row);
    r.word = calloc((size_t)d->lines.n + 1, sizeof *r.word);
    int code = d->row && r.word ? 0 : err_set(e, ERR_NOMEM, "no memory for the %d rows of %s", d->lines.n, d->name);
    if (code == 0)
        code = read_rows(&r, e);
    if (code == 0)
        code = number_labels(&r, e);
    free(r.word);
    return code;
}

/* Finishes `out`, of which the lines are there if `code` is 0. */
static int finish(struct dataset *out, int code, const char *name, const struct task *task, struct err *e)
{
    out->name = strdup(name);
    if (code == 0 && !out->name)
        code = err_set(e, ERR_NOMEM, "no memory for the name of a file");
    if (code == 0)
        code = read_lines(out, task, e);
    if (code != 0)
        dataset_free(out);
    return code;
}

static int read_demo(struct dataset *out, const char *path, const struct task *task, struct err *e)
{
    enum demo_split split;
    const struct task *demo;
    struct str text;
    TRY(demo_split_find(&split, path, e));
    TRY(task_word("demo", &demo, e));
    if (task && task != demo)
        return err_set(e, ERR_USAGE, "%s is data of the task %s, not of %s", path, demo->name, task->name);
    str_init(&text);
    demo_text(split, &text);
    int code = dataset_from_text(out, text.text, text.len, path, demo, e);
    str_free(&text);
    return code;
}

int dataset_read(struct dataset *out, const char *path, const struct task *task, struct err *e)
{
    *out = (struct dataset){0};
    if (demo_is_named(path))
        return read_demo(out, path, task, e);
    return finish(out, lines_read(&out->lines, path, e), lines_name(path), task, e);
}

int dataset_from_text(struct dataset *out, const char *bytes, size_t n, const char *name, const struct task *task,
                      struct err *e)
{
    *out = (struct dataset){0};
    return finish(out, lines_split(&out->lines, bytes, n, name, e), name, task, e);
}

void dataset_cut(struct dataset *d, int rows)
{
    d->rows = rows < d->rows ? rows : d->rows;
}

void dataset_free(struct dataset *d)
{
    lines_free(&d->lines);
    free(d->name);
    free(d->row);
    free(d->label);
    *d = (struct dataset){0};
}
