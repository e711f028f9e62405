/* The steps of the recipe with their options, and the methods to choose from. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/app.h"
#include "tui/screen_compress.h"
#include "tui/widget_bar.h"

/* ---- rows ---------------------------------------------------------------------------------------------------- */

static int options_shown(const struct workbench *w, const struct compress_view *v)
{
    int line = v->at.line;
    bool step = line >= 0 && line < w->recipe.lines && w->recipe.line[line].method;
    return v->unfolded && step ? w->recipe.line[line].method->options : 0;
}

int compress_row_count(const struct workbench *w, const struct compress_view *v)
{
    return w->recipe.lines + options_shown(w, v);
}

struct compress_row compress_row(const struct workbench *w, const struct compress_view *v, int i)
{
    int shown = options_shown(w, v);
    if (i <= v->at.line)
        return (struct compress_row){i, -1};
    if (i <= v->at.line + shown)
        return (struct compress_row){v->at.line, i - v->at.line - 1};
    return (struct compress_row){i - shown, -1};
}

int compress_row_index(const struct workbench *w, const struct compress_view *v)
{
    return v->at.line + (v->at.option < options_shown(w, v) ? 1 + v->at.option : 0);
}

/* ---- drawing ------------------------------------------------------------------------------------------------- */

static void draw_step(const struct recipe_line *l, int number, bool open, struct canvas *c, struct rect r, const char *match)
{
    struct str text;
    char mark[24];
    bool step = l->method != NULL;
    str_init(&text);
    recipe_line_print(l, &text);
    snprintf(mark, sizeof mark, "%2d %s ", number, !step ? " " : open ? "▾" : "▸");
    int x = r.x + canvas_put(c, r.x, r.y, r.w, TONE_DIM, mark);
    canvas_put_match(c, x, r.y, r.x + r.w - x, !step || l->off ? TONE_DIM : TONE_TEXT, text.text, match);
    str_free(&text);
}

/* Where in its range a number is; negative for what has no range. */
static double place(const struct method_option *o, const char *value)
{
    bool number = o->kind == VALUE_REAL || o->kind == VALUE_INT;
    return number && o->high > o->low && o->high - o->low <= 1000 ? (strtod(value, NULL) - o->low) / (o->high - o->low) : -1;
}

static void words_of(const struct method_option *o, char *out, size_t size)
{
    int used = snprintf(out, size, "%s", "");
    for (int i = 0; o->kind == VALUE_CHOICE && o->choice[i] && used < (int)size; i++)
        used += snprintf(out + used, size - (size_t)used, "%s%s", i ? " | " : "", o->choice[i]);
    if ((o->kind == VALUE_REAL || o->kind == VALUE_INT) && o->high < 1e6)
        snprintf(out, size, "%g..%g", o->low, o->high);
}

static void draw_option(const struct recipe_line *l, int option, struct canvas *c, struct rect r, const char *match)
{
    enum { NAME = 11, VALUE = 18, BAR = 10, INDENT = 7, HELP = 8 };
    const struct method_option *o = &l->method->option[option];
    const char *value = l->value[option] ? l->value[option] : o->fallback;
    double at = place(o, value);
    char range[100], help[300];
    int x = r.x + INDENT, end = r.x + r.w;
    canvas_put_match(c, x, r.y, end - x, TONE_TEXT, o->name, match);
    x += NAME + 1;
    canvas_put(c, x, r.y, end - x < VALUE ? end - x : VALUE, l->value[option] ? TONE_TITLE : TONE_DIM, value);
    x += VALUE + 1;
    if (at >= 0 && end - x > BAR + 12) {
        bar_draw(c, x, r.y, BAR, TONE_BAR, at);
        x += BAR + 2;
    }
    words_of(o, range, sizeof range);
    snprintf(help, sizeof help, "%s%s%s", o->help, range[0] ? "; " : "", range);
    if (end - x >= HELP)
        canvas_put(c, x, r.y, end - x, TONE_DIM, help);
}

static int scrolled(int top, int at, int rows, int room)
{
    top = at < top ? at : at >= top + room ? at - room + 1 : top;
    return top > rows - room ? (rows > room ? rows - room : 0) : top < 0 ? 0 : top;
}

void compress_draw_steps(const struct app *a, struct compress_view *v, struct canvas *c, struct rect r)
{
    const struct recipe *recipe = &a->bench.recipe;
    int rows = compress_row_count(&a->bench, v), at = compress_row_index(&a->bench, v);
    v->rows = r;
    v->top = scrolled(v->top, at, rows, r.h);
    if (rows == 0) {
        canvas_wrap(c, r, TONE_DIM,
                    "The recipe is empty: this is the original. a adds a step from a list of methods, or type :step int8 components=ffn. The "
                    "Heads and Layers screens add steps too, for what is tagged there.");
        return;
    }
    for (int i = 0; i < r.h && v->top + i < rows; i++) {
        struct compress_row row = compress_row(&a->bench, v, v->top + i);
        struct rect line = {r.x, r.y + i, r.w, 1};
        if (row.option < 0)
            draw_step(&recipe->line[row.line], row.line + 1, v->unfolded && row.line == v->at.line, c, line, a->search);
        else
            draw_option(&recipe->line[row.line], row.option, c, line, a->search);
        if (v->top + i == at && v->mode == COMPRESS_STEPS)
            canvas_tint(c, line, TONE_SELECTED);
    }
}

void compress_draw_methods(struct compress_view *v, struct canvas *c, struct rect r)
{
    int title = r.h > 1;
    if (title)
        canvas_put(c, r.x, r.y, r.w, TONE_HEADER, "Add a step: Enter takes the method, Esc none");
    v->rows = (struct rect){r.x, r.y + title, r.w, r.h - title};
    v->method_top = scrolled(v->method_top, v->method, methods_count, v->rows.h);
    for (int i = 0; i < v->rows.h && v->method_top + i < methods_count; i++) {
        const struct method *m = methods[v->method_top + i];
        int y = v->rows.y + i, x = r.x + 1, end = r.x + r.w;
        canvas_put(c, x, y, end - x < 14 ? end - x : 14, TONE_TITLE, m->name);
        canvas_put(c, x + 15, y, end - x - 15 < 10 ? end - x - 15 : 10, TONE_DIM, m->family);
        x += 26;
        if (m->effect)
            x += canvas_putf(c, x, y, end - x, TONE_WARN, "%s: ", m->effect);
        canvas_put(c, x, y, end - x, TONE_TEXT, m->summary);
        if (v->method_top + i == v->method)
            canvas_tint(c, (struct rect){r.x, y, r.w, 1}, TONE_SELECTED);
    }
}
