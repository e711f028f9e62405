/* The selected step on each of its parts alone: what it costs and gives there, and leaving a part as it is. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reports/format.h"
#include "tui/app.h"
#include "tui/screen_compress.h"

enum { PART, NOW, POINTS, INTERVAL, SIZE, MACS, SPEED, WORTH, KL, COLUMNS = COMPRESS_COLUMNS - COMPRESS_PARTS_FIRST };

/* What is shown: the study, and the step as it was asked for. */
struct source {
    const struct part_study *study;
    const struct recipe *recipe;
    const struct recipe_line *step;
    const struct parts_view *view;
};

static int parse_step(struct recipe *out, const char *text)
{
    struct err ignored;
    *out = (struct recipe){0};
    return recipe_parse(out, text, strlen(text), "the step", &ignored);
}

/* A line as a step of its own: without a comment, and not off. */
static void print_bare(const struct recipe_line *l, char *out, size_t size)
{
    struct recipe_line bare = {.method = l->method};
    struct str text;
    memcpy(bare.value, l->value, sizeof bare.value); /* borrowed */
    str_init(&text);
    recipe_line_print(&bare, &text);
    snprintf(out, size, "%s", text.text);
    str_free(&text);
}

static const struct part_study *study_of(const struct app *a, const struct parts_view *p)
{
    return app_parts(a, p->step, p->cells);
}

/* ---- order --------------------------------------------------------------------------------------------------- */

static double speed_of(const struct part_study *s, const struct sensitive *x)
{
    return s->pass_ns / (s->pass_ns - x->ns_saved);
}

static double share_left(uint64_t before, int64_t saved)
{
    return before > 0 ? 1 - (double)saved / (double)before : (double)NAN;
}

/* The figure of a column, for sorting. */
static double value_of(const struct part_study *s, int row, int column)
{
    const struct sensitive *x = &s->parts.row[row];
    double v = column == SIZE    ? share_left(s->bytes, x->bytes_saved)
               : column == MACS  ? share_left(s->macs, x->macs_saved)
               : column == SPEED ? speed_of(s, x)
               : column == WORTH ? sensitive_worth(x)
               : column == KL    ? x->kl
               : column == PART  ? -row
                                 : -x->lost;
    return isnan(v) ? (double)-INFINITY : v;
}

static bool sortable(int column)
{
    return column != NOW && column != INTERVAL;
}

struct sorted {
    double value; /* the greatest comes first */
    int row;
};

static int compare(const void *a, const void *b)
{
    const struct sorted *x = a, *y = b;
    return x->value > y->value ? -1 : x->value < y->value ? 1 : (x->row > y->row) - (x->row < y->row);
}

/* The rows that are known, in their order; the selected one stays selected. */
static void refresh(const struct part_study *s, struct parts_view *p)
{
    int rows = s && s->parts.rows < PARTS_MOST ? s->parts.rows : s ? PARTS_MOST : 0;
    struct sorted *all = p->table.sort ? malloc((size_t)rows * sizeof *all + 1) : NULL;
    p->rows = rows;
    for (int i = 0; i < rows; i++) {
        p->order[i] = i;
        if (all)
            all[i] = (struct sorted){value_of(s, i, p->table.sort - 1), i};
    }
    if (all)
        qsort(all, (size_t)rows, sizeof *all, compare);
    for (int i = 0; all && i < rows; i++)
        p->order[p->table.invert ? rows - 1 - i : i] = all[i].row;
    for (int i = 0; !all && p->table.invert && i < rows; i++)
        p->order[i] = rows - 1 - i;
    free(all);
    for (int i = 0; i < rows; i++)
        if (p->order[i] == p->selected)
            p->table.cursor = i;
}

static void select_place(struct parts_view *p, int place)
{
    table_select(&p->table, p->rows, place);
    p->selected = p->rows > 0 ? p->order[p->table.cursor] : 0;
}

/* Columns that are left out are no order. */
static void change_sort(struct parts_view *p, int by)
{
    int at = p->table.sort;
    do
        at = (at + by + COLUMNS + 1) % (COLUMNS + 1);
    while (at > 0 && (p->table.w[at - 1] == 0 || !sortable(at - 1)));
    p->table.sort = at;
}

/* ---- cells --------------------------------------------------------------------------------------------------- */

static void title(const struct part_study *s, int column, struct table_cell *out)
{
    static const char *const titles[COLUMNS] = {"Part", "Now", "Points", "95% interval", "Size", "MACs", "Speed", "ms/point", "KL"};
    const char *text = column == WORTH && isnan(s->pass_ns) ? "B/point" : column == POINTS && !s->labelled ? "Agree" : titles[column];
    snprintf(out->text, sizeof out->text, "%s", text);
}

static void points_cell(const struct sensitive *x, int column, struct table_cell *out)
{
    char text[FORMAT_SIZE], high[FORMAT_SIZE];
    out->tone = x->lost_low > 0 ? TONE_BAD : x->lost_high < 0 ? TONE_GOOD : TONE_TEXT;
    if (column == POINTS)
        format_points(out->text, -x->lost / 100);
    else
        snprintf(out->text, sizeof out->text, "%s..%s", format_points(text, -x->lost_high / 100), format_points(high, -x->lost_low / 100));
}

static void figure_cell(const struct part_study *s, const struct sensitive *x, int column, struct table_cell *out)
{
    char text[FORMAT_SIZE];
    double worth = sensitive_worth(x), speed = speed_of(s, x);
    if (column == SIZE && s->bytes > 0)
        format_share(out->text, share_left(s->bytes, x->bytes_saved));
    else if (column == MACS && s->macs > 0)
        format_share(out->text, share_left(s->macs, x->macs_saved));
    else if (column == SPEED && isfinite(speed))
        snprintf(out->text, sizeof out->text, "~%sx", format_ratio(text, speed));
    else if (column == WORTH)
        snprintf(out->text, sizeof out->text, "%s", isinf(worth) ? "no loss" : format_score(text, worth));
    else if (column == KL && isfinite(x->kl))
        format_score(out->text, x->kl);
    else
        snprintf(out->text, sizeof out->text, "-");
}

static void cell(const void *payload, int place, int column, struct table_cell *out)
{
    const struct source *s = payload;
    if (place < 0) {
        title(s->study, column, out);
        return;
    }
    int row = s->view->order[place];
    struct step_part part = part_study_part(s->study, row);
    bool in = recipe_has_part(s->recipe, s->step, part_study_layers(s->study), part);
    if (column == PART)
        part_text(part, out->text, sizeof out->text);
    else if (column == NOW)
        snprintf(out->text, sizeof out->text, "%s", in ? "in" : "as is");
    else if (column == POINTS || column == INTERVAL)
        points_cell(&s->study->parts.row[row], column, out);
    else
        figure_cell(s->study, &s->study->parts.row[row], column, out);
    if (column == PART)
        out->tone = in ? TONE_TITLE : TONE_DIM;
    if (column == NOW)
        out->tone = in ? TONE_DIM : TONE_WARN;
}

/* ---- drawing ------------------------------------------------------------------------------------------------- */

static bool under_way(const struct app *a, const struct parts_view *p)
{
    bool runs = a->job.running && a->job.job == JOB_SENSITIVITY;
    return p->asked == 1 + p->cells && (runs || a->job.waiting > 0);
}

static void draw_title(const struct app *a, const struct parts_view *p, const struct part_study *s, struct canvas *c, struct rect r)
{
    char where[48];
    const char *left = table_position(&p->table, p->rows, where, sizeof where);
    int end = r.x + r.w - (*left ? (int)strlen(left) + 2 : 0), x = r.x;
    x += canvas_put(c, x, r.y, end - x, TONE_HEADER, p->step);
    x += canvas_putf(c, x, r.y, end - x, TONE_TEXT, " on one %s alone", p->cells ? "component of one layer" : "part");
    if (s)
        x += canvas_putf(c, x, r.y, end - x, TONE_DIM, "  %d of %d%s  f leaves it out", s->parts.rows, s->parts.total,
                         part_study_finished(s) ? "" : under_way(a, p) ? ", more come" : ", cut short (s tries again)");
    if (s && s->labelled)
        canvas_putf(c, x, r.y, end - x, TONE_DIM, "  points of %s", s->metric);
    canvas_right(c, r.x, r.y, r.w, TONE_DIM, left);
}

void compress_draw_parts(const struct app *a, struct compress_view *v, struct canvas *c, struct rect r)
{
    struct parts_view *p = &v->parts;
    struct recipe step;
    const struct part_study *s = study_of(a, p);
    int heading = r.h > 3;
    v->rows = (struct rect){0};
    p->table.rows = (struct rect){0};
    refresh(s, p);
    if (heading)
        draw_title(a, p, s, c, (struct rect){r.x, r.y, r.w, 1});
    struct rect rest = {r.x, r.y + heading, r.w, r.h - heading};
    if (parse_step(&step, p->step) == 0 && step.lines == 1 && s && p->rows > 0) {
        struct source x = {s, &a->bench.recipe, &step.line[0], p};
        struct table t = {compress_columns + COMPRESS_PARTS_FIRST, COLUMNS, p->rows, cell, &x};
        table_draw(&t, &p->table, c, rest, a->search);
    } else {
        canvas_wrap(c, rest, TONE_DIM, under_way(a, p) ? "The first part is being tried." : "No part was tried yet (s tries them again).");
    }
    recipe_free(&step);
}

/* ---- asking -------------------------------------------------------------------------------------------------- */

static void ask(struct app *a, struct parts_view *p)
{
    const struct part_study *s = study_of(a, p);
    if ((s && part_study_finished(s)) || under_way(a, p))
        return;
    if (app_ask_parts(a, p->step, p->cells))
        p->asked = 1 + p->cells;
}

void compress_open_parts(struct app *a, struct compress_view *v, int line)
{
    struct parts_view *p = &v->parts;
    const struct recipe *r = &a->bench.recipe;
    char text[TRIAL_RECIPE];
    if (app_parts_refused(a, line < r->lines ? &r->line[line] : NULL, false))
        return;
    print_bare(&r->line[line], text, sizeof text);
    bool known = strcmp(text, p->step) == 0 || strcmp(text, p->now) == 0;
    if (!known) {
        snprintf(p->step, sizeof p->step, "%s", text);
        p->now[0] = '\0';
        p->asked = 0;
        p->selected = p->table.cursor = p->table.top = 0;
    }
    p->cells = false;
    v->at = (struct compress_row){line, -1};
    v->mode = COMPRESS_PARTS;
    ask(a, p);
}

void compress_study(struct app *a, int line)
{
    struct compress_view *v = a->view[SCREEN_COMPRESS];
    const struct recipe *r = &a->bench.recipe;
    line = line >= 0 ? line : v->at.line < r->lines ? v->at.line : r->lines - 1;
    if (app_parts_refused(a, line >= 0 ? &r->line[line] : NULL, false))
        return;
    app_show(a, SCREEN_COMPRESS);
    compress_open_parts(a, v, line);
}

/* Layers and components, or the components of each layer. A table that was cut short goes on instead. */
static void turn(struct app *a, struct parts_view *p)
{
    struct recipe step;
    const struct part_study *s = study_of(a, p);
    bool whole = (s && part_study_finished(s)) || under_way(a, p);
    bool refused = parse_step(&step, p->step) != 0 || app_parts_refused(a, &step.line[0], whole && !p->cells);
    recipe_free(&step);
    if (refused)
        return;
    if (whole) {
        p->cells = !p->cells;
        p->selected = p->table.cursor = p->table.top = 0;
    }
    ask(a, p);
}

/* ---- leaving out --------------------------------------------------------------------------------------------- */

static int without(struct recipe *out, const struct app *a, const struct parts_view *p, const struct part_study *s, struct err *e)
{
    struct recipe step;
    *out = (struct recipe){0};
    int code = parse_step(&step, p->step);
    if (code == 0)
        code = recipe_copy(out, &a->bench.recipe, e);
    if (code == 0)
        code = recipe_leave_out(out, &step.line[0], part_study_layers(s), part_study_part(s, p->selected), e);
    recipe_free(&step);
    return code;
}

static void leave_out(struct app *a, struct compress_view *v)
{
    struct parts_view *p = &v->parts;
    const struct part_study *s = study_of(a, p);
    struct recipe r;
    struct err e = {0};
    char text[32];
    if (!s || p->rows == 0) {
        app_say(a, LOG_INFO, "no part is known yet that could be left out");
        return;
    }
    int code = without(&r, a, p, s, &e);
    if (code == 0)
        code = workbench_set(&a->bench, &r, &e);
    recipe_free(&r);
    if (code == ERR_USAGE)
        app_say(a, LOG_INFO, "%s: %s", part_text(part_study_part(s, p->selected), text, sizeof text), e.text);
    else if (app_changed(a, code, &e))
        app_say(a, LOG_INFO, "%s stays as it is (u takes it back)", part_text(part_study_part(s, p->selected), text, sizeof text));
    if (code == 0 && v->at.line < a->bench.recipe.lines && a->bench.recipe.line[v->at.line].method)
        print_bare(&a->bench.recipe.line[v->at.line], p->now, sizeof p->now);
}

/* ---- acting -------------------------------------------------------------------------------------------------- */

bool compress_parts_act(struct app *a, struct compress_view *v, enum action action)
{
    struct parts_view *p = &v->parts;
    refresh(study_of(a, p), p);
    switch (action) {
    case ACTION_ALONE:
        turn(a, p);
        return true;
    case ACTION_STEP_OPEN:
        if (!app_readonly(a))
            leave_out(a, v);
        return true;
    case ACTION_LEAVE_OUT:
        leave_out(a, v);
        return true;
    case ACTION_SORT_LEFT:
    case ACTION_SORT_RIGHT:
        change_sort(p, action == ACTION_SORT_LEFT ? -1 : 1);
        return true;
    case ACTION_INVERT:
        p->table.invert = !p->table.invert;
        return true;
    default:
        if (!table_act(&p->table, p->rows, action))
            return false;
        select_place(p, p->table.cursor);
        return true;
    }
}

bool compress_parts_click(const struct app *a, struct compress_view *v, int x, int y)
{
    struct parts_view *p = &v->parts;
    int row, column;
    refresh(study_of(a, p), p);
    if (!table_hit(&p->table, p->rows, x, y, &row, &column))
        return false;
    if (row >= 0) {
        select_place(p, row);
    } else if (column >= 0 && column < COLUMNS && sortable(column)) {
        p->table.invert = p->table.sort == column + 1 && !p->table.invert;
        p->table.sort = column + 1;
    }
    return true;
}

bool compress_parts_find(const struct app *a, struct compress_view *v, int direction, bool stay)
{
    struct parts_view *p = &v->parts;
    const struct part_study *s = study_of(a, p);
    char text[32];
    refresh(s, p);
    for (int i = stay ? 0 : 1; i <= p->rows && p->rows > 0; i++) {
        int at = ((p->table.cursor + direction * i) % p->rows + p->rows) % p->rows;
        if (strstr(part_text(part_study_part(s, p->order[at]), text, sizeof text), a->search)) {
            select_place(p, at);
            return true;
        }
    }
    return false;
}
