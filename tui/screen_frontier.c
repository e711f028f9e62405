/* Frontier: all trials of the session, quality against what they cost, and which of them no other beats. */
#include "tui/screen.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/least.h"
#include "analyzer/compress/frontier.h"
#include "analyzer/data/metric.h"
#include "reports/format.h"
#include "tui/app.h"
#include "tui/layout.h"
#include "tui/screen_frontier.h"
#include "tui/widget_plot.h"
#include "tui/widget_table.h"

enum axis { AXIS_TIME, AXIS_BYTES, AXIS_MACS, AXES };

static const char *const axis_titles[AXES] = {"time of a pass, against the original", "size of the file, against the original",
                                              "MACs of a pass, against the original"};

enum { COLUMN_MARK, COLUMN_NAME, COLUMN_QUALITY, COLUMN_POINTS, COLUMN_INTERVAL, COLUMN_TIME, COLUMN_BYTES, COLUMN_MACS, COLUMNS };

static const struct column columns[COLUMNS] = {
    [COLUMN_MARK] = {3, 3, 0, true, "*", "on the frontier: no other trial has as much quality for as little; > : the present one; = : chosen to compare with"},
    [COLUMN_NAME] = {20, 90, 0, true, NULL, NULL},
    [COLUMN_QUALITY] = {8, 9, 1, false, "Quality", "the main metric of the rows; without labels how many answers are those of the original"},
    [COLUMN_POINTS] = {7, 8, 1, false, "Points", "its change against the original, on the same rows"},
    [COLUMN_INTERVAL] = {16, 17, 4, false, "95%", "where that change lies (paired)"},
    [COLUMN_TIME] = {7, 8, 2, false, "Time", "of a pass, against the original: measured in turns, ~ predicted"},
    [COLUMN_BYTES] = {7, 8, 2, false, "Size", "of the compact file, against that of the original"},
    [COLUMN_MACS] = {7, 8, 3, false, "MACs", "of a pass, against the original"},
};

struct view {
    struct table_view table;
    enum axis axis;
    int other; /* 1 + attempt to compare with; 0 = none */
    bool parts; /* the comparison stands in place of the picture */
    bool *on;  /* [attempts] of the frontier; owned, like the next */
    double *cost, *quality;
    int room;
};

struct source {
    const struct app *app;
    const struct view *view;
};

/* ---- figures ------------------------------------------------------------------------------------------------- */

bool frontier_counted(const struct attempt *a)
{
    return a->stage != ATTEMPT_NEW && a->stage != ATTEMPT_FAILED;
}

static double share(uint64_t now, uint64_t before)
{
    return before ? (double)now / (double)before : (double)NAN;
}

double frontier_time(const struct attempt *a, bool *predicted)
{
    const struct trial *t = &a->trial;
    *predicted = t->time.speedup.n == 0 && a->recipe[0];
    if (t->time.speedup.n > 0)
        return 1 / t->time.speedup.median;
    if (!a->recipe[0])
        return 1;
    double speedup = t->forecast.timed ? t->forecast.speedup : t->forecast.by_macs;
    return speedup > 0 ? 1 / speedup : share(t->cost.macs, t->before.macs);
}

static double cost_of_axis(const struct attempt *a, enum axis axis)
{
    bool predicted;
    if (!frontier_counted(a))
        return (double)NAN;
    return axis == AXIS_TIME    ? frontier_time(a, &predicted)
           : axis == AXIS_BYTES ? share(a->trial.cost.bytes, a->trial.before.bytes)
                                : share(a->trial.cost.macs, a->trial.before.macs);
}

static double quality_of(const struct attempt *a)
{
    const struct trial *t = &a->trial;
    if (!frontier_counted(a) || !t->evaluated)
        return (double)NAN;
    return t->quality.task && t->quality.metrics ? t->quality.value[0].value : t->fidelity.agreement.value;
}

/* Fills in the figures of all trials, and which are on the frontier. */
static bool figure(struct view *v, const struct workbench *w)
{
    if (v->room < w->attempts) {
        int room = 2 * w->attempts;
        bool *on = realloc(v->on, (size_t)room * sizeof *on);
        v->on = on ? on : v->on;
        double *cost = realloc(v->cost, (size_t)room * sizeof *cost), *quality = NULL;
        v->cost = cost ? cost : v->cost;
        if (on && cost)
            quality = realloc(v->quality, (size_t)room * sizeof *quality);
        if (!quality)
            return false;
        v->quality = quality;
        v->room = room;
    }
    for (int i = 0; i < w->attempts; i++) {
        v->cost[i] = cost_of_axis(&w->attempt[i], v->axis);
        v->quality[i] = quality_of(&w->attempt[i]);
    }
    frontier_mark(v->on, v->cost, v->quality, w->attempts);
    return true;
}

/* ---- table --------------------------------------------------------------------------------------------------- */

/* The steps of a recipe in one line. */
static void one_line(const struct attempt *a, char *out, size_t size)
{
    size_t used = 0;
    for (const char *at = a->recipe; *at && used + 3 < size; at++) {
        if (*at != '\n')
            out[used++] = *at;
        else if (at[1])
            out[used++] = ';', out[used++] = ' ';
    }
    out[used] = '\0';
}

static void title(int column, struct table_cell *out)
{
    snprintf(out->text, sizeof out->text, "%s", column == COLUMN_NAME ? "Trial" : columns[column].name);
    out->tone = TONE_HEADER;
}

static void share_text(double x, bool predicted, struct table_cell *out)
{
    char text[FORMAT_SIZE];
    if (isfinite(x))
        snprintf(out->text, sizeof out->text, "%s%s", predicted ? "~" : "", format_share(text, x));
}

static void name_text(const struct source *s, int row, struct table_cell *out)
{
    const struct workbench *w = &s->app->bench;
    char steps[160], name[80];
    one_line(&w->attempt[row], steps, sizeof steps);
    attempt_text(w, row, name, sizeof name);
    snprintf(out->text, sizeof out->text, "%s  %s", name, row == 0 ? "the original" : *steps ? steps : "no steps");
    out->tone = row == w->current ? TONE_TITLE : TONE_TEXT;
}

static void quality_text(const struct attempt *a, int column, struct table_cell *out)
{
    const struct paired *p = &a->trial.quality.paired;
    char text[FORMAT_SIZE], high[FORMAT_SIZE];
    if (column == COLUMN_QUALITY && isfinite(quality_of(a)))
        snprintf(out->text, sizeof out->text, "%s", format_metric(text, quality_of(a)));
    if (!a->trial.evaluated || !p->metric || !isfinite(p->difference.value))
        return;
    if (column == COLUMN_POINTS)
        snprintf(out->text, sizeof out->text, "%s", format_points(text, p->difference.value));
    if (column == COLUMN_POINTS && (p->difference.high < 0 || p->difference.low > 0))
        out->tone = p->difference.high < 0 ? TONE_WARN : TONE_GOOD;
    if (column == COLUMN_INTERVAL)
        snprintf(out->text, sizeof out->text, "%s .. %s", format_points(text, p->difference.low), format_points(high, p->difference.high));
}

static void cell(const void *payload, int row, int column, struct table_cell *out)
{
    const struct source *s = payload;
    bool predicted = false;
    if (row < 0) {
        title(column, out);
        return;
    }
    const struct attempt *a = &s->app->bench.attempt[row];
    if (column == COLUMN_MARK) {
        snprintf(out->text, sizeof out->text, "%s%s%s", s->view->on[row] ? "*" : " ", s->app->bench.current == row ? ">" : " ",
                 s->view->other == row + 1 ? "=" : "");
        out->tone = TONE_GOOD;
    } else if (column == COLUMN_NAME) {
        name_text(s, row, out);
    } else if (column == COLUMN_TIME && frontier_counted(a)) {
        double x = frontier_time(a, &predicted);
        share_text(x, predicted, out);
    } else if (column == COLUMN_BYTES) {
        share_text(cost_of_axis(a, AXIS_BYTES), false, out);
    } else if (column == COLUMN_MACS) {
        share_text(cost_of_axis(a, AXIS_MACS), false, out);
    } else {
        quality_text(a, column, out);
    }
}

/* ---- picture ------------------------------------------------------------------------------------------------- */

static void share_label(double x, char *out, size_t size)
{
    snprintf(out, size, "%.0f%%", 100 * x);
}

static void quality_label(double x, char *out, size_t size)
{
    snprintf(out, size, "%.3f", x);
}

static int compare_points(const void *a, const void *b)
{
    const struct plot_point *x = a, *y = b;
    return (x->x > y->x) - (x->x < y->x);
}

static void limits(struct plot *p)
{
    p->x_low = p->y_low = HUGE_VAL;
    p->x_high = p->y_high = -HUGE_VAL;
    for (int i = 0; i < p->points; i++) {
        plot_include(&p->x_low, &p->x_high, p->point[i].x);
        plot_include(&p->y_low, &p->y_high, p->point[i].y);
    }
    double x = fmax(0.05, 0.08 * (p->x_high - p->x_low)), y = fmax(0.002, 0.08 * (p->y_high - p->y_low));
    p->x_low = fmax(0, p->x_low - x);
    p->x_high += x;
    p->y_low -= y;
    p->y_high += y;
}

static void draw_marks(const struct view *v, const struct workbench *w, const struct plot *p, struct canvas *c, struct rect r)
{
    int x, y;
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < w->attempts; i++) {
            bool selected = i == v->table.cursor;
            char number[16];
            if (selected != (pass == 1) || !plot_cell(p, r, v->cost[i], v->quality[i], &x, &y))
                continue;
            snprintf(number, sizeof number, "%d", i);
            int room = r.x + r.w - x;
            canvas_put(c, x, y, room < 4 ? room : 4, selected ? TONE_CURSOR : v->on[i] ? TONE_GOOD : TONE_DIM, number);
        }
}

/* The numbers of the trials where they lie, and a line along the frontier. */
static void draw_picture(const struct view *v, const struct workbench *w, struct canvas *c, struct rect r)
{
    struct plot_point *point = malloc((size_t)w->attempts * sizeof *point);
    struct plot p = {.point = point, .x_title = axis_titles[v->axis], .mark = (double)NAN, .x_label = share_label, .y_label = quality_label};
    for (int i = 0; point && i < w->attempts; i++)
        if (isfinite(v->cost[i]) && isfinite(v->quality[i]))
            point[p.points++] = (struct plot_point){v->cost[i], v->quality[i], (double)NAN, (double)NAN, !v->on[i]};
    if (p.points > 0) {
        qsort(point, (size_t)p.points, sizeof *point, compare_points);
        limits(&p);
        plot_draw(&p, c, r);
        draw_marks(v, w, &p, c, r);
    } else {
        canvas_wrap(c, r, TONE_DIM, "No trial has been evaluated yet. Add steps on the Compress screen, or by :step; with rows to evaluate on "
                                    "(--data, :data) every trial is a point here: quality against time, size or MACs.");
    }
    free(point);
}

/* ---- the screen ---------------------------------------------------------------------------------------------- */

static struct table table_of(const struct source *s)
{
    return (struct table){columns, COLUMNS, s->app->bench.attempts, cell, s};
}

/* The list, with the picture above and the comparison below, or the comparison above. Returns where the list is. */
static struct rect place(const struct view *v, const struct workbench *w, struct rect r, struct rect *comparison, struct rect *picture)
{
    int all = FRONTIER_PARTS_ROWS + (r.w >= FRONTIER_BESIDE ? 0 : 3);
    int below = r.h >= all + 20 ? all : r.h >= 30 ? 10 : r.h >= 22 ? 6 : 0;
    struct rect list;
    if (v->parts) {
        int rows = least(w->attempts + 1, r.h > all + 8 ? r.h - all - 1 : 6);
        list = layout_bottom(&r, rows, 1, FRONTIER_PARTS_ROWS);
        *comparison = r;
        return list;
    }
    *comparison = layout_bottom(&r, below, 1, 12);
    list = layout_bottom(&r, r.h / 2, 1, 6);
    *picture = r;
    return list;
}

static void draw(struct app *app, void *view, struct canvas *c, struct rect r)
{
    struct view *v = view;
    const struct workbench *w = &app->bench;
    struct source s = {app, v};
    struct table table = table_of(&s);
    if (!figure(v, w))
        return;
    v->other = v->other > w->attempts ? 0 : v->other;
    table_select(&v->table, w->attempts, v->table.cursor);
    struct rect comparison, list = place(v, w, r, &comparison, &r);
    if (!v->parts)
        draw_picture(v, w, c, r);
    table_draw(&table, &v->table, c, list, app->search);
    frontier_draw_comparison(w, v->other ? v->other - 1 : 0, v->table.cursor, c, comparison);
}

static bool ask_where(struct app *app, int attempt)
{
    char line[64];
    snprintf(line, sizeof line, "export-trial %d ", attempt);
    prompt_open(&app->prompt, PROMPT_COMMAND, line);
    return true;
}

static bool act(struct app *app, void *view, enum action a)
{
    struct view *v = view;
    switch (a) {
    case ACTION_AXIS:
        v->axis = (enum axis)((v->axis + 1) % AXES);
        return true;
    case ACTION_COMPARE:
        v->other = v->other == v->table.cursor + 1 ? 0 : v->table.cursor + 1;
        return true;
    case ACTION_PARTS:
        v->parts = !v->parts;
        return true;
    case ACTION_BEST:
        prompt_open(&app->prompt, PROMPT_COMMAND, "budget-search latency=0.6");
        return true;
    case ACTION_EXPORT_SELECTED:
        return ask_where(app, v->table.cursor);
    case ACTION_RESTORE:
        app_go_trial(app, v->table.cursor);
        return true;
    default:
        return table_act(&v->table, app->bench.attempts, a);
    }
}

static bool click(struct app *app, void *view, int x, int y)
{
    struct view *v = view;
    int row, column;
    if (!table_hit(&v->table, app->bench.attempts, x, y, &row, &column) || row < 0)
        return false;
    table_select(&v->table, app->bench.attempts, row);
    return true;
}

static bool holds(const struct attempt *a, const char *text)
{
    return strcasestr(a->recipe, text) || strcasestr(a->name, text);
}

static bool find(struct app *app, void *view, int direction, bool stay)
{
    struct view *v = view;
    int n = app->bench.attempts;
    for (int i = stay ? 0 : 1; i <= n; i++) {
        int row = (v->table.cursor + direction * i % n + n) % n;
        if (holds(&app->bench.attempt[row], app->search)) {
            table_select(&v->table, n, row);
            return true;
        }
    }
    return false;
}

static void forget(void *view)
{
    struct view *v = view;
    free(v->on);
    free(v->cost);
    free(v->quality);
}

const struct screen screen_frontier = {
    .view_bytes = sizeof(struct view),
    .draw = draw,
    .act = act,
    .click = click,
    .find = find,
    .forget = forget,
    .columns = columns,
    .column_count = COLUMNS,
};
