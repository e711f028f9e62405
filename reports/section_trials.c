/* What recipes cost and give, and which of them no other beats. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reports/figure.h"
#include "reports/format.h"
#include "reports/parse.h"
#include "reports/report.h"

static int collect(struct report *r, const struct report_source *s, struct err *e)
{
    return s->trials ? trial_table_copy(&r->trials, s->trials, e) : 0;
}

/* ---- pictures ------------------------------------------------------------------------------------------------ */

static const char *quality_title(const struct trial_table *t)
{
    return *t->metric_title ? t->metric_title : "same answer as the original";
}

static void label_spot(struct figure_spot *p, const struct trial_line *x, const char *cost)
{
    char quality[FORMAT_SIZE], share[FORMAT_SIZE];
    snprintf(p->label, sizeof p->label, "%.60s: %s at %s of the %s", x->name, format_metric(quality, p->y), format_share(share, p->x), cost);
}

static void scatter(struct emit *e, const struct trial_table *t, enum trial_cost by, const bool *on)
{
    static const char *const cost[TRIAL_COSTS] = {"time", "bytes"};
    static const char *const titles[TRIAL_COSTS] = {"What trials give for their time", "What trials give for their size"};
    static const char *const x_titles[TRIAL_COSTS] = {"time of a pass, of the original's",
                                                      "size of the compact file, of the original's"};
    struct figure_spot *spot = calloc((size_t)t->lines + 1, sizeof *spot);
    struct figure_scatter s = {.spot = spot, .x_title = x_titles[by], .y_title = quality_title(t), .x_unit = UNIT_SHARE, .y_unit = UNIT_METRIC};
    if (!spot)
        str_out_of_memory();
    for (int i = 0; i < t->lines; i++) {
        const struct trial_line *x = &t->line[i];
        struct figure_spot p = {trial_table_cost(t, i, by), x->quality.value, x->quality.low, x->quality.high, on[i], "", ""};
        if (!isfinite(p.x) || !isfinite(p.y))
            continue;
        snprintf(p.name, sizeof p.name, "%d", x->number);
        label_spot(&p, x, cost[by]);
        spot[s.spots++] = p;
    }
    const struct figure f = {titles[by],
                             "A mark for each trial, with the 95% interval of its quality; numbers are those of the table, 0 is the original. The line "
                             "joins the trials that no other beats. Times are measured in turns with the original, else predicted.", figure_draw_scatter, &s};
    if (s.spots > 1)
        emit_figure(e, &f);
    free(spot);
}

/* ---- the table ----------------------------------------------------------------------------------------------- */

static void emit_known(struct emit *e, double x, enum unit unit)
{
    if (isfinite(x))
        emit_real(e, NULL, NULL, x, unit);
    else
        emit_absent(e, NULL, NULL);
}

static void emit_estimate(struct emit *e, const struct estimate *x, enum unit unit)
{
    emit_known(e, x->value, unit);
    emit_known(e, x->low, unit);
    emit_known(e, x->high, unit);
}

/* The next line of a recipe that is more than a comment, and its length; NULL at the end. */
static const char *next_step(const char *at, size_t *n)
{
    for (; *at; at += *n + (at[*n] == '\n')) {
        *n = strcspn(at, "\n");
        if (*n > 0 && at[strspn(at, " \t")] != '#')
            return at;
    }
    return NULL;
}

/* The steps in one line. */
static void emit_steps(struct emit *e, const char *recipe)
{
    struct str out;
    size_t n;
    str_init(&out);
    for (const char *step = next_step(recipe, &n); step; step = next_step(step + n + (step[n] == '\n'), &n)) {
        str_add(&out, out.len ? "; " : "");
        str_add_n(&out, step, n);
    }
    emit_string(e, NULL, NULL, out.len ? out.text : "-");
    str_free(&out);
}

static double share(uint64_t now, uint64_t before)
{
    return before ? (double)now / (double)before : (double)NAN;
}

static void emit_line(struct emit *e, const struct trial_table *t, int i, const bool *const on[TRIAL_COSTS])
{
    const struct trial_line *x = &t->line[i];
    const struct cost *before = &t->line[0].cost;
    emit_row(e);
    emit_int(e, NULL, NULL, x->number, UNIT_NONE);
    emit_string(e, NULL, NULL, x->name);
    emit_string(e, NULL, NULL, x->recipe);
    emit_steps(e, x->recipe);
    emit_estimate(e, &x->quality, UNIT_METRIC);
    emit_estimate(e, &x->difference, UNIT_POINTS);
    emit_int(e, NULL, NULL, (int64_t)x->cost.bytes, UNIT_BYTES);
    emit_known(e, share(x->cost.bytes, before->bytes), UNIT_SHARE);
    emit_int(e, NULL, NULL, (int64_t)x->cost.macs, UNIT_COUNT);
    emit_known(e, share(x->cost.macs, before->macs), UNIT_SHARE);
    emit_int(e, NULL, NULL, (int64_t)x->cost.params, UNIT_COUNT);
    emit_estimate(e, &x->time, UNIT_SHARE);
    emit_known(e, x->predicted, UNIT_SHARE);
    emit_known(e, x->agreement, UNIT_SHARE);
    emit_known(e, x->kl, UNIT_SCORE);
    emit_bool(e, NULL, NULL, on[TRIAL_COST_TIME][i]);
    emit_bool(e, NULL, NULL, on[TRIAL_COST_BYTES][i]);
}

static void emit_lines(struct emit *e, const struct trial_table *t, const bool *const on[TRIAL_COSTS])
{
    const struct emit_column columns[] = {
        {"number", "trial", 0},     {"name", "name", 0},          {"recipe", NULL, 0},        {NULL, "steps", 0},
        {"quality", "quality", UNIT_METRIC}, {"ci_low", "95% from", UNIT_METRIC}, {"ci_high", "to", UNIT_METRIC},
        {"difference", "points", UNIT_POINTS}, {"difference_low", "95% from", UNIT_POINTS}, {"difference_high", "to", UNIT_POINTS},
        {"bytes", "size", UNIT_BYTES}, {"bytes_share", "of it", UNIT_SHARE}, {"macs", "MACs", UNIT_COUNT}, {"macs_share", "of them", UNIT_SHARE},
        {"params", NULL, UNIT_COUNT}, {"time_ratio", "time", UNIT_SHARE}, {"time_low", "95% from", UNIT_SHARE}, {"time_high", "to", UNIT_SHARE},
        {"predicted", "predicted", UNIT_SHARE}, {"agreement", NULL, UNIT_SHARE}, {"kl", "KL", UNIT_SCORE},
        {"frontier_time", "frontier by time", 0}, {"frontier_bytes", "by size", 0}};
    emit_table(e, "trials", "Trials; quality, its paired difference, and time and size of the original's", columns, sizeof columns / sizeof *columns);
    for (int i = 0; i < t->lines; i++)
        emit_line(e, t, i, on);
    emit_table_end(e);
}

static void emit_recipe(struct emit *e, const struct trial_line *x)
{
    size_t n;
    int i = 1;
    emit_string(e, NULL, *x->recipe ? "recipe" : NULL, x->name);
    for (const char *step = next_step(x->recipe, &n); step; step = next_step(step + n + (step[n] == '\n'), &n)) {
        char title[24];
        snprintf(title, sizeof title, "step %d", i++);
        emit_string_n(e, NULL, title, step, n);
    }
}

static void mark(bool *on, const struct trial_table *t, enum trial_cost by)
{
    struct err ignored;
    if (trial_table_frontier(on, t, by, &ignored) != 0)
        str_out_of_memory();
}

static void walk(struct emit *e, const struct report *r)
{
    const struct trial_table *t = &r->trials;
    if (t->lines == 0)
        return;
    bool *by_time = calloc((size_t)t->lines, sizeof *by_time), *by_bytes = calloc((size_t)t->lines, sizeof *by_bytes);
    if (!by_time || !by_bytes)
        str_out_of_memory();
    mark(by_time, t, TRIAL_COST_TIME);
    mark(by_bytes, t, TRIAL_COST_BYTES);
    emit_begin(e, "compression", "Compression");
    emit_string(e, "task", NULL, *t->task ? t->task : NULL);
    emit_string(e, "metric", NULL, *t->metric ? t->metric : NULL);
    emit_string(e, "metric_title", t->rows ? "quality" : NULL, quality_title(t));
    emit_int(e, "rows", t->rows ? "rows" : NULL, t->rows, UNIT_NONE);
    emit_int(e, "total", t->total > t->lines ? "trials" : NULL, t->total, UNIT_NONE);
    emit_int(e, "current", NULL, t->current, UNIT_NONE);
    emit_recipe(e, &t->line[t->current]);
    scatter(e, t, TRIAL_COST_TIME, by_time);
    scatter(e, t, TRIAL_COST_BYTES, by_bytes);
    emit_lines(e, t, (const bool *const[]){by_time, by_bytes});
    if (t->total > t->lines)
        emit_note(e, "To keep the report short the oldest trials were left out, those that others beat first.");
    emit_end(e);
    free(by_time);
    free(by_bytes);
}

/* ---- reading ------------------------------------------------------------------------------------------------- */

static struct estimate read_estimate(struct parse *p, const char *value, const char *low, const char *high)
{
    const double most = parse_most;
    return (struct estimate){parse_real_or(p, value, -most, most, NAN), parse_real_or(p, low, -most, most, NAN),
                             parse_real_or(p, high, -most, most, NAN)};
}

static void read_line(struct trial_line *x, struct parse *p)
{
    x->number = (int)parse_int(p, "number", 0, INT32_MAX);
    parse_text(p, "name", x->name, sizeof x->name);
    x->recipe = parse_lines(p, "recipe");
    x->cost.params = (uint64_t)parse_int(p, "params", 0, (int64_t)parse_most);
    x->cost.macs = (uint64_t)parse_int(p, "macs", 0, (int64_t)parse_most);
    x->cost.bytes = (uint64_t)parse_int(p, "bytes", 0, (int64_t)parse_most);
    x->quality = read_estimate(p, "quality", "ci_low", "ci_high");
    x->difference = read_estimate(p, "difference", "difference_low", "difference_high");
    x->time = read_estimate(p, "time_ratio", "time_low", "time_high");
    x->predicted = parse_real_or(p, "predicted", 0, parse_most, NAN);
    x->agreement = parse_real_or(p, "agreement", 0, 1, NAN);
    x->kl = parse_real_or(p, "kl", 0, parse_most, NAN);
}

static void read(struct report *r, struct parse *p)
{
    struct trial_table *t = &r->trials;
    if (!parse_has(p, "compression"))
        return;
    struct parse_place back = parse_enter(p, "compression");
    size_t n = parse_length(p, "trials", 1, TRIAL_TABLE_MOST);
    parse_text(p, "task", t->task, sizeof t->task);
    parse_text(p, "metric", t->metric, sizeof t->metric);
    if (*t->metric)
        parse_text(p, "metric_title", t->metric_title, sizeof t->metric_title);
    t->rows = (int)parse_int(p, "rows", 0, INT32_MAX);
    t->total = (int)parse_int(p, "total", (int64_t)n, INT32_MAX);
    t->current = (int)parse_int(p, "current", 0, n ? (int64_t)n - 1 : 0);
    t->line = parse_room(p, n, sizeof *t->line);
    for (size_t i = 0; i < n && p->code == 0; i++) {
        struct parse_place row = parse_element(p, "trials", i);
        read_line(&t->line[t->lines++], p);
        parse_leave(p, &row);
    }
    parse_leave(p, &back);
}

static void forget(struct report *r)
{
    trial_table_free(&r->trials);
}

const struct section section_trials = {collect, walk, read, forget};
