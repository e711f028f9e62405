/* Compress: the recipe, step by step, and what it costs and gives. */
#include "tui/screen_compress.h"

#include <stdio.h>
#include <string.h>

#include "tui/app.h"

static void keep_inside(const struct workbench *w, struct compress_view *v)
{
    int last = w->recipe.lines - 1;
    v->at.line = v->at.line > last ? last : v->at.line;
    v->at.line = v->at.line < 0 ? 0 : v->at.line;
    const struct method *m = last >= 0 ? w->recipe.line[v->at.line].method : NULL;
    if (!v->unfolded || !m || v->at.option >= m->options)
        v->at.option = -1;
}

/* ---- drawing ------------------------------------------------------------------------------------------------- */

static void draw_heading(const struct app *a, struct canvas *c, struct rect r)
{
    const struct workbench *w = &a->bench;
    char name[ATTEMPT_NAME + 16];
    int x = r.x, end = r.x + r.w, steps = recipe_steps(&w->recipe);
    x += canvas_putf(c, x, r.y, end - x, TONE_TITLE, "Recipe of %d step%s", steps, steps == 1 ? "" : "s") + 2;
    x += canvas_putf(c, x, r.y, end - x, TONE_TEXT, "trial %s of %d", attempt_text(w, w->current, name, sizeof name), w->attempts - 1) + 2;
    if (workbench_now(w)->parent >= 0)
        x += canvas_putf(c, x, r.y, end - x, TONE_DIM, "made of %s", attempt_text(w, workbench_now(w)->parent, name, sizeof name)) + 2;
    if (app_data(a))
        canvas_putf(c, x, r.y, end - x, TONE_DIM, "rows: %s", app_data(a));
}

static void draw(struct app *a, void *state, struct canvas *c, struct rect r)
{
    struct compress_view *v = state;
    r = (struct rect){r.x + 1, r.y, r.w - 2, r.h};
    if (!a->facts || a->saved) {
        canvas_wrap(c, r, TONE_DIM, a->saved ? "A saved report cannot be changed: bertscope MODEL opens a model." : "No model is open: :open MODEL opens one.");
        return;
    }
    struct compress_layout l = compress_layout(r);
    v->trials.rows = (struct rect){0}; /* of an earlier drawing: nobody clicks on what is not shown */
    keep_inside(&a->bench, v);
    draw_heading(a, c, l.heading);
    if (v->mode == COMPRESS_METHODS)
        compress_draw_methods(v, c, l.steps);
    else if (v->mode == COMPRESS_PARTS)
        compress_draw_parts(a, v, c, l.steps);
    else if (v->mode == COMPRESS_TRIALS && l.trials.h == 0)
        compress_draw_trials(a, v, c, l.steps);
    else
        compress_draw_steps(a, v, c, l.steps);
    compress_draw_results(a, c, l.results);
    if (l.trials.h > 0)
        compress_draw_trials(a, v, c, l.trials);
}

/* ---- moving -------------------------------------------------------------------------------------------------- */

static void select_row(const struct workbench *w, struct compress_view *v, int row)
{
    int rows = compress_row_count(w, v);
    row = row >= rows ? rows - 1 : row;
    if (row >= 0)
        v->at = compress_row(w, v, row);
}

static bool move(struct app *a, struct compress_view *v, enum action action)
{
    int rows = v->mode == COMPRESS_METHODS ? methods_count : compress_row_count(&a->bench, v);
    struct table_view t = {.cursor = v->mode == COMPRESS_METHODS ? v->method : compress_row_index(&a->bench, v), .rows = v->rows};
    if (v->mode == COMPRESS_TRIALS)
        return table_act(&v->trials, a->bench.attempts, action);
    if (!table_act(&t, rows, action))
        return false;
    if (v->mode == COMPRESS_METHODS)
        v->method = t.cursor;
    else
        select_row(&a->bench, v, t.cursor);
    return true;
}

void compress_select_line(struct app *a, int line)
{
    struct compress_view *v = a->view[SCREEN_COMPRESS];
    v->at = (struct compress_row){line, -1};
}

/* ---- changes ------------------------------------------------------------------------------------------------- */

static bool add_method(struct app *a, struct compress_view *v)
{
    struct err e = {0};
    int at = a->bench.recipe.lines > 0 ? v->at.line + 1 : 0;
    v->mode = COMPRESS_STEPS;
    if (app_readonly(a))
        return true;
    if (app_changed(a, workbench_insert(&a->bench, at, methods[v->method]->name, &e), &e)) {
        v->at = (struct compress_row){at, -1};
        v->unfolded = true;
    }
    return true;
}

/* Opens the prompt with the value that is there. */
static bool type_value(struct app *a, const struct compress_view *v)
{
    const struct recipe_line *l = &a->bench.recipe.line[v->at.line];
    const struct method_option *o = &l->method->option[v->at.option];
    char text[PROMPT_BYTES];
    snprintf(text, sizeof text, "set %d %s=%s", v->at.line + 1, o->name, l->value[v->at.option] ? l->value[v->at.option] : o->fallback);
    prompt_open(&a->prompt, PROMPT_COMMAND, text);
    return true;
}

static bool edit(struct app *a, struct compress_view *v)
{
    if (v->mode == COMPRESS_METHODS)
        return add_method(a, v);
    if (v->mode == COMPRESS_TRIALS) {
        workbench_go(&a->bench, v->trials.cursor);
        v->mode = COMPRESS_STEPS;
        app_try(a);
        return true;
    }
    if (a->bench.recipe.lines == 0) {
        v->mode = COMPRESS_METHODS;
        return true;
    }
    if (v->at.option >= 0)
        return type_value(a, v);
    v->unfolded = !v->unfolded;
    return true;
}

static bool slide(struct app *a, struct compress_view *v, int steps)
{
    struct err e = {0};
    const struct recipe_line *l = v->at.line < a->bench.recipe.lines ? &a->bench.recipe.line[v->at.line] : NULL;
    int option = v->at.option >= 0 ? v->at.option : l && l->method ? step_strength(l->method) : -1;
    if (!l || option < 0) {
        app_say(a, LOG_INFO, "%s", l ? "this step has no strength; Enter shows its options" : "the recipe is empty (a adds a step)");
        return true;
    }
    if (workbench_slide(&a->bench, v->at.line, option, steps, &e) == 0)
        app_try(a);
    else
        app_say(a, LOG_INFO, "%s", e.text);
    return true;
}

static bool move_step(struct app *a, struct compress_view *v, int by)
{
    struct err e = {0};
    int to = v->at.line + by;
    if (to < 0 || to >= a->bench.recipe.lines)
        return true;
    if (app_changed(a, workbench_move(&a->bench, v->at.line, to, &e), &e))
        v->at.line = to;
    return true;
}

static bool change(struct app *a, struct compress_view *v, enum action action)
{
    struct err e = {0};
    struct workbench *w = &a->bench;
    switch (action) {
    case ACTION_STEP_LESS:
    case ACTION_STEP_MORE:
        return slide(a, v, action == ACTION_STEP_MORE ? 1 : -1);
    case ACTION_STEP_UP:
    case ACTION_STEP_DOWN:
        return move_step(a, v, action == ACTION_STEP_UP ? -1 : 1);
    case ACTION_STEP_OFF:
        return app_changed(a, workbench_switch(w, v->at.line, &e), &e) || true;
    case ACTION_STEP_REMOVE:
        if (v->at.option >= 0) /* of an option: the value */
            return app_changed(a, workbench_put(w, v->at.line, v->at.option, NULL, &e), &e) || true;
        return app_changed(a, workbench_remove(w, v->at.line, &e), &e) || true;
    default:
        return false;
    }
}

static bool leave(struct compress_view *v)
{
    bool inside = v->mode != COMPRESS_STEPS;
    v->mode = COMPRESS_STEPS;
    return inside;
}

static bool act(struct app *a, void *state, enum action action)
{
    struct compress_view *v = state;
    if (!a->facts || a->saved)
        return false;
    keep_inside(&a->bench, v);
    if (v->mode == COMPRESS_PARTS && compress_parts_act(a, v, action))
        return true;
    switch (action) {
    case ACTION_ALONE:
        compress_open_parts(a, v, v->at.line);
        return true;
    case ACTION_LEAVE_OUT:
        app_say(a, LOG_INFO, "nothing is selected that could be left out (s tries the step on its parts)");
        return true;
    case ACTION_STEP_ADD:
        v->mode = v->mode == COMPRESS_METHODS ? COMPRESS_STEPS : COMPRESS_METHODS;
        return true;
    case ACTION_TRIALS:
        v->mode = v->mode == COMPRESS_TRIALS ? COMPRESS_STEPS : COMPRESS_TRIALS;
        return true;
    case ACTION_STEP_OPEN:
        return edit(a, v);
    case ACTION_BACK:
        return leave(v);
    default:
        return v->mode != COMPRESS_PARTS && (move(a, v, action) || (v->mode == COMPRESS_STEPS && change(a, v, action)));
    }
}

static bool click(struct app *a, void *state, int x, int y)
{
    struct compress_view *v = state;
    int row, column, line = y - v->rows.y;
    if (table_hit(&v->trials, a->bench.attempts, x, y, &row, &column) && row >= 0) {
        v->mode = COMPRESS_TRIALS;
        table_select(&v->trials, a->bench.attempts, row);
        return true;
    }
    if (v->mode == COMPRESS_PARTS)
        return compress_parts_click(a, v, x, y);
    if (line < 0 || line >= v->rows.h || x < v->rows.x || x >= v->rows.x + v->rows.w)
        return false;
    if (v->mode == COMPRESS_METHODS && v->method_top + line < methods_count)
        v->method = v->method_top + line;
    else if (v->mode == COMPRESS_STEPS && v->top + line < compress_row_count(&a->bench, v))
        select_row(&a->bench, v, v->top + line);
    return true;
}

/* Lines of the recipe, in turn. */
static bool find(struct app *a, void *state, int direction, bool stay)
{
    struct compress_view *v = state;
    int lines = a->bench.recipe.lines;
    if (v->mode == COMPRESS_PARTS)
        return compress_parts_find(a, v, direction, stay);
    for (int i = stay ? 0 : 1; i <= lines && lines > 0; i++) {
        int line = ((v->at.line + direction * i) % lines + lines) % lines;
        struct str text;
        str_init(&text);
        recipe_line_print(&a->bench.recipe.line[line], &text);
        bool found = strstr(text.text, a->search) != NULL;
        str_free(&text);
        if (found) {
            v->at = (struct compress_row){line, -1};
            return true;
        }
    }
    return false;
}

const struct screen screen_compress = {.view_bytes = sizeof(struct compress_view), .draw = draw, .act = act, .click = click, .find = find,
                                       .columns = compress_columns, .column_count = COMPRESS_COLUMNS};
