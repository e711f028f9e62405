/* Train: a copy of the model learns; loss and metric over the steps. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "reports/format.h"
#include "tui/app.h"
#include "tui/layout.h"
#include "tui/train_layout.h"
#include "tui/train_run.h"
#include "tui/widget_plot.h"
#include "tui/widget_table.h"

enum { CURVE_POINTS = 400 }; /* more than there are dots */

struct train_view {
    struct table_view table;
    int points; /* that the table had when it was drawn last */
};

/* ---- texts --------------------------------------------------------------------------------------------------- */

/* "42 s", "3 min 20 s", "2 h 5 min" */
static const char *duration_text(double seconds, char *out, size_t size)
{
    long long s = (long long)(seconds + 0.5);
    if (s < 60)
        snprintf(out, size, "%lld s", s);
    else if (s < 3600)
        snprintf(out, size, "%lld min %lld s", s / 60, s % 60);
    else
        snprintf(out, size, "%lld h %lld min", s / 3600, s / 60 % 60);
    return out;
}

/* "" where it drops as much of attention as of the rest */
static const char *attention_text(const struct train_choice *c, char *out, size_t size)
{
    out[0] = '\0';
    if (c->attention_dropout >= 0 && c->attention_dropout != c->dropout)
        snprintf(out, size, " (attention %g)", c->attention_dropout);
    return out;
}

static void choice_text(const struct train_choice *c, const char *what, char *out, size_t size)
{
    char attention[40];
    snprintf(out, size, "%srate %g, %d epoch%s, %d rows a step, dropout %g%s, seed %d, %s weights%s%s", what,
             c->lr > 0 ? c->lr : train_run_lr(c->fresh), c->epochs, c->epochs == 1 ? "" : "s", c->batch_rows, c->dropout,
             attention_text(c, attention, sizeof attention), c->seed, c->fresh ? "random" : "present", c->format == KERNEL_F32 ? "" : ", in ",
             c->format == KERNEL_F32 ? "" : kernel_format_name(c->format));
}

static void steps_text(const struct train_status *s, char *out, size_t size)
{
    char metric[FORMAT_SIZE], best[FORMAT_SIZE];
    int used = snprintf(out, size, "step %" PRId64 " of %" PRId64 ", epoch %.2f", s->step, s->steps, s->epoch);
    if (s->losses > 0)
        used += snprintf(out + used, size - (size_t)used, ", loss %.4f", (double)s->loss[s->losses - 1]);
    if (s->best >= 0)
        snprintf(out + used, size - (size_t)used, ", %s %s, best %s at %" PRId64, s->metric,
                 format_metric(metric, s->curve[s->points - 1].metric.value), format_metric(best, s->curve[s->best].metric.value),
                 s->curve[s->best].step);
}

static void time_text(const struct train_status *s, char *out, size_t size)
{
    char speed[FORMAT_SIZE], text[48];
    double left = train_status_left(s);
    int used = snprintf(out, size, "%s", duration_text(s->seconds, text, sizeof text));
    if (s->tokens_per_second > 0)
        used += snprintf(out + used, size - (size_t)used, ", %s tokens/s", format_count(speed, s->tokens_per_second));
    bool waits = s->state == TRAIN_RUNNING || s->state == TRAIN_PAUSED;
    if (waits && isfinite(left))
        snprintf(out + used, size - (size_t)used, ", about %s left", duration_text(left, text, sizeof text));
    else if (s->state == TRAIN_STOPPED || s->state == TRAIN_FINISHED)
        snprintf(out + used, size - (size_t)used, "; %s parameters kept (:save-trained DIR)", s->best >= 0 ? "best" : "last");
}

static enum tone state_tone(enum train_state s)
{
    return s == TRAIN_FAILED ? TONE_BAD : s == TRAIN_PAUSED || s == TRAIN_STOPPED ? TONE_WARN : TONE_GOOD;
}

/* ---- parts --------------------------------------------------------------------------------------------------- */

static void draw_heading(const struct train_status *s, struct canvas *c, struct rect r)
{
    int x = r.x;
    x += canvas_put(c, x, r.y, r.x + r.w - x, state_tone(s->state), train_state_name(s->state)) + 2;
    x += canvas_put(c, x, r.y, r.x + r.w - x, TONE_TITLE, s->model);
    x += canvas_putf(c, x, r.y, r.x + r.w - x, TONE_DIM, " on %s", s->data);
    if (s->dev[0])
        canvas_putf(c, x, r.y, r.x + r.w - x, TONE_DIM, ", evaluated on %s", s->dev);
}

/* Whether the next training is another one than this. */
static bool changed(const struct app *a)
{
    const struct train_choice *next = &a->choice, *now = &a->training.choice;
    double lr = next->lr > 0 ? next->lr : train_run_lr(now->fresh);
    return lr != now->lr || next->epochs != now->epochs || next->batch_rows != now->batch_rows ||
           next->dropout != now->dropout || next->attention_dropout != now->attention_dropout || next->seed != now->seed ||
           next->format != now->format || (next->fresh && !now->fresh);
}

static void draw_facts(const struct app *a, struct canvas *c, struct rect r)
{
    const struct train_status *s = &a->training;
    char text[300];
    for (int i = 0; i < r.h; i++) {
        text[0] = '\0';
        if (i == 0)
            steps_text(s, text, sizeof text);
        else if (i == 1)
            time_text(s, text, sizeof text);
        else if (i == 2)
            choice_text(&s->choice, "", text, sizeof text);
        else if (changed(a))
            choice_text(&a->choice, "next: ", text, sizeof text);
        canvas_put(c, r.x, r.y + i, r.w, i < 2 ? TONE_TEXT : TONE_DIM, text);
    }
}

static void step_label(double x, char *out, size_t size)
{
    snprintf(out, size, "%.0f", x);
}

static void value_label(double y, char *out, size_t size)
{
    snprintf(out, size, "%.3f", y);
}

/* Axes that hold what is drawn. */
static void draw_plot(struct plot *p, int64_t steps, const char *title, struct canvas *c, struct rect r)
{
    if (r.h < 1 || p->points == 0)
        return;
    canvas_put(c, r.x, r.y, r.w, TONE_TITLE, title);
    p->x_high = (double)steps;
    p->x_title = "step";
    p->x_label = step_label;
    p->y_label = value_label;
    if (!(p->y_high - p->y_low >= 0.01))
        p->y_low = p->y_high - 0.01;
    plot_draw(p, c, (struct rect){r.x, r.y + 1, r.w, r.h - 1});
}

/* Means over neighbouring steps, so that every point has its own place. */
static void draw_loss(const struct train_status *s, struct canvas *c, struct rect r)
{
    struct plot_point point[CURVE_POINTS];
    struct plot p = {.point = point, .y_low = (double)INFINITY, .y_high = -(double)INFINITY, .mark = (double)NAN};
    int64_t each = s->steps / (r.w > 0 && 2 * r.w < CURVE_POINTS ? 2 * r.w : CURVE_POINTS) + 1;
    for (int64_t first = 0; first < s->losses && p.points < CURVE_POINTS; first += each) {
        int64_t end = first + each < s->losses ? first + each : s->losses;
        double sum = 0;
        for (int64_t i = first; i < end; i++)
            sum += (double)s->loss[i];
        double mean = sum / (double)(end - first);
        point[p.points++] = (struct plot_point){(double)(first + end + 1) / 2, mean, (double)NAN, (double)NAN, false};
        plot_include(&p.y_low, &p.y_high, mean);
    }
    draw_plot(&p, s->steps, "Training loss", c, r);
}

static void draw_metric(const struct train_status *s, struct canvas *c, struct rect r)
{
    struct plot_point point[CURVE_POINTS];
    struct plot p = {.point = point, .y_low = (double)INFINITY, .y_high = -(double)INFINITY, .mark = (double)NAN};
    char title[120], best[FORMAT_SIZE];
    int first = s->points > CURVE_POINTS ? s->points - CURVE_POINTS : 0;
    for (int i = first; i < s->points; i++) {
        const struct curve_point *at = &s->curve[i];
        point[p.points++] = (struct plot_point){(double)at->step, at->metric.value, at->metric.low, at->metric.high, false};
        plot_include(&p.y_low, &p.y_high, at->metric.value);
        plot_include(&p.y_low, &p.y_high, at->metric.low);
        plot_include(&p.y_low, &p.y_high, at->metric.high);
    }
    snprintf(title, sizeof title, "%s", s->metric);
    if (s->best >= 0) {
        p.mark = s->curve[s->best].metric.value;
        snprintf(title, sizeof title, "%s, best %s (line)", s->metric, format_metric(best, p.mark));
    }
    if (!(p.y_low <= p.y_high))
        p.points = 0;
    draw_plot(&p, s->steps, title, c, r);
}

/* ---- the table ----------------------------------------------------------------------------------------------- */

enum { COLUMN_STEP, COLUMN_EPOCH, COLUMN_LOSS, COLUMN_DEV_LOSS, COLUMN_METRIC, COLUMN_INTERVAL, COLUMN_RATE, COLUMN_SPEED, COLUMN_TIME,
       COLUMN_BEST, COLUMNS };

static const struct column columns[] = {
    [COLUMN_STEP] = {6, 9, 0, false, "Step", "steps done"},
    [COLUMN_EPOCH] = {6, 8, 4, false, "Epoch", "times through the training rows"},
    [COLUMN_LOSS] = {7, 9, 0, false, "Loss", "mean training loss since the point before"},
    [COLUMN_DEV_LOSS] = {8, 9, 3, false, "Dev loss", "mean loss on the rows of the evaluation"},
    [COLUMN_METRIC] = {7, 9, 0, false, "Metric", "the main metric of the task on those rows"},
    [COLUMN_INTERVAL] = {14, 16, 1, false, "95%", "its interval"},
    [COLUMN_RATE] = {8, 9, 5, false, "Rate", "learning rate of the last step"},
    [COLUMN_SPEED] = {8, 9, 6, false, "Tokens/s", "trained tokens a second since the point before, its evaluation included"},
    [COLUMN_TIME] = {11, 12, 7, false, "Time", "since the beginning, pauses left out"},
    [COLUMN_BEST] = {4, 4, 2, true, NULL, NULL},
};

static void number(char *out, double x)
{
    if (isfinite(x))
        format_metric(out, x);
    else
        snprintf(out, FORMAT_SIZE, "-");
}

static void interval_text(const struct estimate *m, char *out, size_t size)
{
    char low[FORMAT_SIZE], high[FORMAT_SIZE];
    if (isfinite(m->low) && isfinite(m->high))
        snprintf(out, size, "%s..%s", format_metric(low, m->low), format_metric(high, m->high));
    else
        snprintf(out, size, "-");
}

static void speed_text(const struct train_status *s, int row, char *out)
{
    static const struct curve_point origin = {0};
    const struct curve_point *p = &s->curve[row], *before = row > 0 ? p - 1 : &origin;
    double seconds = p->seconds - before->seconds;
    if (seconds > 0)
        format_count(out, (double)(p->tokens - before->tokens) / seconds);
}

static void point_cell(const struct train_status *s, int row, int column, struct table_cell *out)
{
    const struct curve_point *p = &s->curve[row];
    const double figures[COLUMNS] = {[COLUMN_LOSS] = p->loss, [COLUMN_DEV_LOSS] = p->dev_loss, [COLUMN_METRIC] = p->metric.value};
    switch (column) {
    case COLUMN_STEP:
        snprintf(out->text, sizeof out->text, "%" PRId64, p->step);
        break;
    case COLUMN_EPOCH:
        snprintf(out->text, sizeof out->text, "%.2f", p->epoch);
        break;
    case COLUMN_INTERVAL:
        interval_text(&p->metric, out->text, sizeof out->text);
        break;
    case COLUMN_RATE:
        snprintf(out->text, sizeof out->text, "%.2g", p->lr);
        break;
    case COLUMN_SPEED:
        speed_text(s, row, out->text);
        break;
    case COLUMN_TIME:
        duration_text(p->seconds, out->text, sizeof out->text);
        break;
    case COLUMN_BEST:
        snprintf(out->text, sizeof out->text, "%s", row == s->best ? "best" : "");
        out->tone = TONE_GOOD;
        break;
    default:
        number(out->text, figures[column]);
    }
}

static void cell(const void *payload, int row, int column, struct table_cell *out)
{
    const struct train_status *s = payload;
    if (row >= 0)
        point_cell(s, row, column, out);
    else if (column == COLUMN_METRIC && s->metric)
        snprintf(out->text, sizeof out->text, "%s", s->metric);
    else if (columns[column].name)
        snprintf(out->text, sizeof out->text, "%s", columns[column].name);
}

/* The last row stays selected while rows arrive, unless another one was chosen. */
static void draw_table(const struct app *a, struct train_view *v, struct canvas *c, struct rect r)
{
    const struct train_status *s = &a->training;
    struct table t = {columns, COLUMNS, s->points, cell, s};
    if (r.h < 1)
        return;
    if (v->table.cursor >= v->points - 1)
        table_select(&v->table, s->points, s->points - 1);
    v->points = s->points;
    if (s->points > 0)
        table_draw(&t, &v->table, c, r, a->search);
    else
        canvas_wrap(c, r, TONE_DIM, s->state == TRAIN_FAILED ? "" : "The table begins with the first evaluation.");
}

/* ---- the screen ---------------------------------------------------------------------------------------------- */

static void draw_not_started(const struct app *a, struct canvas *c, struct rect r)
{
    const char *missing = app_train_missing(a);
    char text[3000];
    if (!missing && a->job.running && a->job.job == JOB_TRAIN)
        missing = "The training is being prepared.";
    if (!missing) {
        char choice[300];
        choice_text(&a->choice, "", choice, sizeof choice);
        snprintf(text, sizeof text, "Enter trains a copy of %s on %s, %s%s. The open model stays as it is. Settings: %s.",
                 a->facts->name, a->data, a->dev[0] ? "evaluated on " : "without evaluation (:dev FILE gives one)", a->dev, choice);
    }
    canvas_wrap(c, r, TONE_DIM, missing ? missing : text);
}

static void draw(struct app *a, void *state, struct canvas *c, struct rect r)
{
    struct train_view *v = state;
    const struct train_status *s = &a->training;
    r = (struct rect){r.x + 1, r.y, r.w - 2, r.h};
    if (s->state == TRAIN_NONE) {
        draw_not_started(a, c, r);
        return;
    }
    struct train_layout l = train_layout(r, s->points, s->metric != NULL);
    draw_heading(s, c, l.heading);
    if (s->state == TRAIN_FAILED)
        canvas_wrap(c, l.facts, TONE_WARN, s->note);
    else
        draw_facts(a, c, l.facts);
    draw_loss(s, c, l.loss);
    if (s->metric)
        draw_metric(s, c, l.metric);
    draw_table(a, v, c, l.table);
}

/* The next of 1, 2, 5 times a power of ten, between 1e-6 and 1. */
static double next_rate(double rate, int direction)
{
    static const double steps[] = {1, 2, 5};
    double found = rate;
    for (int i = -18; i < 0; i++) {
        double v = steps[(i + 18) % 3] * pow(10, (i + 18) / 3 - 6);
        if (direction > 0 && v > rate * 1.001)
            return v;
        if (direction < 0 && v < rate * 0.999)
            found = v;
    }
    return found;
}

static bool change(struct app *a, enum action action)
{
    struct train_choice *c = &a->choice;
    char text[300];
    switch (action) {
    case ACTION_LR_UP:
    case ACTION_LR_DOWN:
        c->lr = next_rate(c->lr > 0 ? c->lr : train_run_lr(c->fresh), action == ACTION_LR_UP ? 1 : -1);
        break;
    case ACTION_EPOCHS_UP:
    case ACTION_EPOCHS_DOWN:
        c->epochs += action == ACTION_EPOCHS_UP ? c->epochs < 100000 : c->epochs > 1 ? -1 : 0;
        break;
    case ACTION_FROM:
        c->fresh = !c->fresh;
        break;
    default:
        return false;
    }
    choice_text(c, "next training: ", text, sizeof text);
    app_say(a, LOG_INFO, "%s", text);
    return true;
}

static bool act(struct app *a, void *state, enum action action)
{
    struct train_view *v = state;
    switch (action) {
    case ACTION_START:
        app_train(a, TRAIN_START, NULL);
        return true;
    case ACTION_PAUSE:
        app_train(a, a->training.state == TRAIN_PAUSED ? TRAIN_GO_ON : TRAIN_PAUSE, NULL);
        return true;
    case ACTION_STOP:
        app_train(a, TRAIN_STOP, NULL);
        return true;
    default:
        return change(a, action) || table_act(&v->table, a->training.points, action);
    }
}

static bool click(struct app *a, void *state, int x, int y)
{
    struct train_view *v = state;
    int row, column;
    if (!table_hit(&v->table, a->training.points, x, y, &row, &column) || row < 0)
        return false;
    table_select(&v->table, a->training.points, row);
    return true;
}

const struct screen screen_train = {.view_bytes = sizeof(struct train_view), .draw = draw, .act = act, .click = click,
                                    .columns = columns, .column_count = COLUMNS};
