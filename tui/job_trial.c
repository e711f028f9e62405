/* Trying the recipe of the workbench: counts and predictions first, then rows, then time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/clock.h"
#include "analyzer/data/dataset.h"
#include "analyzer/data/task.h"
#include "tui/job_trial.h"
#include "tui/opened.h"

static const uint64_t often_ns = 40000000; /* between two estimates on the screen */

static void publish(struct trial_run *r, enum attempt_stage stage, int attempt, const struct trial *t, const char *note)
{
    struct trial_news *n = calloc(1, sizeof *n);
    struct err ignored;
    if (!n || trial_copy(&n->trial, t, &ignored) != 0 || example_table_append(&n->examples, &r->examples, &ignored) != 0) {
        trial_news_free(n);
        return;
    }
    n->era = r->x->request->trial.era;
    n->attempt = attempt;
    n->found = attempt < 0 ? r->found : 0;
    snprintf(n->name, sizeof n->name, "%s", r->name);
    n->stage = stage;
    n->hidden_bytes = r->original->hidden.bytes;
    snprintf(n->note, sizeof n->note, "%s", note);
    r->x->publish_trial(r->x->payload, n);
}

/* ---- rows ---------------------------------------------------------------------------------------------------- */

static void on_batch(void *payload, const struct quality *q)
{
    struct trial_run *r = payload;
    uint64_t now = clock_ns();
    if (r->told && now - r->told_ns < often_ns)
        return;
    r->told = true;
    r->told_ns = now;
    struct trial so_far = r->trial;
    so_far.logits = NULL;
    so_far.fidelity = (struct fidelity){0};
    so_far.quality = *q;
    so_far.evaluated = true;
    publish(r, ATTEMPT_RUNNING, r->attempt, &so_far, "");
}

int trial_run_original(struct trial_run *r, const struct progress *progress, struct err *e)
{
    struct trial_run first = {.x = r->x, .original = r->original, .name = ""};
    if (!r->original->evaluated) {
        TRY(trial_of_original(&first.trial, r->original, e));
        publish(&first, ATTEMPT_COUNTED, 0, &first.trial, "");
        int code = original_evaluate(r->original, r->x->request->trial.hidden_bytes, on_batch, &first, progress, e);
        trial_free(&first.trial);
        TRY(code);
    }
    TRY(trial_of_original(&first.trial, r->original, e));
    publish(&first, ATTEMPT_DONE, 0, &first.trial, "");
    trial_free(&first.trial);
    return 0;
}

static int evaluate_rows(struct trial_run *r, const struct progress *progress, struct err *e)
{
    TRY(trial_run_original(r, progress, e));
    TRY(trial_evaluate(&r->trial, r->original, &r->changed, on_batch, r, progress, e));
    TRY(example_table_add(&r->examples, "", &r->trial, r->original, EXAMPLES_SHOWN, e));
    publish(r, ATTEMPT_EVALUATED, r->attempt, &r->trial, "");
    return 0;
}

/* ---- time ---------------------------------------------------------------------------------------------------- */

static int time_it(struct trial_run *r, const struct progress *progress, struct err *e)
{
    double seconds = r->x->request->trial.seconds;
    if (seconds > 0 && recipe_steps(&r->recipe) > 0) {
        TRY(trial_time(&r->trial, r->original, &r->changed, seconds, progress, e));
        publish(r, ATTEMPT_EVALUATED, r->attempt, &r->trial, "");
        TRY(latency_extend(&r->original->latency, r->original, r->changed.plan, TRIAL_TABLE_SECONDS, progress, e));
        r->trial.forecast = forecast_of(r->original, r->changed.plan);
    }
    publish(r, ATTEMPT_DONE, r->attempt, &r->trial, "");
    return 0;
}

/* ---- the job ------------------------------------------------------------------------------------------------- */

int trial_prepare(struct job_context *x, struct recipe *out, struct err *e)
{
    const struct request *q = x->request;
    struct opened *o = x->opened;
    struct settings data = {.data = q->trial.data, .task = q->trial.task[0] ? q->trial.task : NULL};
    if (!o->model)
        return err_set(e, ERR_USAGE, "there is no model that a recipe could be applied to; open one first");
    if (strcmp(q->trial.data, "-") == 0)
        return err_set(e, ERR_USAGE, "standard input is the keyboard here; give the data set as a file (:data FILE TASK)");
    TRY(workload_check(&q->profile.workload, o->model, e));
    if (q->trial.data[0])
        TRY(opened_data(o, &data, q->profile.workload.threads, x->progress, e));
    TRY(opened_original(o, &q->profile.workload, x->progress, e));
    return recipe_parse(out, q->trial.recipe, strlen(q->trial.recipe), "the recipe", e);
}

/* The recipe could not be applied: that is a result. */
static int not_applied(struct trial_run *r, int code, struct err *e)
{
    struct trial nothing = {.recipe = (char *)r->x->request->trial.recipe};
    if (code == ERR_CANCELLED || r->found)
        return code;
    publish(r, ATTEMPT_FAILED, r->attempt, &nothing, e->text);
    return 0;
}

static bool has_answers(const struct original *o)
{
    return o->rows && model_has_classifier(o->model);
}

static int try_original(struct trial_run *r, const struct progress *progress, struct err *e)
{
    if (has_answers(r->original))
        return trial_run_original(r, progress, e);
    TRY(trial_of_original(&r->trial, r->original, e));
    publish(r, ATTEMPT_DONE, 0, &r->trial, "");
    return 0;
}

/* The recipe becomes one that says what is left of each layer. */
static int name_counts(struct trial_run *r, struct err *e)
{
    struct str text;
    str_init(&text);
    search_counts(&text, r->changed.model);
    recipe_free(&r->recipe);
    int code = recipe_parse(&r->recipe, text.text, text.len, "the recipe", e);
    str_free(&text);
    return code;
}

int trial_run(struct trial_run *r, const struct progress *progress, struct err *e)
{
    const struct original *o = r->original;
    changed_free(&r->x->opened->kept); /* room for this one */
    int code = changed_make(&r->changed, o, &r->recipe, "the recipe", progress, e);
    if (code != 0)
        return not_applied(r, code, e);
    if (r->counts)
        TRY(name_counts(r, e));
    TRY(trial_init(&r->trial, o, &r->recipe, &r->changed, e));
    publish(r, ATTEMPT_COUNTED, r->attempt, &r->trial, "");
    if (has_answers(o))
        TRY(evaluate_rows(r, progress, e));
    return time_it(r, progress, e);
}

void trial_run_free(struct trial_run *r)
{
    trial_free(&r->trial);
    example_table_free(&r->examples);
    changed_free(&r->changed);
    recipe_free(&r->recipe);
}

static int run(struct job_context *x, struct err *e)
{
    struct trial_run r = {.x = x, .original = &x->opened->original, .name = "", .attempt = x->request->trial.attempt};
    int code = trial_prepare(x, &r.recipe, e);
    if (code == 0)
        code = r.attempt == 0 ? try_original(&r, x->progress, e) : trial_run(&r, x->progress, e);
    trial_run_free(&r);
    return code;
}

const struct job job_trial = {.doing = "trying the recipe", .replaces = JOB_BIT(JOB_TRIAL) | JOB_BIT(JOB_MEASURE), .run = run};
