/* Layers: layer > component > step, and what each costs. */
#include "tui/screen_layers.h"

#include <stdio.h>
#include <string.h>

#include "analyzer/model/config.h"
#include "reports/format.h"
#include "tui/app.h"
#include "tui/scale.h"
#include "tui/layout.h"
#include "tui/tree.h"
#include "tui/widget_table.h"

enum {
    COLUMN_NAME,
    COLUMN_TIME,
    COLUMN_SHARE,
    COLUMN_BAR,
    COLUMN_MACS,
    COLUMN_PARAMS,
    COLUMN_RATE,
    COLUMN_CEILING,
    COLUMN_BYTES,
    COLUMN_INTENSITY,
    COLUMN_FORMAT,
    COLUMN_KERNEL,
    COLUMNS,
    COLUMN_COUNTED = COLUMN_MACS /* the first of what was counted, if that is shown instead */
};

enum { FULL_NAMES = 27 }; /* columns that the longest title of a component takes with its indent */

static const struct column columns[COLUMNS] = {
    [COLUMN_NAME] = {24, 44, 0, true, NULL, NULL},
    [COLUMN_TIME] = {8, 10, 1, false, "Time", "median over the passes"},
    [COLUMN_SHARE] = {6, 7, 1, false, "Time%", "share of the median pass"},
    [COLUMN_BAR] = {6, 20, 7, true, NULL, NULL},
    [COLUMN_MACS] = {7, 9, 3, false, "MACs", "multiply-adds in a pass (1 MAC = 2 FLOPs)"},
    [COLUMN_PARAMS] = {8, 10, 4, false, "Params", "parameters: numbers, not tensors"},
    [COLUMN_RATE] = {8, 9, 4, false, "GFLOP/s", "2 x MACs / time"},
    [COLUMN_CEILING] = {7, 8, 2, false, "%peak", "GFLOP/s against the f32 peak measured on this machine"},
    [COLUMN_BYTES] = {9, 11, 5, false, "Bytes", "moved at least once: inputs, outputs and weights"},
    [COLUMN_INTENSITY] = {7, 8, 5, false, "FLOP/B", "intensity: FLOPs for each of those bytes; low = bound by memory"},
    [COLUMN_FORMAT] = {6, 7, 6, true, "Format", "of the weights; \"mixed\" where the steps differ"},
    [COLUMN_KERNEL] = {19, 28, 8, true, "Kernel", "operation, weight format and instruction set of the code that runs"},
};

struct source {
    const struct profile *profile;
    const struct tree *tree;
    const struct table_view *view;
    const struct layers_view *shown;
    const struct counted *counted; /* NULL = costs are shown */
    struct scale time, macs, params, bytes, rate;
};

/* Opens the prompt for a step of what is tagged (:rows). */
static bool ask_step(struct app *a, const char *step)
{
    char line[64];
    snprintf(line, sizeof line, "rows %s", step);
    prompt_open(&a->prompt, PROMPT_COMMAND, line);
    return true;
}

/* ---- figures ------------------------------------------------------------------------------------------------- */

static const char *format_of(const struct profile *p, const struct node *n)
{
    const char *format = "";
    for (int i = 0; i < p->steps; i++) {
        const struct profile_step *s = &p->step[i];
        bool inside = n->kind == NODE_STEP ? i == n->step
                                           : s->layer == n->layer && (n->kind == NODE_LAYER || (int)s->component == n->component);
        if (!inside || !s->format[0])
            continue;
        if (format[0] && strcmp(format, s->format) != 0)
            return "mixed";
        format = s->format;
    }
    return format;
}

/* The figure of a column, for sorting; texts have none. */
static double column_value(const struct profile *p, const struct node *n, int column)
{
    struct profile_group g = tree_group(p, n);
    switch (column) {
    case COLUMN_MACS:
        return (double)g.macs;
    case COLUMN_PARAMS:
        return (double)g.params;
    case COLUMN_RATE:
        return profile_flops(g.macs, &g.time_ns);
    case COLUMN_CEILING:
        return profile_ceiling_share(p, &g);
    case COLUMN_BYTES:
        return (double)g.bytes;
    case COLUMN_INTENSITY:
        return profile_intensity(&g);
    default:
        return g.time_ns.median;
    }
}

struct order {
    const struct profile *profile;
    const struct counted *counted;
    int column;
};

static double node_key(const void *payload, const struct node *n)
{
    const struct order *o = payload;
    if (o->counted && o->column >= COLUMN_COUNTED)
        return layers_counter_value(o->counted, n, o->column - COLUMN_COUNTED);
    return column_value(o->profile, n, o->column);
}

/* What the columns show of what was counted; NULL = costs. */
static const struct counted *counted_of(const struct app *a, const struct layers_view *v)
{
    return v->counters && layers_counted(a) ? a->counted : NULL;
}

/* Columns as they are shown; returns how many. */
static int make_columns(const struct counted *counted, struct column out[TABLE_COLUMNS])
{
    memcpy(out, columns, sizeof columns);
    if (!counted)
        return COLUMNS;
    out[COLUMN_BAR].priority = TABLE_COLUMNS;
    return COLUMN_COUNTED + layers_counter_columns(counted, out + COLUMN_COUNTED);
}

static bool sortable(const struct counted *counted, int column)
{
    if (counted && column >= COLUMN_COUNTED)
        return true;
    return column != COLUMN_NAME && column != COLUMN_BAR && column != COLUMN_FORMAT && column != COLUMN_KERNEL;
}

/* Makes the rows anew and keeps the selection on the same node. */
static bool rebuild(const struct app *a, struct layers_view *v)
{
    const struct profile *p = a->profile;
    struct order o = {p, counted_of(a, v), v->table.sort - 1};
    struct node selected = {.layer = -1};
    bool had = v->tree.rows > 0 && v->table.cursor < v->tree.rows;
    if (had)
        selected = v->tree.row[v->table.cursor];
    if (!tree_build(&v->tree, p, v->table.sort ? node_key : NULL, &o, v->table.invert, false))
        return false;
    if (had)
        v->table.cursor = tree_find(&v->tree, &selected);
    return true;
}

/* ---- cells --------------------------------------------------------------------------------------------------- */

static void title(const struct source *s, int column, struct table_cell *out)
{
    const char *name = column == COLUMN_NAME ? "Layer" : columns[column].name ? columns[column].name : "";
    const char *unit = column == COLUMN_TIME     ? s->time.unit
                       : column == COLUMN_MACS   ? s->macs.unit
                       : column == COLUMN_PARAMS ? s->params.unit
                       : column == COLUMN_BYTES  ? s->bytes.unit
                                                 : "";
    snprintf(out->text, sizeof out->text, "%s%s%s", name, *unit ? " " : "", unit);
}

static void name_cell(const struct source *s, const struct node *n, struct table_cell *out)
{
    char name[128];
    const char *fold = n->kind == NODE_STEP ? "" : tree_is_open(s->tree, n) ? "▾ " : "▸ ";
    snprintf(out->text, sizeof out->text, "%*s%s%s%s", 2 * (int)n->kind, "", fold, layers_tagged(s->shown, n) ? "*" : "",
             tree_name(s->profile, n, s->view->w[COLUMN_NAME] < FULL_NAMES, name, sizeof name));
    out->tone = layers_tagged(s->shown, n) ? TONE_WARN : n->kind == NODE_LAYER ? TONE_TITLE : TONE_TEXT;
}

static void number(struct table_cell *out, double value, struct scale u)
{
    if (value == 0) {
        snprintf(out->text, sizeof out->text, "-");
        out->tone = TONE_DIM;
    } else {
        scale_text(out->text, sizeof out->text, value, u);
    }
}

static void timed_cell(const struct source *s, const struct profile_group *g, int column, struct table_cell *out)
{
    const struct profile *p = s->profile;
    double peak = profile_ceiling_share(p, g);
    if (g->time_ns.n == 0 || (column == COLUMN_CEILING && peak < 0)) {
        snprintf(out->text, sizeof out->text, "-");
        out->tone = TONE_DIM;
    } else if (column == COLUMN_TIME) {
        scale_text(out->text, sizeof out->text, g->time_ns.median, s->time);
    } else if (column == COLUMN_SHARE) {
        format_share(out->text, profile_time_share(p, &g->time_ns));
    } else if (column == COLUMN_BAR) {
        out->bar = profile_time_share(p, &g->time_ns);
    } else if (column == COLUMN_RATE) {
        number(out, profile_flops(g->macs, &g->time_ns) * 1e-9, s->rate);
    } else if (peak > 1) {
        snprintf(out->text, sizeof out->text, "invalid");
        out->tone = TONE_BAD;
    } else {
        format_share(out->text, peak);
    }
}

static void cell(const void *payload, int row, int column, struct table_cell *out)
{
    const struct source *s = payload;
    if (s->counted && column >= COLUMN_COUNTED) {
        layers_counter_cell(s->counted, row < 0 ? NULL : &s->tree->row[row], column - COLUMN_COUNTED, out);
        return;
    }
    if (row < 0) {
        title(s, column, out);
        return;
    }
    const struct node *n = &s->tree->row[row];
    struct profile_group g = tree_group(s->profile, n);
    switch (column) {
    case COLUMN_NAME:
        name_cell(s, n, out);
        break;
    case COLUMN_MACS:
        number(out, (double)g.macs, s->macs);
        break;
    case COLUMN_PARAMS:
        number(out, (double)g.params, s->params);
        break;
    case COLUMN_BYTES:
        number(out, (double)g.bytes, s->bytes);
        break;
    case COLUMN_INTENSITY:
        number(out, profile_intensity(&g), (struct scale){1, "", 1});
        break;
    case COLUMN_FORMAT:
        snprintf(out->text, sizeof out->text, "%s", format_of(s->profile, n));
        break;
    case COLUMN_KERNEL:
        snprintf(out->text, sizeof out->text, "%s", n->kind == NODE_STEP ? s->profile->step[n->step].kernel : "");
        out->tone = TONE_DIM;
        break;
    default:
        timed_cell(s, &g, column, out);
    }
}

/* Units by the largest row of the tree: a layer, or what is outside of them. */
static struct source source_of(const struct profile *p, const struct layers_view *v, const struct counted *counted)
{
    double time = 0, macs = 0, params = 0, bytes = 0;
    for (int layer = -1; layer < p->layers; layer++) {
        struct node n = {.kind = NODE_LAYER, .layer = layer};
        struct profile_group g = tree_group(p, &n);
        time = g.time_ns.median > time ? g.time_ns.median : time;
        macs = (double)g.macs > macs ? (double)g.macs : macs;
        params = (double)g.params > params ? (double)g.params : params;
        bytes = (double)g.bytes > bytes ? (double)g.bytes : bytes;
    }
    return (struct source){p, &v->tree, &v->table, v, counted, scale_ns(time), scale_count(macs), scale_count(params), scale_bytes(bytes),
                           (struct scale){1, "", 1}};
}

/* ---- drawing ------------------------------------------------------------------------------------------------- */

static void draw_heading(const struct profile *p, const struct layers_view *v, struct canvas *c, struct rect r)
{
    char time[FORMAT_SIZE], where[48], text[200];
    const struct workload *w = &p->workload;
    const struct spread *t = &p->total.time_ns;
    snprintf(text, sizeof text, "%s a pass: batch %d × %d tokens, %d thread%s, %d passes",
             t->n ? format_ns(time, t->median) : "-", w->batch, w->seq, w->threads,
             w->threads == 1 ? "" : "s", t->n);
    canvas_put(c, r.x + 1, r.y, r.w - 20, TONE_DIM, text);
    canvas_right(c, r.x + r.w - 18, r.y, 17, TONE_DIM, table_position(&v->table, v->tree.rows, where, sizeof where));
}

static void draw_detail(const struct profile *p, const struct node *n, struct canvas *c, struct rect r)
{
    char name[128], p99[FORMAT_SIZE], half[FORMAT_SIZE], weights[FORMAT_SIZE], text[400];
    struct profile_group g = tree_group(p, n);
    const struct spread *t = &g.time_ns;
    int used = snprintf(text, sizeof text, "%s: weights %s", tree_name(p, n, false, name, sizeof name),
                        format_bytes(weights, (double)g.weight_bytes));
    if (t->n > 0 && t->ci_low > 0)
        used += snprintf(text + used, sizeof text - (size_t)used, ", interval ±%s, p99 %s",
                         format_spread(half, t), format_ns(p99, t->p99));
    if (n->kind == NODE_STEP)
        snprintf(text + used, sizeof text - (size_t)used, ", %s",
                 p->step[n->step].kernel[0] ? p->step[n->step].kernel : "no kernel");
    else if (n->layer < 0)
        snprintf(text + used, sizeof text - (size_t)used, "; the time is the sum of the medians of its steps");
    canvas_put(c, r.x + 1, r.y, r.h ? r.w - 2 : 0, TONE_DIM, text);
}

static void draw(struct app *a, void *state, struct canvas *c, struct rect r)
{
    struct layers_view *v = state;
    if (!a->profile || !rebuild(a, v)) {
        canvas_wrap(c, (struct rect){r.x + 1, r.y, r.w - 2, r.h}, TONE_DIM,
                    a->job.running ? "The layers appear with the first measured pass."
                                   : "Nothing has been measured yet: R measures, :open MODEL opens another model.");
        return;
    }
    struct rect heading = layout_top(&r, 1, 0), detail = layout_bottom(&r, 1, 0, 4);
    const struct counted *counted = counted_of(a, v);
    struct column shown[TABLE_COLUMNS];
    int n = make_columns(counted, shown);
    struct source s = source_of(a->profile, v, counted);
    struct table t = {shown, n, v->tree.rows, cell, &s};
    table_draw(&t, &v->table, c, (struct rect){r.x + 1, r.y, r.w - 2, r.h}, a->search);
    draw_heading(a->profile, v, c, heading);
    if (v->tree.rows > 0)
        draw_detail(a->profile, &v->tree.row[v->table.cursor], c, detail);
}

/* ---- acting -------------------------------------------------------------------------------------------------- */

/* The next shown column in `direction` that can be sorted by; past the ends lies the order of the pass. */
static void move_sort(struct table_view *t, const struct counted *counted, int direction)
{
    struct column shown[TABLE_COLUMNS];
    int at = t->sort, n = make_columns(counted, shown) + 1;
    do
        at = (at + direction + n) % n;
    while (at != 0 && !(sortable(counted, at - 1) && t->w[at - 1] > 0));
    t->sort = at;
}

/* Between costs and what was counted; the order stays where it means the same. */
static void switch_columns(struct app *a, struct layers_view *v)
{
    if (!v->counters && !layers_counted(a)) {
        app_message(a, LOG_WARNING, a->counted ? "these steps were not counted: s on the Profile screen counts anew"
                                               : "nothing was counted yet: s on the Profile screen counts");
        return;
    }
    v->counters = !v->counters;
    if (v->table.sort > COLUMN_COUNTED)
        v->table.sort = 0;
}

static void collapse(struct layers_view *v, const struct node *n)
{
    struct node parent;
    if (tree_is_open(&v->tree, n))
        tree_set_open(&v->tree, n, false);
    else if (tree_parent(n, &parent))
        v->table.cursor = tree_find(&v->tree, &parent);
}

static void expand(struct layers_view *v, const struct node *n)
{
    if (tree_is_open(&v->tree, n))
        table_select(&v->table, v->tree.rows, v->table.cursor + 1);
    else
        tree_set_open(&v->tree, n, true);
}

static bool act(struct app *a, void *state, enum action action)
{
    struct layers_view *v = state;
    if (!a->profile || !rebuild(a, v) || v->tree.rows == 0)
        return false;
    table_select(&v->table, v->tree.rows, v->table.cursor);
    struct node n = v->tree.row[v->table.cursor];
    switch (action) {
    case ACTION_TOGGLE:
        tree_set_open(&v->tree, &n, !tree_is_open(&v->tree, &n));
        break;
    case ACTION_EXPAND:
        expand(v, &n);
        break;
    case ACTION_COLLAPSE:
        collapse(v, &n);
        break;
    case ACTION_TAG:
        layers_tag(v, &n);
        break;
    case ACTION_UNTAG_ALL:
        memset(v->tag, 0, sizeof v->tag);
        break;
    case ACTION_FORMAT:
        return ask_step(a, "int8");
    case ACTION_PRUNE:
        return ask_step(a, "prune-neurons fraction=0.5");
    case ACTION_EXPAND_ALL:
        tree_expand(&v->tree);
        break;
    case ACTION_COLLAPSE_ALL:
        tree_collapse(&v->tree);
        break;
    case ACTION_COUNTERS:
        switch_columns(a, v);
        break;
    case ACTION_SORT_LEFT:
        move_sort(&v->table, counted_of(a, v), -1);
        break;
    case ACTION_SORT_RIGHT:
        move_sort(&v->table, counted_of(a, v), 1);
        break;
    case ACTION_INVERT:
        v->table.invert = !v->table.invert;
        break;
    default:
        return table_act(&v->table, v->tree.rows, action);
    }
    return rebuild(a, v);
}

static bool click(struct app *a, void *state, int x, int y)
{
    struct layers_view *v = state;
    int row, column;
    if (!a->profile || !table_hit(&v->table, v->tree.rows, x, y, &row, &column))
        return false;
    if (row < 0 && column >= 0 && sortable(counted_of(a, v), column)) {
        v->table.invert = v->table.sort == column + 1 && !v->table.invert;
        v->table.sort = column + 1;
    } else if (row >= 0 && row == v->table.cursor) {
        return act(a, v, ACTION_TOGGLE);
    } else if (row >= 0) {
        table_select(&v->table, v->tree.rows, row);
    }
    return true;
}

/* Unfolds what hides the node and selects it. */
static void reveal(const struct app *a, struct layers_view *v, const struct node *n)
{
    struct node above = *n;
    while (tree_parent(&above, &above))
        tree_set_open(&v->tree, &above, true);
    if (tree_build(&v->tree, a->profile, NULL, NULL, false, false) && rebuild(a, v))
        v->table.cursor = tree_find(&v->tree, n);
}

static bool find(struct app *a, void *state, int direction, bool stay)
{
    struct layers_view *v = state;
    const struct profile *p = a->profile;
    char name[128];
    if (!p || !rebuild(a, v) || v->tree.rows == 0)
        return false;
    struct node at = v->tree.row[v->table.cursor];
    struct order o = {p, counted_of(a, v), v->table.sort - 1};
    if (!tree_build(&v->tree, p, v->table.sort ? node_key : NULL, &o, v->table.invert, true))
        return false;
    int from = tree_find(&v->tree, &at), rows = v->tree.rows;
    for (int i = stay ? 0 : 1; i <= rows; i++) {
        struct node n = v->tree.row[((from + direction * i) % rows + rows) % rows];
        if (strcasestr(tree_name(p, &n, false, name, sizeof name), a->search)) {
            reveal(a, v, &n);
            return true;
        }
    }
    v->table.cursor = from;
    return rebuild(a, v) && false;
}

static void forget(void *state)
{
    tree_free(&((struct layers_view *)state)->tree);
}

void layers_show_component(struct app *a, enum component c)
{
    struct layers_view *v = a->view[SCREEN_LAYERS];
    const struct profile *p = a->profile;
    struct node best = {.kind = NODE_COMPONENT, .layer = -1, .component = (int)c};
    for (int layer = 0; layer < p->layers; layer++) {
        struct node n = {.kind = NODE_COMPONENT, .layer = layer, .component = (int)c};
        if (tree_group(p, &n).time_ns.median > tree_group(p, &best).time_ns.median)
            best = n;
    }
    if (rebuild(a, v))
        reveal(a, v, &best);
    app_show(a, SCREEN_LAYERS);
}

const struct screen screen_layers = {.view_bytes = sizeof(struct layers_view), .draw = draw, .act = act, .click = click,
                                     .find = find, .forget = forget, .columns = columns, .column_count = COLUMNS};
