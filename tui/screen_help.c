/* Help: made of the tables of actions, commands and columns, so that it cannot be out of date. */
#include "tui/screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/text.h"
#include "tui/app.h"
#include "tui/typed.h"
#include "tui/widget_table.h"

enum { COLUMN_KEYS, COLUMN_TEXT, COLUMNS, KEYS_WIDTH = 18 };

static const struct column columns[COLUMNS] = {
    [COLUMN_KEYS] = {KEYS_WIDTH, KEYS_WIDTH, 0, true, NULL, NULL},
    [COLUMN_TEXT] = {20, 1000, 0, true, NULL, NULL},
};

struct help_line {
    char keys[32], text[200];
    bool heading;
};

struct view {
    struct table_view table;
    struct help_line *line; /* owned */
    int lines, cap;
    int width; /* of the texts */
};

/* ---- lines --------------------------------------------------------------------------------------------------- */

static struct help_line *add_line(struct view *v)
{
    if (v->lines == v->cap) {
        int cap = v->cap ? 2 * v->cap : 128;
        struct help_line *grown = realloc(v->line, (size_t)cap * sizeof *grown);
        if (!grown)
            return NULL;
        v->line = grown;
        v->cap = cap;
    }
    v->line[v->lines] = (struct help_line){.heading = false};
    return &v->line[v->lines++];
}

static void heading(struct view *v, const char *text)
{
    struct help_line *line = v->lines ? add_line(v) : NULL;
    line = add_line(v);
    if (line) {
        snprintf(line->text, sizeof line->text, "%s", text);
        line->heading = true;
    }
}

/* Bytes of `s` that go on one line: as many words as fit. */
static size_t line_bytes(const char *s, int width)
{
    size_t n = strlen(s), fit = text_fit(s, n, width);
    if (fit == n)
        return n;
    for (size_t i = fit; i > 0; i--)
        if (s[i] == ' ')
            return i;
    return fit ? fit : n;
}

static void entry(struct view *v, const char *keys, const char *text)
{
    for (bool first = true; *text || first; first = false) {
        struct help_line *line = add_line(v);
        if (!line)
            return;
        size_t n = line_bytes(text, v->width < 190 ? v->width : 190);
        snprintf(line->keys, sizeof line->keys, "%s", first ? keys : "");
        snprintf(line->text, sizeof line->text, "%.*s", (int)n, text);
        text += n;
        text += strspn(text, " ");
    }
}

static void actions(struct view *v, uint32_t scope, bool exactly)
{
    for (int a = 0; a < ACTIONS; a++) {
        const struct action_row *row = action_row(a);
        uint32_t where = row->scope & ~SCOPE_CHANGES;
        if (exactly ? where == scope : (where & scope) && where != SCOPE_EVERY)
            entry(v, row->keys, row->help);
    }
}

static void typed(struct view *v)
{
    for (int i = 0; i < typed_count; i++) {
        char keys[32];
        snprintf(keys, sizeof keys, ":%s %s", typed_rows[i].name, typed_rows[i].argument);
        entry(v, keys, typed_rows[i].help);
    }
    entry(v, ":ACTION", "every action by its name, for example :measure or :expand-all; Tab lists them");
}

static void glossary(struct view *v)
{
    for (int i = 0; i < SCREENS; i++) {
        const struct screen *s = screen_row(i)->screen;
        char text[64];
        if (!s->columns)
            continue;
        snprintf(text, sizeof text, "Columns of %s", screen_row(i)->title);
        heading(v, text);
        for (int k = 0; k < s->column_count; k++)
            if (s->columns[k].name)
                entry(v, s->columns[k].name, s->columns[k].help);
    }
}

static void build(const struct app *a, struct view *v, int width)
{
    char text[64];
    v->lines = 0;
    v->width = width > 20 ? width : 20;
    if (a->before != SCREEN_HELP) {
        snprintf(text, sizeof text, "Keys on %s", screen_row(a->before)->title);
        heading(v, text);
        actions(v, SCOPE_SCREEN(a->before), false);
    }
    heading(v, "Keys everywhere");
    actions(v, SCOPE_EVERY, true);
    heading(v, "Commands");
    typed(v);
    heading(v, "Keys while a line is typed");
    actions(v, SCOPE_PROMPT, true);
    heading(v, "Mouse");
    entry(v, "click", "selects a screen, a row, or a column to sort by; again: folds the row, turns the order round");
    entry(v, "wheel", "moves the selection");
    entry(v, "Shift", "hold it to select text with the terminal's own mouse, or :mouse off");
    glossary(v);
}

/* ---- the screen ---------------------------------------------------------------------------------------------- */

static void cell(const void *payload, int row, int column, struct table_cell *out)
{
    const struct view *v = payload;
    if (row < 0) {
        snprintf(out->text, sizeof out->text, "%s", column == COLUMN_KEYS ? "Keys" : "Meaning");
        return;
    }
    const struct help_line *line = &v->line[row];
    snprintf(out->text, sizeof out->text, "%s", column == COLUMN_KEYS ? line->keys : line->text);
    out->tone = line->heading ? TONE_TITLE : column == COLUMN_KEYS ? TONE_KEY : TONE_TEXT;
}

static void draw(struct app *a, void *state, struct canvas *c, struct rect r)
{
    struct view *v = state;
    char where[48];
    build(a, v, r.w - 2 - KEYS_WIDTH - 3);
    struct table t = {columns, COLUMNS, v->lines, cell, v};
    struct rect inside = {r.x + 1, r.y, r.w - 2, r.h};
    table_draw(&t, &v->table, c, inside, a->search);
    canvas_right(c, inside.x + inside.w - 20, inside.y, 20, TONE_DIM,
                 table_position(&v->table, v->lines, where, sizeof where));
}

static bool act(struct app *a, void *state, enum action action)
{
    struct view *v = state;
    (void)a;
    return table_act(&v->table, v->lines, action);
}

static bool find(struct app *a, void *state, int direction, bool stay)
{
    struct view *v = state;
    for (int i = stay ? 0 : 1; i <= v->lines && v->lines > 0; i++) {
        int row = ((v->table.cursor + direction * i) % v->lines + v->lines) % v->lines;
        if (strcasestr(v->line[row].text, a->search) || strcasestr(v->line[row].keys, a->search)) {
            table_select(&v->table, v->lines, row);
            return true;
        }
    }
    return false;
}

static void forget(void *state)
{
    free(((struct view *)state)->line);
}

const struct screen screen_help = {
    .view_bytes = sizeof(struct view), .draw = draw, .act = act, .find = find, .forget = forget};
