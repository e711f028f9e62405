/* Examples: the rows whose answer a recipe changed, one of them in full, and where heads look in it. */
#include "tui/screen_examples.h"

#include <stdio.h>
#include <string.h>

#include "reports/format.h"
#include "tui/app.h"
#include "tui/layout.h"

/* ---- what is missing ----------------------------------------------------------------------------------------- */

static bool trying(const struct app *a)
{
    return a->job.running && a->job.job == JOB_TRIAL;
}

static void arriving(const struct app *a, char *out, size_t size)
{
    const struct trial *t = &workbench_now(&a->bench)->trial, *o = &a->bench.attempt[0].trial;
    const struct quality *q = t->evaluated ? &t->quality : &o->quality;
    if (q->rows_total > 0 && q->rows < q->rows_total)
        snprintf(out, size, "The answers are on their way: %d of %d rows.", q->rows, q->rows_total);
    else
        snprintf(out, size, "The answers are on their way.");
}

/* Why there are no answers to any row; "" = there are. */
static void missing(const struct app *a, char *out, size_t size)
{
    const struct attempt *now = workbench_now(&a->bench);
    const char *text = "";
    *out = '\0';
    if (a->saved)
        text = "A report keeps neither rows nor answers, so there are no examples in it: bertscope MODEL --data FILE --task NAME shows them.";
    else if (!a->facts)
        text = a->job.running ? "Examples can be shown when the model is open." : "No model is open: :open MODEL opens one.";
    else if (!a->facts->has_classifier)
        text = "This model has no classification head, so it gives no answers to rows: :open MODEL opens a fine-tuned one. i looks at a text of yours.";
    else if (!app_data(a))
        text = "There is no data set: start bertscope MODEL --data FILE --task NAME, or type :data FILE TASK. i looks at a text of yours.";
    else if (now->stage == ATTEMPT_FAILED)
        snprintf(out, size, "The recipe could not be applied: %s", now->note);
    else if (trying(a))
        arriving(a, out, size);
    else if (now->stage == ATTEMPT_DONE && !now->trial.logits)
        text = "This trial comes from a session, which keeps figures but no answers: Enter evaluates it again.";
    else
        text = "The answers to the rows are not known yet: Enter evaluates the original and the present trial.";
    if (!*out)
        snprintf(out, size, "%s", text);
}

static const char *nothing(const struct app *a, const struct examples_view *v)
{
    bool labelled = v->list.rows > 0 && v->list.change[0].labelled;
    if (!labelled && v->list.key.kind != ROWS_CHANGED)
        return "The rows have no classes as labels, so none is right or wrong (f shows other rows).";
    if (recipe_steps(&a->bench.recipe) == 0 && v->list.key.kind != ROWS_WRONG)
        return "The present trial is the original, so nothing changed: :step STEP, or 4 Compress, changes something; f shows other rows.";
    return "There are no such rows (f shows others).";
}

/* ---- drawing ------------------------------------------------------------------------------------------------- */

static void draw_heading(const struct app *a, const struct examples_view *v, struct canvas *c, struct rect r)
{
    char trial[80], position[40];
    const struct row_texts *t = app_texts(a);
    int used = canvas_putf(c, r.x, r.y, r.w, TONE_TITLE, "Trial %s", attempt_text(&a->bench, a->bench.current, trial, sizeof trial));
    if (a->bench.current > 0)
        used += canvas_put(c, r.x + used, r.y, r.w - used, TONE_TEXT, " against the original");
    const char *data = app_data(a), *slash = data ? strrchr(data, '/') : NULL;
    if (data)
        used += canvas_putf(c, r.x + used, r.y, r.w - used, TONE_DIM, ", rows of %s", slash && slash[1] ? slash + 1 : data);
    if (t && t->left_out > 0)
        used += canvas_putf(c, r.x + used, r.y, r.w - used, TONE_WARN, ", texts of the last %d left out", t->left_out);
    table_position(&v->table, v->list.n, position, sizeof position);
    if (r.w - used > (int)strlen(position) + 1)
        canvas_right(c, r.x + used, r.y, r.w - used, TONE_DIM, position);
}

/* The number of rows of each kind, the shown one marked; that one alone where there is no room. */
static void draw_kinds(struct examples_view *v, struct canvas *c, struct rect r)
{
    const struct examples_list *l = &v->list;
    char text[ROWS_KINDS][40];
    int all = 0, x = r.x;
    bool labelled = l->rows == 0 || l->change[0].labelled;
    for (int k = 0; k < ROWS_KINDS; k++) {
        bool known = labelled || k == ROWS_CHANGED || k == ROWS_ALL;
        int n = known ? snprintf(text[k], sizeof text[k], " %s %d ", rows_kind_title((enum rows_kind)k), l->count[k])
                      : snprintf(text[k], sizeof text[k], " %s - ", rows_kind_title((enum rows_kind)k));
        all += n + 1;
    }
    for (int k = 0; k < ROWS_KINDS; k++) {
        bool on = (int)l->key.kind == k;
        v->kind_x[k] = x;
        v->kind_w[k] = on || all <= r.w ? canvas_put(c, x, r.y, r.x + r.w - x, on ? TONE_TAB_ON : TONE_TAB, text[k]) : 0;
        x += v->kind_w[k] > 0 ? v->kind_w[k] + 1 : 0;
    }
}

static void draw_table(const struct app *a, struct examples_view *v, struct canvas *c, struct rect r)
{
    char text[600];
    if (r.h < 1 || r.w < 1)
        return;
    examples_draw_table(a, v, c, r);
    int used = 1 + (v->list.n < r.h - 1 ? v->list.n : r.h - 1);
    struct rect left = {r.x, r.y + used + (used > 1), r.w, r.h - used - (used > 1)};
    missing(a, text, sizeof text);
    if (left.h > 0 && v->list.rows == 0)
        canvas_wrap(c, left, TONE_DIM, text);
    else if (left.h > 0 && v->list.count[v->list.key.kind] == 0)
        canvas_wrap(c, left, TONE_DIM, nothing(a, v));
}

static void draw(struct app *a, void *state, struct canvas *c, struct rect r)
{
    struct examples_view *v = state;
    char text[600];
    r = (struct rect){r.x + 1, r.y, r.w - 2, r.h};
    examples_refresh(a, v);
    v->layout = (struct examples_layout){.table = r};
    if (v->list.rows == 0 && v->list.n == 0) {
        missing(a, text, sizeof text);
        canvas_wrap(c, r, TONE_DIM, text);
        return;
    }
    v->layout = examples_layout(r, v->map);
    draw_heading(a, v, c, v->layout.heading);
    draw_kinds(v, c, v->layout.kinds);
    draw_table(a, v, c, v->layout.table);
    examples_draw_detail(a, v, c, v->layout.detail);
    examples_draw_map(a, v, c, v->layout.map);
}

/* ---- asking -------------------------------------------------------------------------------------------------- */

static bool wants_texts(const struct app *a)
{
    return a->facts && a->facts->has_classifier && app_data(a) && !app_texts(a);
}

/* Whether the window has a place for the map. */
static bool has_map(const struct app *a, const struct examples_view *v)
{
    struct layout window = layout_screen(a->columns, a->rows);
    struct rect r = {window.body.x + 1, window.body.y, window.body.w - 2, window.body.h};
    return !window.too_small && examples_layout(r, v->map).map.h > 0;
}

/* Whether something is to be looked at: it was not yet, or the layer that is shown was left out. */
static bool lacks(const struct examples_view *v, const struct insight *l, const struct attention_maps *m)
{
    int place = m ? attention_maps_find(m, v->layer, v->head) : -1;
    return !l || (place >= 0 && !attention_maps_of(m, place));
}

/* All that is missing; what was asked for and is not here yet stays part of it, because a request takes the place of the one before. */
static struct examples_asked missing_now(const struct app *a, const struct examples_view *v)
{
    const struct insight *l = examples_insight(a, v);
    const struct attention_maps *m = examples_maps(a, v);
    bool row = v->selected >= 0 && has_map(a, v) && lacks(v, l, m);
    bool typed = a->tried[0] && (v->selected == EXAMPLES_TYPED ? lacks(v, l, m) : !examples_typed(a));
    return (struct examples_asked){.texts = wants_texts(a), .row = row ? v->selected : -1, .typed = typed ? a->tried_number : 0,
                                   .era = a->bench.era, .hash = recipe_hash(&a->bench.recipe), .layer = v->layer};
}

/* Whether all of it was asked for: a failure is not asked for again and again. */
static bool asked_already(const struct examples_view *v, const struct examples_asked *now)
{
    const struct examples_asked *x = &v->asked;
    bool inside = now->row >= 0 || now->typed;
    bool same = v->has_asked && x->era == now->era && (!inside || (x->hash == now->hash && x->layer == now->layer));
    return same && (x->texts || !now->texts) && (now->row < 0 || now->row == x->row) && (!now->typed || now->typed == x->typed);
}

static void want(struct app *a, void *state)
{
    struct examples_view *v = state;
    examples_refresh(a, v);
    struct examples_asked now = missing_now(a, v);
    struct look_request r = {.texts = now.texts, .row = now.row, .layer = now.layer};
    if (!a->facts || (!now.texts && now.row < 0 && !now.typed) || asked_already(v, &now))
        return;
    snprintf(r.typed, sizeof r.typed, "%s", now.typed ? a->tried : "");
    v->asked = now;
    v->has_asked = true;
    app_ask_look(a, &r);
}

/* ---- acting -------------------------------------------------------------------------------------------------- */

static void change_kind(struct examples_view *v, int by)
{
    v->kind = (enum rows_kind)(((int)v->list.key.kind + by + ROWS_KINDS) % ROWS_KINDS);
    v->chosen = true;
}

/* Columns that are left out are no order, nor are marks. */
static void change_sort(struct examples_view *v, int by)
{
    do
        v->table.sort = (v->table.sort + by + EXAMPLES_COLUMNS + 1) % (EXAMPLES_COLUMNS + 1);
    while (v->table.sort > 0 && (v->table.w[v->table.sort - 1] == 0 || v->table.sort - 1 == EXAMPLES_MARK));
}

/* Asks for what is not there, else goes into the map and out again. */
static bool look(struct app *a, struct examples_view *v)
{
    if (app_refuse(a))
        return true;
    v->has_asked = false;
    if (v->list.rows == 0 && app_shows_trials(a))
        app_try(a);
    else if (v->list.n == 0)
        app_say(a, LOG_INFO, "there is no row to look at");
    if (v->list.n > 0)
        v->map = !v->map;
    return true;
}

static bool move(struct examples_view *v, const struct app *a, enum action action)
{
    const struct insight *l = examples_insight(a, v);
    if (v->map && l) {
        struct table_view tokens = {.cursor = v->token, .rows = v->cells};
        bool moved = table_act(&tokens, l->tokens, action);
        v->token = tokens.cursor;
        return moved;
    }
    if (!table_act(&v->table, v->list.n, action))
        return false;
    examples_select(v, v->table.cursor);
    return true;
}

static bool act(struct app *a, void *state, enum action action)
{
    struct examples_view *v = state;
    examples_refresh(a, v);
    switch (action) {
    case ACTION_LOOK:
        return look(a, v);
    case ACTION_ROWS:
    case ACTION_ROWS_BACK:
        change_kind(v, action == ACTION_ROWS ? 1 : -1);
        break;
    case ACTION_TYPE:
        prompt_open(&a->prompt, PROMPT_COMMAND, "try ");
        return true;
    case ACTION_WHOSE:
        v->original = !v->original;
        return true;
    case ACTION_LOOK_LEFT:
    case ACTION_LOOK_RIGHT:
        v->headed = true;
        examples_step_head(a, v, 0, action == ACTION_LOOK_LEFT ? -1 : 1);
        return true;
    case ACTION_LOOK_UP:
    case ACTION_LOOK_DOWN:
        v->headed = true;
        examples_step_head(a, v, action == ACTION_LOOK_UP ? 1 : -1, 0);
        return true;
    case ACTION_SORT_LEFT:
    case ACTION_SORT_RIGHT:
        change_sort(v, action == ACTION_SORT_LEFT ? -1 : 1);
        break;
    case ACTION_INVERT:
        v->table.invert = !v->table.invert;
        break;
    case ACTION_BACK:
        if (!v->map)
            return false;
        v->map = false;
        return true;
    default:
        return move(v, a, action);
    }
    examples_refresh(a, v);
    return true;
}

static bool click_kind(struct examples_view *v, int x, int y)
{
    const struct rect *r = &v->layout.kinds;
    for (int k = 0; r->h > 0 && y == r->y && k < ROWS_KINDS; k++)
        if (x >= v->kind_x[k] && x < v->kind_x[k] + v->kind_w[k]) {
            v->kind = (enum rows_kind)k;
            v->chosen = true;
            return true;
        }
    return false;
}

static bool click(struct app *a, void *state, int x, int y)
{
    struct examples_view *v = state;
    const struct rect *cells = &v->cells;
    int row, column;
    examples_refresh(a, v);
    if (click_kind(v, x, y))
        return true;
    if (cells->h > 0 && x >= cells->x && x < cells->x + cells->w && y >= cells->y && y < cells->y + cells->h) {
        v->token = v->top + y - cells->y;
        return true;
    }
    if (v->layout.table.h == 0 || !table_hit(&v->table, v->list.n, x, y, &row, &column))
        return false;
    if (row >= 0)
        examples_select(v, row);
    else if (column > EXAMPLES_MARK)
        v->table.sort = column + 1;
    return true;
}

static bool find(struct app *a, void *state, int direction, bool stay)
{
    struct examples_view *v = state;
    examples_refresh(a, v);
    int n = v->list.n;
    for (int i = stay ? 0 : 1; n > 0 && i <= n; i++) {
        int at = ((v->table.cursor + direction * i) % n + n) % n;
        if (examples_holds(a, v, v->list.row[at], a->search)) {
            examples_select(v, at);
            return true;
        }
    }
    return false;
}

static void forget(void *state)
{
    struct examples_view *v = state;
    examples_free_list(&v->list);
}

const struct screen screen_examples = {.view_bytes = sizeof(struct examples_view), .draw = draw, .act = act, .click = click, .find = find,
                                       .want = want, .forget = forget, .columns = examples_columns, .column_count = EXAMPLES_COLUMNS};
