#include "tui/bench_report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/data/task.h"

/* ---- out ----------------------------------------------------------------------------------------------------- */

static bool counted(const struct attempt *a)
{
    return a->stage == ATTEMPT_COUNTED || a->stage == ATTEMPT_EVALUATED || a->stage == ATTEMPT_DONE;
}

static void name_attempt(const struct workbench *w, int i, char *out, size_t size)
{
    if (w->attempt[i].name[0])
        snprintf(out, size, "%s", w->attempt[i].name);
    else if (i == 0)
        snprintf(out, size, "original");
    else
        snprintf(out, size, "trial %d", i);
}

static int add_trials(struct trial_table *t, const struct workbench *w, struct err *e)
{
    for (int i = 0; i < w->attempts; i++) {
        char name[ATTEMPT_NAME];
        if (!counted(&w->attempt[i]))
            continue;
        name_attempt(w, i, name, sizeof name);
        if (i == w->current)
            t->current = t->lines;
        TRY(trial_table_add(t, i, name, &w->attempt[i].trial, e));
    }
    return trial_table_shorten(t, BENCH_TRIALS, e);
}

static int add_examples(struct example_table *t, const struct workbench *w, int i, struct err *e)
{
    int groups = t->groups;
    if (i == 0 || !counted(&w->attempt[i]))
        return 0;
    TRY(example_table_append(t, &w->attempt[i].examples, e));
    if (t->groups > groups)
        name_attempt(w, i, t->group[groups].trial, sizeof t->group[groups].trial);
    return 0;
}

int bench_tables(struct trial_table *trials, struct example_table *examples, const struct workbench *w, struct err *e)
{
    *trials = (struct trial_table){.lines = 0};
    *examples = (struct example_table){.groups = 0};
    if (w->attempts < 2 || !counted(&w->attempt[0]))
        return 0;
    TRY(add_trials(trials, w, e));
    TRY(add_examples(examples, w, w->current, e));
    for (int i = w->attempts - 1; i > 0 && examples->groups < BENCH_GROUPS; i--)
        if (i != w->current)
            TRY(add_examples(examples, w, i, e));
    return 0;
}

/* ---- in ------------------------------------------------------------------------------------------------------ */

static void show_quality(struct trial *t, const struct trial_table *table, const struct trial_line *x)
{
    struct quality *q = &t->quality;
    t->evaluated = isfinite(x->quality.value);
    t->fidelity.rows = table->rows;
    t->fidelity.agreement = (struct estimate){x->agreement, x->agreement, x->agreement};
    t->fidelity.kl = x->kl;
    if (!*table->task || task_word(table->task, &q->task, NULL) != 0 || !q->task->metric || !q->task->metric[0])
        return;
    q->rows = q->rows_total = table->rows;
    q->metrics = 1;
    q->metric[0] = q->task->metric[0];
    q->value[0] = x->quality;
    if (isfinite(x->difference.value))
        q->paired = (struct paired){.metric = q->metric[0], .difference = x->difference, .p = (double)NAN};
}

static void show_trial(struct trial *t, const struct trial_table *table, const struct trial_line *x)
{
    t->cost = x->cost;
    t->before = table->line[0].cost;
    t->forecast = (struct forecast){.by_macs = 1 / x->predicted, .ceiling_by_macs = (double)NAN};
    if (isfinite(x->time.value) && x->number > 0)
        t->time.speedup = (struct spread){.median = 1 / x->time.value, .ci_low = 1 / x->time.high, .ci_high = 1 / x->time.low, .n = 1};
    show_quality(t, table, x);
}

/* Numbers stay those of the session as far as no trial was left out of it. */
int bench_restore(struct workbench *w, const struct trial_table *t, struct err *e)
{
    for (int i = 0; i < t->lines; i++) {
        const struct trial_line *x = &t->line[i];
        if (i > 0)
            TRY(workbench_restore(w, i, 0, x->recipe, e));
        struct attempt *a = &w->attempt[i];
        char *recipe = strdup(x->recipe);
        if (!recipe)
            return err_set(e, ERR_NOMEM, "no memory for a trial");
        trial_free(&a->trial);
        a->trial.recipe = recipe;
        show_trial(&a->trial, t, x);
        a->stage = ATTEMPT_DONE;
        if (i > 0)
            snprintf(a->name, sizeof a->name, "%.*s", (int)sizeof a->name - 1, x->name);
    }
    w->current = t->lines ? t->current : 0;
    return 0;
}
