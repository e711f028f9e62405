#include "reports/trial_table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/text.h"
#include "analyzer/compress/frontier.h"
#include "analyzer/data/task.h"

static const struct estimate unknown = {(double)NAN, (double)NAN, (double)NAN};

/* ---- lines --------------------------------------------------------------------------------------------------- */

static struct estimate time_of(const struct trial *t)
{
    const struct spread *s = &t->time.speedup;
    if (s->n == 0)
        return *t->recipe ? unknown : (struct estimate){1, 1, 1};
    return (struct estimate){1 / s->median, 1 / s->ci_high, 1 / s->ci_low};
}

static double predicted_of(const struct trial *t)
{
    double speedup = t->forecast.timed ? t->forecast.speedup : t->forecast.by_macs;
    return isfinite(speedup) && speedup > 0 ? 1 / speedup : (double)NAN;
}

static void take_quality(struct trial_line *x, const struct trial *t)
{
    const struct quality *q = &t->quality;
    bool labelled = q->task && q->metrics > 0;
    x->quality = x->difference = unknown;
    x->agreement = x->kl = (double)NAN;
    if (!t->evaluated)
        return;
    x->quality = labelled ? q->value[0] : t->fidelity.agreement;
    x->agreement = t->fidelity.agreement.value;
    x->kl = t->fidelity.kl;
    if (labelled && q->paired.metric)
        x->difference = q->paired.difference;
}

static char *safe_recipe(const char *text)
{
    struct str out;
    str_init(&out);
    text_escape_lines(&out, text);
    return out.text;
}

static struct trial_line *next_line(struct trial_table *out, struct err *e)
{
    struct trial_line *more = realloc(out->line, ((size_t)out->lines + 1) * sizeof *more);
    if (!more) {
        err_set(e, ERR_NOMEM, "no memory for the table of trials");
        return NULL;
    }
    out->line = more;
    more[out->lines] = (struct trial_line){.recipe = NULL};
    return &more[out->lines++];
}

int trial_table_add(struct trial_table *out, int number, const char *name, const struct trial *t, struct err *e)
{
    struct trial_line *x = next_line(out, e);
    if (!x)
        return ERR_NOMEM;
    x->number = number;
    text_escape(x->name, sizeof x->name, name, strlen(name));
    x->recipe = safe_recipe(t->recipe);
    x->cost = t->cost;
    x->time = time_of(t);
    x->predicted = predicted_of(t);
    take_quality(x, t);
    out->total++;
    if (t->evaluated)
        out->rows = t->fidelity.rows;
    if (t->evaluated && t->quality.task && t->quality.metrics > 0) {
        snprintf(out->task, sizeof out->task, "%s", t->quality.task->name);
        snprintf(out->metric, sizeof out->metric, "%s", t->quality.metric[0]->name);
        snprintf(out->metric_title, sizeof out->metric_title, "%s", t->quality.metric[0]->title);
    }
    return 0;
}

int trial_table_copy(struct trial_table *out, const struct trial_table *t, struct err *e)
{
    *out = *t;
    out->lines = 0;
    out->line = NULL;
    for (int i = 0; i < t->lines; i++) {
        struct trial_line *x = next_line(out, e);
        if (!x)
            return ERR_NOMEM;
        *x = t->line[i];
        x->recipe = strdup(t->line[i].recipe);
        if (!x->recipe)
            return err_set(e, ERR_NOMEM, "no memory for the table of trials");
    }
    return 0;
}

void trial_table_free(struct trial_table *t)
{
    for (int i = 0; i < t->lines; i++)
        free(t->line[i].recipe);
    free(t->line);
    *t = (struct trial_table){.lines = 0};
}

/* ---- the frontier -------------------------------------------------------------------------------------------- */

double trial_table_cost(const struct trial_table *t, int line, enum trial_cost by)
{
    const struct trial_line *x = &t->line[line];
    if (by == TRIAL_COST_BYTES)
        return t->line[0].cost.bytes ? (double)x->cost.bytes / (double)t->line[0].cost.bytes : (double)NAN;
    return isfinite(x->time.value) ? x->time.value : x->predicted;
}

int trial_table_frontier(bool *on, const struct trial_table *t, enum trial_cost by, struct err *e)
{
    double *x = malloc(((size_t)t->lines + 1) * 2 * sizeof *x);
    if (!x)
        return err_set(e, ERR_NOMEM, "no memory for the frontier of %d trials", t->lines);
    for (int i = 0; i < t->lines; i++) {
        x[i] = trial_table_cost(t, i, by);
        x[t->lines + i] = t->line[i].quality.value;
    }
    frontier_mark(on, x, x + t->lines, t->lines);
    free(x);
    return 0;
}

static void leave_out(struct trial_table *t, int line)
{
    free(t->line[line].recipe);
    for (int i = line; i + 1 < t->lines; i++)
        t->line[i] = t->line[i + 1];
    t->lines--;
    t->current -= line < t->current;
}

int trial_table_shorten(struct trial_table *t, int most, struct err *e)
{
    size_t n = (size_t)t->lines + 1;
    bool *on = malloc(TRIAL_COSTS * n);
    if (!on)
        return err_set(e, ERR_NOMEM, "no memory for the frontier of %d trials", t->lines);
    int code = trial_table_frontier(on, t, TRIAL_COST_TIME, e);
    if (code == 0)
        code = trial_table_frontier(on + n, t, TRIAL_COST_BYTES, e);
    for (int beaten = 1; beaten >= 0 && code == 0; beaten--)
        for (int i = 1, was = 1; i < t->lines && t->lines > most; was++) {
            if (i == t->current || (beaten && (on[was] || on[n + (size_t)was]))) {
                i++;
                continue;
            }
            leave_out(t, i);
        }
    free(on);
    return code;
}
