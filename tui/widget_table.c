#include "tui/widget_table.h"

#include <stdio.h>
#include <string.h>

#include "tui/widget_bar.h"

enum { LEFT_OUT_MARK = 4, MAX_GAP = 3 };

static int clamp(int v, int low, int high)
{
    return v < low ? low : v > high ? high : v;
}

/* ---- columns ------------------------------------------------------------------------------------------------- */

static int shown_width(const int *width, int columns, int gap, int *shown)
{
    int sum = 0;
    *shown = 0;
    for (int i = 0; i < columns; i++) {
        sum += width[i];
        *shown += width[i] > 0;
    }
    return sum + (*shown ? (*shown - 1) * gap : 0);
}

static int least_important(const struct column *column, const int *width, int columns)
{
    int worst = -1;
    for (int i = 0; i < columns; i++)
        if (width[i] > 0 && column[i].priority > 0 &&
            (worst < 0 || column[i].priority >= column[worst].priority))
            worst = i;
    return worst;
}

/* Hands `room` out to the columns that may grow, in their order. */
static void grow(const struct column *column, int columns, int *width, int room)
{
    for (int i = 0; i < columns && room > 0; i++) {
        int more = width[i] > 0 ? clamp(column[i].max - width[i], 0, room) : 0;
        width[i] += more;
        room -= more;
    }
}

int table_fit(const struct column *column, int columns, int w, int *width, int *gap)
{
    int out = 0, shown;
    *gap = 1;
    for (int i = 0; i < columns; i++)
        width[i] = column[i].width;
    for (;;) {
        int room = w - (out ? LEFT_OUT_MARK : 0);
        int worst = least_important(column, width, columns);
        if (shown_width(width, columns, *gap, &shown) <= room || worst < 0)
            break;
        width[worst] = 0;
        out++;
    }
    w -= out ? LEFT_OUT_MARK : 0;
    if (!out && shown_width(width, columns, 2, &shown) <= w)
        *gap = 2;
    grow(column, columns, width, w - shown_width(width, columns, *gap, &shown));
    while (!out && *gap < MAX_GAP && shown_width(width, columns, *gap + 1, &shown) <= w)
        ++*gap;
    for (int i = 0, used = 0; i < columns; i++) { /* what can never be left out may still be too wide */
        width[i] = clamp(width[i], 0, clamp(w - used, 0, w));
        used += width[i] ? width[i] + *gap : 0;
    }
    return out;
}

/* ---- rows ---------------------------------------------------------------------------------------------------- */

void table_select(struct table_view *v, int rows, int row)
{
    v->cursor = clamp(row, 0, rows > 0 ? rows - 1 : 0);
}

bool table_act(struct table_view *v, int rows, enum action a)
{
    int page = v->rows.h > 1 ? v->rows.h - 1 : 1, half = v->rows.h > 1 ? v->rows.h / 2 : 1;
    const struct {
        enum action action;
        int to;
    } moves[] = {
        {ACTION_UP, v->cursor - 1},         {ACTION_DOWN, v->cursor + 1},         {ACTION_TOP, 0},
        {ACTION_BOTTOM, rows - 1},          {ACTION_PAGE_UP, v->cursor - page},   {ACTION_PAGE_DOWN, v->cursor + page},
        {ACTION_HALF_UP, v->cursor - half}, {ACTION_HALF_DOWN, v->cursor + half},
    };
    for (size_t i = 0; i < sizeof moves / sizeof moves[0]; i++)
        if (moves[i].action == a) {
            table_select(v, rows, moves[i].to);
            return true;
        }
    return false;
}

static void scroll(struct table_view *v, int rows, int page)
{
    v->cursor = clamp(v->cursor, 0, rows > 0 ? rows - 1 : 0);
    if (v->cursor < v->top)
        v->top = v->cursor;
    if (v->cursor >= v->top + page)
        v->top = v->cursor - page + 1;
    v->top = clamp(v->top, 0, clamp(rows - page, 0, rows));
}

bool table_hit(const struct table_view *v, int rows, int x, int y, int *row, int *column)
{
    int line = y - v->rows.y;
    if (x < v->rows.x || x >= v->rows.x + v->rows.w || line < -1 || line >= v->rows.h || v->top + line >= rows)
        return false;
    *row = line < 0 ? -1 : v->top + line;
    *column = -1;
    for (int i = 0; i < TABLE_COLUMNS; i++)
        if (x >= v->x[i] && x < v->x[i] + v->w[i])
            *column = i;
    return true;
}

const char *table_position(const struct table_view *v, int rows, char *out, size_t size)
{
    int last = v->top + v->rows.h < rows ? v->top + v->rows.h : rows;
    if (rows <= v->rows.h || v->rows.h <= 0)
        snprintf(out, size, "%s", "");
    else
        snprintf(out, size, "%d-%d of %d", v->top + 1, last, rows);
    return out;
}

/* ---- drawing ------------------------------------------------------------------------------------------------- */

static void draw_cell(const struct table *t, const struct table_view *v, struct canvas *c, int row, int column, int y,
                      const char *match)
{
    struct table_cell cell = {.text = "", .tone = row < 0 ? TONE_HEADER : TONE_TEXT, .bar = -1};
    int x = v->x[column], w = v->w[column];
    if (w <= 0)
        return;
    t->cell(t->payload, row, column, &cell);
    if (row < 0 && v->sort == column + 1)
        strncat(cell.text, v->invert ? "▲" : "▼", sizeof cell.text - strlen(cell.text) - 1);
    if (cell.bar >= 0)
        bar_draw(c, x, y, w, cell.tone == TONE_TEXT ? TONE_BAR : cell.tone, cell.bar);
    else if (t->column[column].left)
        canvas_put_match(c, x, y, w, cell.tone, cell.text, row < 0 ? "" : match);
    else
        canvas_right(c, x, y, w, cell.tone, cell.text);
}

static void draw_row(const struct table *t, const struct table_view *v, struct canvas *c, int row, int y,
                     const char *match)
{
    for (int i = 0; i < t->columns; i++)
        draw_cell(t, v, c, row, i, y, match);
}

static int place_columns(const struct table *t, struct table_view *v, struct rect r)
{
    int gap, out = table_fit(t->column, t->columns, r.w, v->w, &gap), x = r.x;
    for (int i = 0; i < TABLE_COLUMNS; i++) {
        if (i >= t->columns)
            v->w[i] = 0;
        v->x[i] = x;
        x += v->w[i] > 0 ? v->w[i] + gap : 0;
    }
    return out;
}

void table_draw(const struct table *t, struct table_view *v, struct canvas *c, struct rect r, const char *match)
{
    int out = place_columns(t, v, r);
    v->rows = (struct rect){r.x, r.y + 1, r.w, r.h > 1 ? r.h - 1 : 0};
    scroll(v, t->rows, v->rows.h);
    if (r.h < 1)
        return;
    draw_row(t, v, c, -1, r.y, "");
    if (out)
        canvas_putf(c, r.x + r.w - LEFT_OUT_MARK + 1, r.y, LEFT_OUT_MARK - 1, TONE_DIM, "+%d…", out);
    for (int i = 0; i < v->rows.h && v->top + i < t->rows; i++) {
        int row = v->top + i, y = v->rows.y + i;
        draw_row(t, v, c, row, y, match);
        if (row == v->cursor)
            canvas_tint(c, (struct rect){r.x, y, r.w, 1}, TONE_SELECTED);
    }
}
