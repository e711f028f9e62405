/* Two trials beside each other: what differs in costs, answers, components and steps. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analyzer/compress/part_table.h"
#include "analyzer/data/metric.h"
#include "reports/format.h"
#include "tui/layout.h"
#include "tui/scale.h"
#include "tui/screen_frontier.h"

/* The component table: a name, and three groups of two figures and their ratio. */
enum { NAME = 13, CELL = 6, GROUP = 3 * (CELL + 1) + 1, GROUPS = 3, TABLE_WIDTH = NAME + GROUPS * GROUP, TABLE_ROWS = 2 + PART_ROWS };
_Static_assert(TABLE_ROWS + 3 == (int)FRONTIER_PARTS_ROWS && TABLE_WIDTH < (int)FRONTIER_BESIDE, "");

enum group { GROUP_PARAMS, GROUP_MACS, GROUP_TIME };

struct pair {
    const struct workbench *w;
    int from, to; /* 0 = the original */
    const struct attempt *first, *second;
    struct part_table table;
};

/* ---- figures ------------------------------------------------------------------------------------------------- */

static double ratio(double now, double before)
{
    return before > 0 ? now / before : (double)NAN;
}

/* The original is also known from a trial that was compared with it. */
static bool counted(const struct pair *p)
{
    bool first = frontier_counted(p->first), second = frontier_counted(p->second);
    return (first || (p->from == 0 && second)) && (second || (p->to == 0 && first));
}

static struct part_table table_of(const struct pair *p)
{
    bool same = p->from == 0 && p->to == 0;
    return part_table_of(p->from > 0 || same ? &p->first->trial : NULL, p->to > 0 || same ? &p->second->trial : NULL);
}

static uint64_t bytes_of(const struct pair *p, int attempt)
{
    const struct trial *other = p->from > 0 ? &p->first->trial : &p->second->trial;
    return attempt == 0 ? other->before.bytes : p->w->attempt[attempt].trial.cost.bytes;
}

static double time_of(const struct pair *p, int attempt, bool *predicted)
{
    *predicted = false;
    return attempt == 0 ? 1 : frontier_time(&p->w->attempt[attempt], predicted);
}

/* ---- lines --------------------------------------------------------------------------------------------------- */

static void draw_costs(const struct pair *p, struct canvas *c, struct rect r)
{
    char time[FORMAT_SIZE], bytes[FORMAT_SIZE], macs[FORMAT_SIZE];
    bool predicted_from, predicted_to;
    const struct part_row *total = &p->table.row[PART_TOTAL];
    double share = time_of(p, p->to, &predicted_to) / time_of(p, p->from, &predicted_from);
    canvas_putf(c, r.x, r.y, r.w, TONE_TEXT, "time %s%s, size %s, MACs %s of it", predicted_from || predicted_to ? "~" : "",
                format_share(time, share), format_share(bytes, ratio((double)bytes_of(p, p->to), (double)bytes_of(p, p->from))),
                format_share(macs, ratio((double)total->macs[1], (double)total->macs[0])));
}

static void put_difference(struct canvas *c, struct rect r, const char *metric, const struct estimate *x, const struct discordant *d,
                           double probability)
{
    char value[FORMAT_SIZE], low[FORMAT_SIZE], high[FORMAT_SIZE], rows[96] = "";
    if (d && isfinite(probability))
        snprintf(rows, sizeof rows, ": %d rows lost, %d won, p %.3g", d->first, d->second, probability);
    canvas_putf(c, r.x, r.y, r.w, TONE_TEXT, "%s %s points [%s %s]%s", metric, format_points(value, x->value), format_points(low, x->low),
                format_points(high, x->high), rows);
}

/* What is kept of a trial says how it differs from the original, without its answers. */
static void draw_difference(const struct pair *p, struct canvas *c, struct rect r)
{
    const struct trial *from = &p->first->trial, *to = &p->second->trial;
    const struct paired *known = &to->quality.paired;
    struct discordant d;
    if (trial_discordant(&d, from, to)) {
        struct estimate x = discordant_difference(&d);
        put_difference(c, r, "accuracy", &x, &d, discordant_p(&d));
    } else if (p->from == 0 && known->metric && isfinite(known->difference.value)) {
        put_difference(c, r, known->metric->name, &known->difference, known->metric->regression ? NULL : &known->discordant, known->p);
    } else if (from->logits && to->logits) {
        canvas_put(c, r.x, r.y, r.w, TONE_DIM, "These rows have no right and wrong answers; Points says how each trial differs from the original.");
    } else {
        canvas_put(c, r.x, r.y, r.w, TONE_DIM, "Their answers are not in memory; go to both once to compare them.");
    }
}

static void draw_recipes(const struct pair *p, struct canvas *c, struct rect r)
{
    struct recipe a, b;
    struct str text;
    struct err e;
    str_init(&text);
    if (recipe_parse(&a, p->first->recipe, strlen(p->first->recipe), "", &e) == 0 &&
        recipe_parse(&b, p->second->recipe, strlen(p->second->recipe), "", &e) == 0) {
        recipe_diff(&a, &b, &text);
        recipe_free(&b);
    }
    recipe_free(&a);
    int lines = 0, row = 0;
    for (const char *s = text.text; *s; s++)
        lines += *s == '\n';
    for (char *line = text.text, *end; *line && row < r.h; line = end + 1, row++) {
        end = strchr(line, '\n');
        *end = '\0';
        if (row == r.h - 1 && lines > r.h)
            canvas_putf(c, r.x, r.y + row, r.w, TONE_DIM, "… %d more", lines - row);
        else
            canvas_put(c, r.x, r.y + row, r.w, *line == '+' ? TONE_GOOD : *line == '-' ? TONE_WARN : TONE_DIM, line);
    }
    str_free(&text);
}

/* ---- components ---------------------------------------------------------------------------------------------- */

static double figure(const struct part_row *row, enum group g, int side)
{
    return g == GROUP_TIME ? row->time[side] : (double)(g == GROUP_PARAMS ? row->params : row->macs)[side];
}

static struct scale scale_of(const struct part_table *t, enum group g)
{
    return scale_count(fmax(figure(&t->row[PART_TOTAL], g, 0), figure(&t->row[PART_TOTAL], g, 1)));
}

static void group_title(const struct part_table *t, enum group g, char *out, size_t size)
{
    struct scale s = scale_of(t, g);
    if (g == GROUP_TIME)
        snprintf(out, size, "%s", t->timed == PART_TIME_PREDICTED ? "~Time, % of original" : "Time, % of original");
    else
        snprintf(out, size, "%s%s%s", g == GROUP_PARAMS ? "Parameters" : "MACs", *s.unit ? " " : "", s.unit);
}

static void draw_cells(const struct part_table *t, int row, enum group g, struct canvas *c, int x, int y)
{
    const struct part_row *p = &t->row[row];
    char text[FORMAT_SIZE];
    double share = ratio(figure(p, g, 1), figure(p, g, 0));
    for (int k = 0; k < 2; k++) {
        double value = figure(p, g, k);
        if (g == GROUP_TIME)
            format_share(text, value);
        else
            scale_text(text, sizeof text, value, scale_of(t, g));
        canvas_right(c, x + k * (CELL + 1), y, CELL, row == PART_TOTAL ? TONE_TITLE : TONE_TEXT, isfinite(value) ? text : "-");
    }
    canvas_right(c, x + 2 * (CELL + 1), y, CELL, row == PART_TOTAL ? TONE_TITLE : share == 1 ? TONE_DIM : TONE_TEXT,
                 isfinite(share) ? format_share(text, share) : "-");
}

/* Why there are no times. */
static void draw_reason(const struct pair *p, struct canvas *c, struct rect r)
{
    char text[160];
    int slow = p->to > 0 && p->second->stage < ATTEMPT_DONE ? p->to : p->from > 0 && p->first->stage < ATTEMPT_DONE ? p->from : 0;
    if (slow)
        snprintf(text, sizeof text, "trial %d is not timed yet; that comes after its rows (Enter goes to it)", slow);
    else if (p->from == 0 && p->to == 0)
        snprintf(text, sizeof text, "the original is timed in turns with each trial");
    else
        snprintf(text, sizeof text, "times by component were not kept");
    canvas_wrap(c, r, TONE_DIM, text);
}

static void draw_group(const struct pair *p, enum group g, struct canvas *c, struct rect r)
{
    const struct part_table *t = &p->table;
    char text[40];
    group_title(t, g, text, sizeof text);
    canvas_right(c, r.x, r.y, r.w, TONE_HEADER, text);
    if (g == GROUP_TIME && t->timed == PART_TIME_UNKNOWN) {
        draw_reason(p, c, (struct rect){r.x, r.y + 1, r.w, r.h - 1});
        return;
    }
    for (int k = 0; k < 2; k++) {
        snprintf(text, sizeof text, "%d", k == 0 ? p->from : p->to);
        canvas_right(c, r.x + k * (CELL + 1), r.y + 1, CELL, TONE_HEADER, text);
    }
    canvas_right(c, r.x + 2 * (CELL + 1), r.y + 1, CELL, TONE_HEADER, "ratio");
    for (int row = 0; row < PART_ROWS && 2 + row < r.h; row++)
        draw_cells(t, row, g, c, r.x, r.y + 2 + row);
}

static void draw_components(const struct pair *p, struct canvas *c, struct rect r)
{
    int shown = (r.w - NAME) / GROUP < GROUPS ? (r.w - NAME) / GROUP : GROUPS;
    if (!p->table.counted) {
        canvas_wrap(c, r, TONE_DIM, "Of these two only sums are known, not their components: they come from a report, or from a session that an "
                                    "earlier version kept.");
        return;
    }
    if (shown < GROUPS)
        canvas_putf(c, r.x, r.y, NAME, TONE_DIM, "+%d…", GROUPS - shown);
    canvas_put(c, r.x, r.y + 1, NAME, TONE_HEADER, "Component");
    for (int row = 0; row < PART_ROWS && 2 + row < r.h; row++)
        canvas_put(c, r.x, r.y + 2 + row, NAME, row == PART_TOTAL ? TONE_TITLE : TONE_TEXT, row == PART_TOTAL ? "Total" : component_short(row));
    for (int g = 0; g < shown; g++)
        draw_group(p, g, c, (struct rect){r.x + NAME + g * GROUP + 2, r.y, GROUP - 2, r.h});
}

/* ---- together ------------------------------------------------------------------------------------------------ */

/* The components where there is room for all of them, and the steps beside or below. */
static void draw_details(const struct pair *p, bool with_table, struct canvas *c, struct rect r)
{
    bool beside = r.w >= FRONTIER_BESIDE;
    if (with_table && r.h >= TABLE_ROWS) {
        int x = beside ? r.x + r.w - TABLE_WIDTH : r.x;
        draw_components(p, c, (struct rect){x, r.y, beside ? TABLE_WIDTH : r.w, TABLE_ROWS});
        if (beside)
            r.w -= TABLE_WIDTH + 1;
        else
            layout_top(&r, TABLE_ROWS, 0);
    }
    draw_recipes(p, c, r);
}

static void draw_title(const struct pair *p, struct canvas *c, struct rect r)
{
    char first[80], second[80];
    canvas_putf(c, r.x, r.y, r.w, TONE_TITLE, "%s against %s", attempt_text(p->w, p->to, second, sizeof second),
                p->from ? attempt_text(p->w, p->from, first, sizeof first) : "the original");
}

void frontier_draw_comparison(const struct workbench *w, int from, int to, struct canvas *c, struct rect r)
{
    struct pair p = {.w = w, .from = from, .to = to, .first = &w->attempt[from], .second = &w->attempt[to]};
    bool known = counted(&p);
    if (r.h < 3)
        return;
    draw_title(&p, c, layout_top(&r, 1, 0));
    if (p.second->stage == ATTEMPT_FAILED) {
        canvas_wrap(c, r, TONE_WARN, p.second->note);
        return;
    }
    if (known) {
        p.table = table_of(&p);
        draw_costs(&p, c, layout_top(&r, 1, 0));
    } else {
        canvas_put(c, r.x, r.y, r.w, TONE_DIM, "Not tried yet; Enter goes to a trial and tries it.");
        layout_top(&r, 1, 0);
    }
    if (p.first->trial.evaluated && p.second->trial.evaluated)
        draw_difference(&p, c, layout_top(&r, 1, 0));
    draw_details(&p, known, c, r);
}
