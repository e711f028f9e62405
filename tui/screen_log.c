/* Log: what happened, the newest line last. */
#include "tui/screen.h"

#include <stdio.h>
#include <string.h>

#include "tui/app.h"
#include "tui/layout.h"
#include "tui/widget_table.h"

enum { COLUMN_TIME, COLUMN_LEVEL, COLUMN_TEXT, COLUMNS };

static const struct column columns[COLUMNS] = {
    [COLUMN_TIME] = {8, 8, 2, true, NULL, NULL},
    [COLUMN_LEVEL] = {7, 7, 1, true, NULL, NULL},
    [COLUMN_TEXT] = {20, 1000, 0, true, NULL, NULL},
};

struct view {
    struct table_view table;
    bool left_end;  /* the user moved away from the newest line */
};

static void cell(const void *payload, int row, int column, struct table_cell *out)
{
    static const char *const titles[COLUMNS] = {"Time", "Level", "Event"};
    static const enum tone tones[LOG_LEVELS] = {
        [LOG_INFO] = TONE_DIM, [LOG_DONE] = TONE_GOOD, [LOG_WARNING] = TONE_WARN, [LOG_ERROR] = TONE_BAD};
    const struct app *a = payload;
    if (row < 0) {
        snprintf(out->text, sizeof out->text, "%s", titles[column]);
        return;
    }
    const struct log_line *line = log_at(&a->log, row);
    struct tm tm;
    switch (column) {
    case COLUMN_TIME:
        localtime_r(&line->time, &tm);
        strftime(out->text, sizeof out->text, "%H:%M:%S", &tm);
        out->tone = TONE_DIM;
        break;
    case COLUMN_LEVEL:
        snprintf(out->text, sizeof out->text, "%s", log_level_name(line->level));
        out->tone = tones[line->level];
        break;
    default:
        snprintf(out->text, sizeof out->text, "%.*s", (int)sizeof out->text - 1, line->text);
    }
}

/* The whole text of the selected line, which may be too long for its row. */
static void draw_detail(const struct app *a, const struct view *v, struct canvas *c, struct rect r)
{
    if (r.h > 1 && a->log.lines > 0) {
        canvas_hline(c, r.x, r.y, r.w);
        canvas_wrap(c, (struct rect){r.x + 1, r.y + 1, r.w - 2, r.h - 1}, TONE_TEXT, log_at(&a->log, v->table.cursor)->text);
    }
}

static void draw(struct app *a, void *state, struct canvas *c, struct rect r)
{
    struct view *v = state;
    struct table t = {columns, COLUMNS, a->log.lines, cell, a};
    struct rect detail = layout_bottom(&r, 4, 0, 6);
    if (!v->left_end)
        v->table.cursor = a->log.lines - 1;
    table_draw(&t, &v->table, c, (struct rect){r.x + 1, r.y, r.w - 2, r.h}, a->search);
    draw_detail(a, v, c, detail);
}

static bool act(struct app *a, void *state, enum action action)
{
    struct view *v = state;
    bool used = table_act(&v->table, a->log.lines, action);
    v->left_end = v->table.cursor < a->log.lines - 1;
    return used;
}

static bool click(struct app *a, void *state, int x, int y)
{
    struct view *v = state;
    int row, column;
    if (!table_hit(&v->table, a->log.lines, x, y, &row, &column) || row < 0)
        return false;
    table_select(&v->table, a->log.lines, row);
    v->left_end = row < a->log.lines - 1;
    return true;
}

static bool find(struct app *a, void *state, int direction, bool stay)
{
    struct view *v = state;
    int lines = a->log.lines;
    for (int i = stay ? 0 : 1; i <= lines && lines > 0; i++) {
        int row = ((v->table.cursor + direction * i) % lines + lines) % lines;
        if (strcasestr(log_at(&a->log, row)->text, a->search)) {
            table_select(&v->table, lines, row);
            v->left_end = row < lines - 1;
            return true;
        }
    }
    return false;
}

const struct screen screen_log = {.view_bytes = sizeof(struct view), .draw = draw, .act = act, .click = click, .find = find};
