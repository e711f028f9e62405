/* Heads: which attention heads matter, by gradient and by removing them, and how many can go. */
#include "tui/screen_heads.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/app.h"

const char *heads_name(const struct head_grid *g, int head, char *out, size_t size)
{
    int layer = head_grid_layer(g, head);
    snprintf(out, size, "%d.%d", layer, head - g->first[layer]);
    return out;
}

int heads_tagged(const struct heads_view *v)
{
    int n = 0;
    for (int i = 0; i < v->figures.heads; i++)
        n += v->tag[i];
    return n;
}

/* ---- figures ------------------------------------------------------------------------------------------------- */

/* Room for so many heads; another number means another model, whose heads have no tags. */
static bool make_room(struct heads_view *v, int heads)
{
    struct heads_figures *f = &v->figures;
    size_t n = (size_t)heads;
    if (f->room && f->heads == heads)
        return true;
    free(f->room);
    free(f->order);
    free(v->tag);
    f->room = calloc(4 * n + 1, sizeof *f->room);
    f->order = calloc(2 * n + 1, sizeof *f->order);
    v->tag = calloc(n + 1, 1);
    v->head = 0;
    f->heads = f->room && f->order && v->tag ? heads : 0;
    f->shown = f->room;
    f->low = f->room + n;
    f->high = f->room + 2 * n;
    f->importance = f->room + 3 * n;
    f->rank = f->order + n;
    return f->heads == heads;
}

static void gradient_figures(struct heads_view *v)
{
    struct heads_figures *f = &v->figures;
    head_scores_values(f->study->scores, v->normalize, f->shown, f->high);
    for (int i = 0; i < f->heads; i++) {
        double half = 1.96 * f->high[i];
        f->low[i] = f->shown[i] - half;
        f->high[i] = f->shown[i] + half;
    }
}

static void ablation_figures(struct heads_view *v)
{
    struct heads_figures *f = &v->figures;
    const struct ablation *a = f->study->ablation[v->mode];
    for (int i = 0; i < f->heads; i++) {
        f->shown[i] = 100 * a->effect[i].difference;
        f->low[i] = 100 * a->effect[i].low;
        f->high[i] = 100 * a->effect[i].high;
    }
}

/* Brings the figures up to date; false while nothing is known about any head. */
static bool refresh(const struct app *a, struct heads_view *v)
{
    struct heads_figures *f = &v->figures;
    struct err e;
    f->study = &a->heads;
    f->grid = head_study_grid(f->study);
    if (!f->grid || head_grid_heads(f->grid) == 0 || !make_room(v, head_grid_heads(f->grid)))
        return false;
    f->known = head_study_has(f->study, v->mode);
    if (!f->known)
        return true;
    if (v->mode == HEADS_GRADIENT)
        gradient_figures(v);
    else
        ablation_figures(v);
    head_study_importance(f->study, v->mode, v->normalize, f->importance);
    f->known = head_study_order(f->study, v->mode, v->normalize, f->order, &e) == 0;
    for (int i = 0; i < f->heads; i++)
        f->rank[f->order[i]] = i;
    return true;
}

/* ---- drawing ------------------------------------------------------------------------------------------------- */

static bool arriving(const struct app *a)
{
    return a->job.running && a->job.job == JOB_HEADS;
}

/* What is missing, in a sentence, and how to give it. */
static void draw_missing(const struct app *a, struct canvas *c, struct rect r)
{
    const char *text = "Enter scores the heads: one pass forward and backward over the data set.";
    if (!a->facts)
        text = a->job.running ? "The heads can be scored when the model is open."
                              : "No model is open: :open MODEL opens one.";
    else if (!a->facts->has_classifier)
        text = "The importance of a head is the gradient of a loss, and this model has no classification head that makes "
               "predictions: :open MODEL opens a fine-tuned one.";
    else if (!app_data(a))
        text = "There is no data set to score the heads on: start bertscope MODEL --data FILE --task NAME, or type "
               ":data FILE TASK.";
    else if (arriving(a))
        text = "The first scores appear after the first batch.";
    canvas_wrap(c, (struct rect){r.x + 1, r.y, r.w - 2, r.h}, TONE_DIM, text);
}

/* The file without its folders. */
static const char *data_name(const struct head_study *s)
{
    const char *slash = strrchr(s->data, '/');
    return slash && slash[1] ? slash + 1 : s->data;
}

static void progress_text(const struct app *a, const struct heads_view *v, char *out, size_t size)
{
    const struct head_study *s = v->figures.study;
    const struct ablation *x = s->ablation[v->mode];
    bool gradient = v->mode == HEADS_GRADIENT;
    int rows = gradient ? s->scores->rows : x->rows, total = gradient ? s->scores->rows_total : x->rows_total;
    bool finished = gradient ? s->scores->finished : x->finished;
    snprintf(out, size, "%d rows of %s, %s", rows, data_name(s),
             gradient && !s->scores->labelled ? "own predictions" : "labels");
    if (!finished)
        snprintf(out, size, "%d of %d rows of %s: %s", rows, total, data_name(s),
                 arriving(a) ? "scores still arriving" : "provisional");
}

static void draw_heading(const struct app *a, const struct heads_view *v, struct canvas *c, struct rect r)
{
    char text[400] = "not measured yet (Enter measures)", unit[32];
    int x = r.x + canvas_put(c, r.x, r.y, r.w, TONE_TITLE, head_mode_title(v->mode)) + 2;
    if (v->figures.known) {
        if (v->normalize && v->mode == HEADS_GRADIENT)
            x += canvas_put(c, x, r.y, r.x + r.w - x, TONE_TEXT, "l2 by layer") + 2;
        if (heads_unit(v, unit, sizeof unit)[0])
            x += canvas_put(c, x, r.y, r.x + r.w - x, TONE_TEXT, unit) + 2;
        progress_text(a, v, text, sizeof text);
    }
    if (heads_tagged(v) > 0) {
        char tagged[32];
        snprintf(tagged, sizeof tagged, "%d tagged", heads_tagged(v));
        x += canvas_put(c, x, r.y, r.x + r.w - x, TONE_WARN, tagged) + 2;
    }
    canvas_put(c, x, r.y, r.x + r.w - x, TONE_DIM, text);
}

static void draw(struct app *a, void *state, struct canvas *c, struct rect r)
{
    struct heads_view *v = state;
    r = (struct rect){r.x + 1, r.y, r.w - 2, r.h};
    if (!refresh(a, v)) {
        draw_missing(a, c, (struct rect){r.x - 1, r.y, r.w + 2, r.h});
        return;
    }
    v->layout = heads_layout(r, v->figures.grid->layers, head_grid_width(v->figures.grid));
    struct heads_layout *l = &v->layout;
    draw_heading(a, v, c, l->heading);
    bool list = l->list.w > 0, curve = l->curve.h > 0;
    if (v->panel == HEADS_CURVE && !curve)
        heads_draw_curve(v, c, l->map);
    else if (v->panel == HEADS_LIST && !list)
        heads_draw_list(v, c, l->map, a->search);
    else
        heads_draw_map(v, c, l->map);
    heads_draw_detail(v, c, l->detail);
    if (curve)
        heads_draw_curve(v, c, l->curve);
    if (list)
        heads_draw_list(v, c, l->list, a->search);
}

/* ---- moving -------------------------------------------------------------------------------------------------- */

/* The head at the same place `layers` further down, over layers without heads. */
static void move_layers(struct heads_view *v, int layers)
{
    const struct head_grid *g = v->figures.grid;
    int layer = head_grid_layer(g, v->head), column = v->head - g->first[layer], to = layer;
    int direction = layers < 0 ? -1 : 1;
    for (int at = layer + direction; at >= 0 && at < g->layers && layers != 0; at += direction)
        if (g->first[at] < g->first[at + 1]) {
            to = at;
            layers -= direction;
        }
    int heads = g->first[to + 1] - g->first[to];
    v->head = g->first[to] + (column < heads ? column : heads - 1);
}

static void move_in_layer(struct heads_view *v, int by)
{
    const struct head_grid *g = v->figures.grid;
    int layer = head_grid_layer(g, v->head), to = v->head + by;
    if (to >= g->first[layer] && to < g->first[layer + 1])
        v->head = to;
}

static bool move_in_map(struct heads_view *v, enum action action)
{
    int page = v->layout.map.h > 2 ? v->layout.map.h - 2 : 1, layers = v->figures.grid->layers;
    switch (action) {
    case ACTION_UP:
    case ACTION_DOWN:
        move_layers(v, action == ACTION_UP ? -1 : 1);
        return true;
    case ACTION_HALF_UP:
    case ACTION_HALF_DOWN:
        move_layers(v, action == ACTION_HALF_UP ? -((page + 1) / 2) : (page + 1) / 2);
        return true;
    case ACTION_PAGE_UP:
    case ACTION_PAGE_DOWN:
        move_layers(v, action == ACTION_PAGE_UP ? -page : page);
        return true;
    case ACTION_TOP:
    case ACTION_BOTTOM:
        move_layers(v, action == ACTION_TOP ? -layers : layers);
        return true;
    default:
        return false;
    }
}

static int row_of(const struct heads_view *v)
{
    int rank = v->figures.rank[v->head];
    return v->table.invert ? v->figures.heads - 1 - rank : rank;
}

static void select_row(struct heads_view *v, int row)
{
    v->head = v->figures.order[v->table.invert ? v->figures.heads - 1 - row : row];
}

static bool move(struct heads_view *v, enum action action)
{
    if (v->panel != HEADS_LIST || !v->figures.known)
        return move_in_map(v, action);
    v->table.cursor = row_of(v);
    if (!table_act(&v->table, v->figures.heads, action))
        return false;
    select_row(v, v->table.cursor);
    return true;
}

/* ---- tags ---------------------------------------------------------------------------------------------------- */

/* One head of every layer has to stay. */
static bool is_last(const struct heads_view *v, int head)
{
    const struct head_grid *g = v->figures.grid;
    int layer = head_grid_layer(g, head), left = 0;
    for (int i = g->first[layer]; i < g->first[layer + 1]; i++)
        left += v->tag[i] == 0;
    return left == 1;
}

/* The head without (with) a tag that is least (most) important, and may get (lose) one; -1 = none. */
static int outermost(const struct heads_view *v, bool tagged)
{
    const struct heads_figures *f = &v->figures;
    for (int i = 0; f->known && i < f->heads; i++) {
        int head = f->order[tagged ? f->heads - 1 - i : i];
        if ((v->tag[head] != 0) == tagged && (tagged || !is_last(v, head)))
            return head;
    }
    return -1;
}

static bool go_to(struct app *a, struct heads_view *v, int head, const char *none)
{
    if (head >= 0)
        v->head = head;
    else
        app_say(a, LOG_INFO, "%s", v->figures.known ? none : "this mode has not been measured yet (Enter measures)");
    return true;
}

static bool tag_more(struct app *a, struct heads_view *v, bool more)
{
    int head = outermost(v, !more);
    if (head >= 0)
        v->tag[head] = more;
    return go_to(a, v, head, more ? "all heads but one of each layer are tagged" : "no head is tagged");
}

/* All heads of the selected layer, or none if they all were. */
static void tag_layer(struct heads_view *v)
{
    const struct head_grid *g = v->figures.grid;
    int layer = head_grid_layer(g, v->head), tagged = 0, from = g->first[layer], heads = g->first[layer + 1] - from;
    for (int i = 0; i < heads; i++)
        tagged += v->tag[from + i] != 0;
    memset(v->tag + from, tagged < heads, (size_t)heads);
}

static bool is_meant(const struct heads_view *v, int head)
{
    return heads_tagged(v) > 0 ? v->tag[head] != 0 : head == v->head;
}

/* "prune-heads heads=0.1-3,2.0" of what is tagged. */
static bool prune(struct app *a, struct heads_view *v)
{
    const struct head_grid *g = v->figures.grid;
    struct str step;
    str_init(&step);
    str_add(&step, "prune-heads heads=");
    const char *comma = "";
    for (int head = 0; head < v->figures.heads; head++) {
        int layer = head_grid_layer(g, head), last = head;
        if (!is_meant(v, head))
            continue;
        while (last + 1 < g->first[layer + 1] && is_meant(v, last + 1))
            last++;
        str_addf(&step, "%s%d.%d", comma, layer, head - g->first[layer]);
        if (last > head)
            str_addf(&step, "-%d", last - g->first[layer]);
        comma = ",";
        head = last;
    }
    if (app_add_step(a, step.text))
        memset(v->tag, 0, (size_t)v->figures.heads);
    str_free(&step);
    return true;
}

/* ---- acting -------------------------------------------------------------------------------------------------- */

static void change_mode(struct heads_view *v, int by)
{
    v->mode = (enum head_mode)((v->mode + by + HEAD_MODES) % HEAD_MODES);
}

static bool measure_curve(struct app *a, struct heads_view *v)
{
    if (v->layout.curve.h == 0)
        v->panel = HEADS_CURVE;
    app_score_heads(a, v->mode, true, v->normalize);
    return true;
}

/* What needs heads to be known. */
static bool act_on_heads(struct app *a, struct heads_view *v, enum action action)
{
    switch (action) {
    case ACTION_HEAD_LEFT:
    case ACTION_HEAD_RIGHT:
        move_in_layer(v, action == ACTION_HEAD_LEFT ? -1 : 1);
        return true;
    case ACTION_TAG:
        v->tag[v->head] = !v->tag[v->head];
        return true;
    case ACTION_TAG_LAYER:
        tag_layer(v);
        return true;
    case ACTION_PRUNE:
        return prune(a, v);
    case ACTION_UNTAG_ALL:
        memset(v->tag, 0, (size_t)v->figures.heads);
        return true;
    case ACTION_TAG_MORE:
    case ACTION_TAG_LESS:
        return tag_more(a, v, action == ACTION_TAG_MORE);
    case ACTION_LEAST:
        return go_to(a, v, outermost(v, false), "all heads but one of each layer are tagged");
    case ACTION_PANEL:
        v->panel = (v->panel + 1) % HEADS_PANELS;
        return true;
    case ACTION_INVERT_LIST:
        v->table.invert = !v->table.invert;
        return true;
    default:
        return move(v, action);
    }
}

static bool act(struct app *a, void *state, enum action action)
{
    struct heads_view *v = state;
    bool known = refresh(a, v);
    switch (action) {
    case ACTION_SCORE:
        app_score_heads(a, v->mode, false, v->normalize);
        return true;
    case ACTION_CURVE:
        return measure_curve(a, v);
    case ACTION_MODE:
    case ACTION_MODE_BACK:
        change_mode(v, action == ACTION_MODE ? 1 : -1);
        return true;
    case ACTION_NORMALIZE:
        v->normalize = !v->normalize;
        return true;
    default:
        return known && act_on_heads(a, v, action);
    }
}

static bool click(struct app *a, void *state, int x, int y)
{
    struct heads_view *v = state;
    int row, column;
    if (!refresh(a, v) || v->layout.cell == 0)
        return false;
    bool list = v->figures.known && (v->layout.list.w > 0 || v->panel == HEADS_LIST);
    if (list && table_hit(&v->table, v->figures.heads, x, y, &row, &column)) {
        if (row >= 0)
            select_row(v, row);
        return row >= 0;
    }
    bool map = v->panel == HEADS_MAP || (v->panel == HEADS_LIST ? v->layout.list.w > 0 : v->layout.curve.h > 0);
    int head = map ? heads_map_hit(v, x, y) : -1;
    if (head >= 0 && head == v->head)
        v->tag[head] = !v->tag[head];
    else if (head >= 0)
        v->head = head;
    return head >= 0;
}

/* By their names, in the order of the layers. */
static bool find(struct app *a, void *state, int direction, bool stay)
{
    struct heads_view *v = state;
    char name[32];
    if (!refresh(a, v))
        return false;
    int heads = v->figures.heads;
    for (int i = stay ? 0 : 1; i <= heads; i++) {
        int head = ((v->head + direction * i) % heads + heads) % heads;
        if (strstr(heads_name(v->figures.grid, head, name, sizeof name), a->search)) {
            v->head = head;
            return true;
        }
    }
    return false;
}

static void forget(void *state)
{
    struct heads_view *v = state;
    free(v->figures.room);
    free(v->figures.order);
    free(v->tag);
}

const struct screen screen_heads = {.view_bytes = sizeof(struct heads_view), .draw = draw, .act = act, .click = click,
                                    .find = find, .forget = forget, .columns = heads_columns, .column_count = 6};
