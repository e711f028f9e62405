/* Overview: the model, the machine, and what each component costs. */
#include "tui/screen.h"

#include <stdio.h>
#include <string.h>

#include "reports/format.h"
#include "tui/app.h"
#include "tui/scale.h"
#include "tui/fact_list.h"
#include "tui/layout.h"
#include "tui/screen_layers.h"
#include "tui/widget_bar.h"
#include "tui/widget_table.h"

enum { ROW_UNATTRIBUTED = COMPONENTS, ROW_TOTAL, ROWS };

enum {
    COLUMN_NAME,
    COLUMN_TIME,
    COLUMN_INTERVAL,
    COLUMN_TIME_SHARE,
    COLUMN_BAR,
    COLUMN_MAC_SHARE,
    COLUMN_RATIO,
    COLUMN_MACS,
    COLUMN_PARAMS,
    COLUMN_RATE,
    COLUMN_CEILING,
    COLUMNS
};

static const struct column columns[COLUMNS] = {
    [COLUMN_NAME] = {13, 26, 0, true, NULL, NULL},
    [COLUMN_TIME] = {7, 9, 1, false, "Time", "median over the passes of the time all steps of the row take in one pass"},
    [COLUMN_INTERVAL] = {5, 6, 6, false, "±CI", "half the width of the 95% interval of that median, against the median"},
    [COLUMN_TIME_SHARE] = {6, 6, 1, false, "Time%", "share of the median pass"},
    [COLUMN_BAR] = {6, 20, 5, true, NULL, NULL},
    [COLUMN_MAC_SHARE] = {6, 6, 2, false, "MACs%", "share of the multiply-adds of a pass"},
    [COLUMN_RATIO] = {4, 5, 3, false, "T/M", "time share / MAC share: above 1 the row costs more time than its arithmetic explains"},
    [COLUMN_MACS] = {6, 8, 4, false, "MACs", "multiply-adds in a pass (1 MAC = 2 FLOPs); QK^T and AV are counted"},
    [COLUMN_PARAMS] = {8, 9, 4, false, "Params", "parameters: numbers, not tensors"},
    [COLUMN_RATE] = {7, 8, 7, false, "GFLOP/s", "2 x MACs / time"},
    [COLUMN_CEILING] = {7, 8, 4, false, "%peak", "GFLOP/s against the f32 peak measured on this machine; above 100% the figure is invalid"},
};

struct view {
    struct table_view table;
};

struct source {
    const struct app *app;
    const struct table_view *view;
};

static const char *const no_macs = "-";

/* ---- the table ----------------------------------------------------------------------------------------------- */

static struct profile_group group_of(const struct app *a, int row)
{
    struct profile_group g = {0};
    const struct profile *p = a->profile;
    if (p && row < COMPONENTS)
        g = p->component[row];
    else if (p && row == ROW_TOTAL)
        g = p->total;
    else if (p && row == ROW_UNATTRIBUTED && p->total.time_ns.n > 0)
        g.time_ns = (struct spread){.median = p->unattributed_ns, .n = p->total.time_ns.n};
    else if (a->facts && row < COMPONENTS)
        g.params = a->facts->params[row];
    else if (a->facts && row == ROW_TOTAL)
        g.params = a->facts->params_total;
    return g;
}

static struct scale scale_of(const struct app *a, int column)
{
    struct profile_group total = group_of(a, ROW_TOTAL);
    switch (column) {
    case COLUMN_TIME:
        return scale_ns(total.time_ns.median);
    case COLUMN_MACS:
        return scale_count((double)total.macs);
    default:
        return scale_count((double)total.params);
    }
}

static void title(const struct app *a, int column, struct table_cell *out)
{
    const char *name = column == COLUMN_NAME ? "Component" : columns[column].name ? columns[column].name : "";
    bool has_unit = column == COLUMN_TIME || column == COLUMN_MACS || column == COLUMN_PARAMS;
    struct scale u = scale_of(a, column);
    has_unit = has_unit && (column == COLUMN_PARAMS ? a->facts != NULL : a->profile != NULL);
    snprintf(out->text, sizeof out->text, "%s%s%s", name, has_unit && *u.unit ? " " : "", has_unit ? u.unit : "");
}

static void name_cell(const struct source *s, int row, struct table_cell *out)
{
    bool brief = s->view->w[COLUMN_NAME] < 23;
    const char *name = row == ROW_TOTAL          ? "Total"
                       : row == ROW_UNATTRIBUTED ? "Unattributed"
                       : brief                   ? component_short(row)
                                                 : component_title(row);
    snprintf(out->text, sizeof out->text, "%s", name);
    out->tone = row == ROW_TOTAL ? TONE_TITLE : row == ROW_UNATTRIBUTED ? TONE_DIM : TONE_TEXT;
}

static void count_cell(const struct app *a, int column, double value, struct table_cell *out)
{
    scale_text(out->text, sizeof out->text, value, scale_of(a, column));
    if (value == 0)
        out->tone = TONE_DIM;
}

static void ceiling_cell(const struct profile *p, const struct profile_group *g, struct table_cell *out)
{
    double share = profile_ceiling_share(p, g);
    if (share > 1) {
        snprintf(out->text, sizeof out->text, "invalid");
        out->tone = TONE_BAD;
    } else if (share >= 0) {
        format_share(out->text, share);
    }
}

static void ratio_cell(const struct profile *p, const struct profile_group *g, struct table_cell *out)
{
    double macs = profile_mac_share(p, g->macs);
    if (macs <= 0)
        return;
    double ratio = profile_time_share(p, &g->time_ns) / macs;
    snprintf(out->text, sizeof out->text, ratio >= 99.5 ? ">99" : ratio >= 10 ? "%.1f" : "%.2f", ratio);
    if (ratio >= 2)
        out->tone = TONE_WARN;
}

/* Figures that need times. */
static void timed_cell(const struct app *a, int row, int column, const struct profile_group *g, struct table_cell *out)
{
    const struct profile *p = a->profile;
    switch (column) {
    case COLUMN_TIME:
        scale_text(out->text, sizeof out->text, g->time_ns.median, scale_of(a, column));
        break;
    case COLUMN_INTERVAL:
        if (row != ROW_UNATTRIBUTED)
            format_spread(out->text, &g->time_ns);
        break;
    case COLUMN_TIME_SHARE:
        format_share(out->text, profile_time_share(p, &g->time_ns));
        break;
    case COLUMN_BAR:
        if (row < COMPONENTS)
            out->bar = profile_time_share(p, &g->time_ns);
        break;
    case COLUMN_RATIO:
        ratio_cell(p, g, out);
        break;
    case COLUMN_RATE:
        if (g->macs > 0)
            scale_text(out->text, sizeof out->text, profile_flops(g->macs, &g->time_ns) * 1e-9,
                   (struct scale){1, "", 1});
        break;
    default:
        ceiling_cell(p, g, out);
    }
}

static void cell(const void *payload, int row, int column, struct table_cell *out)
{
    const struct source *s = payload;
    const struct app *a = s->app;
    if (row < 0) {
        title(a, column, out);
        return;
    }
    if (column == COLUMN_NAME) {
        name_cell(s, row, out);
        return;
    }
    struct profile_group g = group_of(a, row);
    if (column != COLUMN_BAR)
        snprintf(out->text, sizeof out->text, "%s", row == ROW_UNATTRIBUTED ? "" : no_macs);
    out->tone = row == ROW_TOTAL ? TONE_TITLE : row == ROW_UNATTRIBUTED ? TONE_DIM : TONE_TEXT;
    if (column == COLUMN_PARAMS) {
        if (a->facts && row != ROW_UNATTRIBUTED)
            count_cell(a, column, (double)g.params, out);
    } else if (column == COLUMN_MACS || column == COLUMN_MAC_SHARE) {
        if (!a->profile || row == ROW_UNATTRIBUTED)
            return;
        if (column == COLUMN_MACS)
            count_cell(a, column, (double)g.macs, out);
        else
            format_share(out->text, profile_mac_share(a->profile, g.macs));
    } else if (a->profile && g.time_ns.n > 0) {
        timed_cell(a, row, column, &g, out);
    }
    if (strcmp(out->text, no_macs) == 0 && out->tone == TONE_TEXT)
        out->tone = TONE_DIM;
}

static struct table table_of(const struct source *s)
{
    return (struct table){columns, COLUMNS, ROWS, cell, s};
}

/* ---- the line that explains the selected row ----------------------------------------------------------------- */

static int steps_of(const struct profile *p, int component)
{
    int n = 0;
    for (int i = 0; i < p->steps; i++)
        n += (int)p->step[i].component == component;
    return n;
}

/* The kernel in which the component spends most of its time. */
static const char *kernel_of(const struct profile *p, int component)
{
    const struct profile_step *longest = NULL;
    for (int i = 0; i < p->steps; i++)
        if ((int)p->step[i].component == component && (!longest || p->step[i].time_ns.median > longest->time_ns.median))
            longest = &p->step[i];
    return longest && longest->kernel[0] ? longest->kernel : "no kernel";
}

static void explain_component(const struct profile *p, int row, char *out, size_t size)
{
    const struct profile_group *g = &p->component[row];
    double share = profile_ceiling_share(p, g);
    int used = snprintf(out, size, "%s: %d step%s, mostly %s", component_title(row), steps_of(p, row),
                        steps_of(p, row) == 1 ? "" : "s", kernel_of(p, row));
    const char *reason = g->macs == 0          ? "; no MACs: no T/M, GFLOP/s, %peak"
                         : g->time_ns.n == 0   ? "; not measured yet"
                         : share > 1           ? "; faster than the measured peak, which cannot be: measure again (R)"
                         : share < 0           ? "; the peak is not measured yet, so no %peak"
                                               : "; Enter shows it layer by layer";
    snprintf(out + used, size - (size_t)used, "%s", reason);
}

static void explain(const struct app *a, int row, char *out, size_t size)
{
    const struct log_line *error = log_last(&a->log, LOG_ERROR);
    if (!a->facts)
        snprintf(out, size, "%s", a->job.running ? "times follow once the model is open" : error ? error->text : "");
    else if (!a->profile)
        snprintf(out, size, "%s", a->job.running ? "\"-\": not measured yet, passes are about to run"
                                                 : "\"-\": not measured; R measures");
    else if (row == ROW_UNATTRIBUTED)
        snprintf(out, size, "Unattributed: the median pass minus the sum of the medians of the components; may be negative");
    else if (row == ROW_TOTAL)
        snprintf(out, size, "Total: whole passes, timed from the first step to the last, not the sum of the rows");
    else
        explain_component(a->profile, row, out, size);
}

/* ---- time by layer, where there is room ---------------------------------------------------------------------- */

static void draw_layer_bar(const struct profile *p, int layer, double longest, struct canvas *c, struct rect r)
{
    enum { NAME = 10, TIME = 10, SHARE = 7, LEAST_BAR = 10 };
    char text[FORMAT_SIZE];
    const struct spread *t = &p->layer[layer].time_ns;
    canvas_putf(c, r.x, r.y, NAME, TONE_TEXT, "layer %d", layer);
    canvas_right(c, r.x + NAME, r.y, TIME, TONE_TEXT, format_ns(text, t->median));
    canvas_right(c, r.x + NAME + TIME, r.y, SHARE, TONE_TEXT, format_share(text, profile_time_share(p, t)));
    int x = NAME + TIME + SHARE + 2;
    if (r.w - x >= LEAST_BAR)
        bar_draw(c, r.x + x, r.y, r.w - x, TONE_BAR, longest > 0 ? t->median / longest : 0);
}

static void draw_layer_bars(const struct profile *p, struct canvas *c, struct rect r)
{
    enum { WIDEST = 80, LEAST_ROWS = 4 };
    double longest = 0;
    if (!p || p->total.time_ns.n == 0 || r.h < LEAST_ROWS)
        return;
    r.w = r.w < WIDEST ? r.w : WIDEST;
    canvas_put(c, r.x, r.y, r.w, TONE_HEADER, "Time by layer");
    for (int i = 0; i < p->layers; i++)
        longest = p->layer[i].time_ns.median > longest ? p->layer[i].time_ns.median : longest;
    int room = r.h - 1, shown = p->layers <= room ? p->layers : room - 1;
    for (int i = 0; i < shown; i++)
        draw_layer_bar(p, i, longest, c, (struct rect){r.x, r.y + 1 + i, r.w, 1});
    if (shown < p->layers)
        canvas_putf(c, r.x, r.y + 1 + shown, r.w, TONE_DIM, "… %d more on the Layers screen", p->layers - shown);
}

/* ---- the screen ---------------------------------------------------------------------------------------------- */

static void draw_opening(const struct app *a, struct canvas *c, struct rect r)
{
    const struct log_line *error = log_last(&a->log, LOG_ERROR);
    if (a->job.running || !error) {
        canvas_putf(c, r.x + 1, r.y, r.w - 1, TONE_TITLE, "opening %s ...", a->spec);
        return;
    }
    canvas_putf(c, r.x + 1, r.y, r.w - 1, TONE_TITLE, "%s could not be opened", a->spec);
    int used = canvas_wrap(c, (struct rect){r.x + 1, r.y + 2, r.w - 2, r.h - 4}, TONE_TEXT, error->text);
    canvas_put(c, r.x + 1, r.y + 3 + used, r.w - 1, TONE_DIM, ":open MODEL opens another one; bertscope --help lists what a MODEL is");
}

static void draw(struct app *a, void *state, struct canvas *c, struct rect r)
{
    enum { TABLE = ROWS + 1, SIDE_BY_SIDE = 84 };
    struct view *v = state;
    struct fact_list model = {.n = 0}, machine = {.n = 0};
    struct rect left, right;
    char text[512];
    if (!a->facts) {
        draw_opening(a, c, r);
        return;
    }
    struct rect detail = layout_bottom(&r, 1, 1, TABLE);
    int room = r.h - TABLE - 1;
    bool wide = r.w >= 2 * SIDE_BY_SIDE; /* else it is one list, trimmed as a whole */
    fact_list_model(&model, a->facts);
    fact_list_machine(wide ? &machine : &model, a);
    fact_list_trim(&model, room);
    fact_list_trim(&machine, room);
    struct rect top = layout_top(&r, model.n > machine.n ? model.n : machine.n, 1);
    layout_pair(top, wide ? SIDE_BY_SIDE - 2 : top.w, model.n, machine.n, &left, &right);
    fact_list_draw(&model, c, left);
    fact_list_draw(&machine, c, right);
    struct source s = {a, &v->table};
    struct table t = table_of(&s);
    struct rect inside = {r.x + 1, r.y, r.w - 2, r.h}, table = layout_top(&inside, TABLE, 1);
    table_draw(&t, &v->table, c, table, a->search);
    draw_layer_bars(a->profile, c, inside);
    explain(a, v->table.cursor, text, sizeof text);
    canvas_put(c, detail.x + 1, detail.y, detail.h ? detail.w - 2 : 0, TONE_DIM, text);
}

static bool act(struct app *a, void *state, enum action action)
{
    struct view *v = state;
    if (action == ACTION_OPEN_ROW) {
        if (!a->profile || v->table.cursor >= COMPONENTS)
            return false;
        layers_show_component(a, v->table.cursor);
        return true;
    }
    return table_act(&v->table, ROWS, action);
}

static bool click(struct app *a, void *state, int x, int y)
{
    struct view *v = state;
    int row, column;
    (void)a;
    if (!table_hit(&v->table, ROWS, x, y, &row, &column) || row < 0)
        return false;
    table_select(&v->table, ROWS, row);
    return true;
}

static bool find(struct app *a, void *state, int direction, bool stay)
{
    struct view *v = state;
    for (int i = stay ? 0 : 1; i <= ROWS; i++) {
        int row = ((v->table.cursor + direction * i) % ROWS + ROWS) % ROWS;
        const char *name = row < COMPONENTS ? component_title(row) : row == ROW_TOTAL ? "Total" : "Unattributed";
        if (strcasestr(name, a->search)) {
            table_select(&v->table, ROWS, row);
            return true;
        }
    }
    return false;
}

const struct screen screen_overview = {
    .view_bytes = sizeof(struct view), .draw = draw, .act = act, .click = click, .find = find,
    .columns = columns, .column_count = COLUMNS};
