/* What the recipe costs and gives, against the original; and all trials. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analyzer/data/task.h"
#include "reports/format.h"
#include "tui/app.h"
#include "tui/screen_compress.h"
#include "tui/widget_bar.h"

enum { LABEL = 10, FIGURE = 10, BAR = 16, SHARE = 7 };

/* Rows from the top down, as long as there is room. */
struct panel {
    struct canvas *c;
    struct rect r;
    int used;
};

static struct rect next_line(struct panel *l)
{
    int y = l->r.y + l->used;
    bool fits = l->used < l->r.h;
    l->used += fits;
    return (struct rect){l->r.x, y, fits ? l->r.w : 0, fits};
}

/* label  before  after  bar  share  and what there is to say besides. */
static void draw_change(struct panel *l, const char *label, const char *before, const char *after, double share, const char *more)
{
    struct rect r = next_line(l);
    char text[FORMAT_SIZE] = "";
    int x = r.x, end = r.x + r.w;
    canvas_put(l->c, x, r.y, end - x < LABEL ? end - x : LABEL, TONE_DIM, label);
    x += LABEL;
    canvas_right(l->c, x, r.y, r.w > 0 ? FIGURE : 0, TONE_TEXT, before);
    x += FIGURE + 1;
    canvas_right(l->c, x, r.y, end - x < FIGURE ? end - x > 0 ? end - x : 0 : FIGURE, TONE_TITLE, after);
    x += FIGURE + 2;
    if (isfinite(share) && end - x >= BAR + SHARE) {
        bar_draw(l->c, x, r.y, BAR, share > 1 ? TONE_WARN : TONE_BAR, share);
        canvas_right(l->c, x + BAR, r.y, SHARE, TONE_TEXT, format_share(text, share));
    }
    x += BAR + SHARE + 1;
    if (more[0] && end - x > 0)
        canvas_put(l->c, x, r.y, end - x, TONE_DIM, more);
}

static double share_of(double after, double before)
{
    return before > 0 ? after / before : (double)NAN;
}

static void draw_costs(struct panel *l, const struct trial *t)
{
    char before[FORMAT_SIZE], after[FORMAT_SIZE];
    draw_change(l, "size", format_bytes(before, (double)t->before.bytes), format_bytes(after, (double)t->cost.bytes),
                share_of((double)t->cost.bytes, (double)t->before.bytes), "compact file");
    draw_change(l, "params", format_count(before, (double)t->before.params), format_count(after, (double)t->cost.params),
                share_of((double)t->cost.params, (double)t->before.params), "");
    draw_change(l, "MACs", format_count(before, (double)t->before.macs), format_count(after, (double)t->cost.macs),
                share_of((double)t->cost.macs, (double)t->before.macs), "of a pass");
}

static void draw_latency(struct panel *l, const struct trial *t)
{
    char before[FORMAT_SIZE], after[FORMAT_SIZE], pairs[40];
    if (t->time.speedup.n == 0) {
        draw_change(l, "latency", "-", "-", (double)NAN, "");
        return;
    }
    snprintf(pairs, sizeof pairs, "%d pairs", t->time.speedup.n);
    draw_change(l, "latency", format_ns(before, t->time.first_ns.median), format_ns(after, t->time.second_ns.median),
                1 / t->time.speedup.median, pairs);
}

static void put_ratio(char *out, size_t size, double x)
{
    char text[FORMAT_SIZE];
    if (x > 999)
        snprintf(out, size, ">999x");
    else if (isfinite(x))
        snprintf(out, size, "%sx", format_ratio(text, x));
    else
        snprintf(out, size, "-");
}

/* Predicted, measured, ceiling. */
static void draw_speedup(struct panel *l, const struct trial *t)
{
    const struct forecast *f = &t->forecast;
    const struct spread *s = &t->time.speedup;
    char predicted[48], most[48], text[FORMAT_SIZE], low[FORMAT_SIZE], high[FORMAT_SIZE];
    struct rect r = next_line(l);
    int x = r.x, end = r.x + r.w;
    put_ratio(predicted, sizeof predicted, f->timed ? f->speedup : f->by_macs);
    put_ratio(most, sizeof most, f->timed ? f->ceiling : f->ceiling_by_macs);
    canvas_put(l->c, x, r.y, end - x, TONE_DIM, "speed-up");
    x += LABEL;
    x += canvas_put(l->c, x, r.y, end - x, TONE_DIM, f->timed ? "predicted " : "by MACs ");
    x += canvas_put(l->c, x, r.y, end - x, TONE_TITLE, predicted) + 2;
    x += canvas_put(l->c, x, r.y, end - x, TONE_DIM, "measured ");
    if (s->n > 0)
        x += canvas_putf(l->c, x, r.y, end - x, TONE_TITLE, "%sx (%s..%s)", format_ratio(text, s->median), format_ratio(low, s->ci_low),
                         format_ratio(high, s->ci_high));
    else
        x += canvas_put(l->c, x, r.y, end - x, TONE_TITLE, "-");
    x += 2;
    x += canvas_put(l->c, x, r.y, end - x, TONE_DIM, "at most ");
    canvas_put(l->c, x, r.y, end - x, TONE_TITLE, most);
}

/* ---- rows ---------------------------------------------------------------------------------------------------- */

static enum tone tone_of(const struct estimate *d)
{
    return d->high < 0 ? TONE_BAD : d->low > 0 ? TONE_GOOD : TONE_TEXT;
}

static void draw_quality(struct panel *l, const struct attempt *first, const struct attempt *now)
{
    const struct quality *q = &now->trial.quality, *was = &first->trial.quality;
    char before[FORMAT_SIZE] = "-", after[FORMAT_SIZE], change[FORMAT_SIZE], low[FORMAT_SIZE], high[FORMAT_SIZE];
    char of_all[32] = " rows";
    struct rect r = next_line(l);
    int x = r.x, end = r.x + r.w;
    if (q->rows < q->rows_total)
        snprintf(of_all, sizeof of_all, " of %d rows", q->rows_total);
    if (first->stage >= ATTEMPT_RUNNING && first->trial.evaluated)
        format_metric(before, was->value[0].value);
    canvas_put(l->c, x, r.y, end - x < LABEL ? end - x : LABEL, TONE_DIM, q->metric[0]->name);
    x += LABEL;
    canvas_right(l->c, x, r.y, r.w > 0 ? FIGURE : 0, TONE_TEXT, before);
    x += FIGURE + 1;
    canvas_right(l->c, x, r.y, r.w > 0 ? FIGURE : 0, TONE_TITLE, format_metric(after, q->value[0].value));
    x += FIGURE + 2;
    if (q->paired.metric)
        x += canvas_putf(l->c, x, r.y, end - x, tone_of(&q->paired.difference), "%s points (%s..%s)",
                         format_points(change, q->paired.difference.value), format_points(low, q->paired.difference.low),
                         format_points(high, q->paired.difference.high)) + 2;
    canvas_putf(l->c, x, r.y, end - x, TONE_DIM, "%s%d%s", q->rows < q->rows_total ? "" : "all ", q->rows, of_all);
}

static void draw_answers(struct panel *l, const struct trial *t)
{
    char share[FORMAT_SIZE], kl[FORMAT_SIZE], p[FORMAT_SIZE];
    const struct paired *d = &t->quality.paired;
    struct rect r = next_line(l);
    int x = r.x, end = r.x + r.w;
    canvas_put(l->c, x, r.y, end - x < LABEL ? end - x : LABEL, TONE_DIM, "answers");
    x += LABEL;
    if (d->metric && !d->metric->regression)
        x += canvas_putf(l->c, x, r.y, end - x, TONE_TEXT, "%d rows lost, %d won, p %s", d->discordant.first, d->discordant.second,
                         format_score(p, d->p)) + 2;
    if (t->fidelity.rows > 0 && isfinite(t->fidelity.kl))
        canvas_putf(l->c, x, r.y, end - x, TONE_DIM, "%s the same, KL %s", format_share(share, t->fidelity.agreement.value),
                    format_score(kl, t->fidelity.kl));
}

static void draw_rows(const struct app *a, struct panel *l, const struct attempt *x)
{
    const struct attempt *first = &a->bench.attempt[0];
    if (x->trial.evaluated && x->trial.quality.task)
        draw_quality(l, first, x);
    if (x->trial.evaluated && a->bench.current > 0)
        draw_answers(l, &x->trial);
    if (x->trial.evaluated)
        return;
    struct rect r = next_line(l);
    const char *text = a->facts && !a->facts->has_classifier ? "no classification head, so no answers to compare"
                       : !app_data(a)                        ? "no rows (:data FILE TASK gives some)"
                       : first->stage == ATTEMPT_RUNNING     ? "the original is being evaluated first, once"
                                                             : "rows come next";
    canvas_put(l->c, r.x, r.y, r.w, TONE_DIM, text);
}

/* ---- warnings ------------------------------------------------------------------------------------------------ */

static void draw_warnings(const struct app *a, struct panel *l)
{
    const struct recipe *r = &a->bench.recipe;
    const char *warning;
    for (int i = 0; i < r->lines; i++)
        for (int n = 0; (warning = step_warning(&r->line[i], n)) != NULL; n++) {
            struct rect at = next_line(l);
            canvas_putf(l->c, at.x, at.y, at.w, TONE_WARN, "step %d, %s: %s", i + 1, r->line[i].method->name, warning);
        }
}

/* ---- together ------------------------------------------------------------------------------------------------ */

static const char *stage_text(const struct app *a, const struct attempt *x)
{
    bool runs = a->job.running && a->job.job == JOB_TRIAL;
    switch (x->stage) {
    case ATTEMPT_NEW:
        return runs ? "being applied" : "not tried yet";
    case ATTEMPT_COUNTED:
        return runs ? "counted, rows follow" : "counted";
    case ATTEMPT_RUNNING:
        return runs ? "rows arriving" : "not all rows";
    case ATTEMPT_EVALUATED:
        return runs ? "evaluated, being timed" : "evaluated, not timed";
    case ATTEMPT_DONE:
        return "done";
    case ATTEMPT_FAILED:
        return "cannot be applied";
    }
    return "";
}

void compress_draw_results(const struct app *a, struct canvas *c, struct rect r)
{
    const struct attempt *x = workbench_now(&a->bench);
    struct panel l = {c, r, 0};
    char name[ATTEMPT_NAME + 16], memory[FORMAT_SIZE];
    struct rect head = next_line(&l);
    int at = head.x, end = head.x + head.w;
    at += canvas_putf(c, at, head.y, end - at, TONE_TITLE, "Trial %s", attempt_text(&a->bench, a->bench.current, name, sizeof name)) + 2;
    at += canvas_put(c, at, head.y, end - at, x->stage == ATTEMPT_FAILED ? TONE_BAD : x->stage == ATTEMPT_DONE ? TONE_GOOD : TONE_TEXT,
                     stage_text(a, x)) + 2;
    if (a->bench.hidden_bytes > 0)
        canvas_putf(c, at, head.y, end - at, TONE_DIM, "hidden states kept: %s", format_bytes(memory, (double)a->bench.hidden_bytes));
    if (x->stage == ATTEMPT_FAILED) {
        canvas_wrap(c, (struct rect){r.x, r.y + l.used, r.w, r.h - l.used}, TONE_WARN, x->note);
        return;
    }
    if (x->stage == ATTEMPT_NEW)
        return;
    draw_costs(&l, &x->trial);
    draw_latency(&l, &x->trial);
    draw_speedup(&l, &x->trial);
    draw_rows(a, &l, x);
    draw_warnings(a, &l);
}

/* ---- trials -------------------------------------------------------------------------------------------------- */

enum { COLUMN_TRIAL, COLUMN_FROM, COLUMN_SIZE, COLUMN_MACS, COLUMN_SPEED, COLUMN_METRIC, COLUMN_CHANGE, COLUMN_STEPS, COLUMNS };

_Static_assert((int)COLUMNS == (int)COMPRESS_PARTS_FIRST, "columns of parts come behind those of trials");

const struct column compress_columns[COMPRESS_COLUMNS] = {
    [COLUMN_TRIAL] = {9, 20, 0, true, "Trial", "its number and name; > is the present one"},
    [COLUMN_FROM] = {4, 4, 5, false, "From", "the trial it was made of"},
    [COLUMN_SIZE] = {6, 7, 1, false, "Size", "of the compact file, share of the original's"},
    [COLUMN_MACS] = {6, 7, 3, false, "MACs", "of a pass, share of the original's"},
    [COLUMN_SPEED] = {7, 8, 1, false, "Speed", "measured speed-up; ~ predicted"},
    [COLUMN_METRIC] = {7, 8, 2, false, "Metric", "the main metric of the task"},
    [COLUMN_CHANGE] = {7, 8, 1, false, "Points", "its change against the original on the same rows"},
    [COLUMN_STEPS] = {14, 80, 2, true, "Steps", "the recipe"},
    {14, 24, 0, true, "Part", "of the step, which was tried on it alone: a layer, a component, or a component of a layer"},
    {5, 6, 1, true, "Now", "whether the step is about the part (in), or leaves it as it is"},
    {7, 8, 0, false, "Agree", "of rows without labels: the change of the share of answers that stay the same, in points"},
    {14, 16, 2, false, "95% interval", "of the points, paired over the rows"},
    {6, 7, 3, false, NULL, NULL},
    {6, 7, 6, false, NULL, NULL},
    {7, 8, 1, false, NULL, NULL},
    {8, 9, 4, false, "ms/point", "milliseconds of a pass that the step saves on the part for each point that it loses there"},
    {8, 9, 5, false, "KL", "divergence of the answers from the original's"},
};

static void put_share(char *out, uint64_t after, uint64_t before)
{
    if (before > 0)
        format_share(out, (double)after / (double)before);
}

static void steps_cell(const struct attempt *x, char *out, size_t size)
{
    size_t used = 0;
    for (const char *s = x->recipe; *s && used + 4 < size; s++)
        used += (size_t)snprintf(out + used, size - used, "%s", *s != '\n' ? (char[2]){*s, 0} : s[1] ? "; " : "");
}

static void figure_cell(const struct attempt *x, int column, struct table_cell *out)
{
    const struct trial *t = &x->trial;
    const struct quality *q = &t->quality;
    char text[FORMAT_SIZE];
    bool measured = t->time.speedup.n > 0, rows = t->evaluated && q->task != NULL;
    double predicted = t->forecast.timed ? t->forecast.speedup : t->forecast.by_macs;
    if (column == COLUMN_SIZE)
        put_share(out->text, t->cost.bytes, t->before.bytes);
    else if (column == COLUMN_MACS)
        put_share(out->text, t->cost.macs, t->before.macs);
    else if (column == COLUMN_SPEED && x->parent >= 0 && (measured || isfinite(predicted)))
        snprintf(out->text, sizeof out->text, "%s%sx", measured ? "" : "~", format_ratio(text, measured ? t->time.speedup.median : predicted));
    else if (column == COLUMN_METRIC && rows)
        format_metric(out->text, q->value[0].value);
    else if (column == COLUMN_CHANGE && rows && q->paired.metric) {
        format_points(out->text, q->paired.difference.value);
        out->tone = tone_of(&q->paired.difference);
    }
}

static void cell(const void *payload, int row, int column, struct table_cell *out)
{
    const struct workbench *w = payload;
    char name[ATTEMPT_NAME + 16];
    if (row < 0) {
        snprintf(out->text, sizeof out->text, "%s", compress_columns[column].name);
        return;
    }
    const struct attempt *x = &w->attempt[row];
    if (column == COLUMN_TRIAL)
        snprintf(out->text, sizeof out->text, "%s%s", row == w->current ? ">" : " ", attempt_text(w, row, name, sizeof name));
    else if (column == COLUMN_FROM && x->parent >= 0)
        snprintf(out->text, sizeof out->text, "%d", x->parent);
    else if (column == COLUMN_STEPS)
        steps_cell(x, out->text, sizeof out->text);
    else if (x->stage == ATTEMPT_FAILED && column == COLUMN_CHANGE)
        snprintf(out->text, sizeof out->text, "failed");
    else if (x->stage != ATTEMPT_NEW && x->stage != ATTEMPT_FAILED)
        figure_cell(x, column, out);
}

void compress_draw_trials(const struct app *a, struct compress_view *v, struct canvas *c, struct rect r)
{
    struct table t = {compress_columns, COLUMNS, a->bench.attempts, cell, &a->bench};
    if (v->mode != COMPRESS_TRIALS)
        table_select(&v->trials, a->bench.attempts, a->bench.current);
    table_draw(&t, &v->trials, c, r, a->search);
}
