/* What the state asks of the engine. */
#include <stdio.h>
#include <string.h>

#include "tui/app.h"

bool app_refuse(struct app *a)
{
    if (a->saved)
        app_say(a, LOG_WARNING, "this is a saved report, in which nothing can be measured (bertscope MODEL opens a model)");
    return a->saved != NULL;
}

bool app_readonly(struct app *a)
{
    if (a->settings.readonly)
        app_say(a, LOG_WARNING, "this session is read-only: it looks and measures, and neither changes nor writes anything");
    return a->settings.readonly;
}

static bool submit_quietly(struct app *a, const struct request *r)
{
    struct err e = {0};
    int code = a->host.submit(a->host.payload, r, &e);
    if (code != 0)
        app_complain(a, &e);
    return code == 0;
}

static void submit(struct app *a, const struct request *r)
{
    struct err e = {0};
    if (app_refuse(a))
        return;
    bool waits = a->job.running && a->job.job == JOB_TRAIN && !(job_row(r->job)->replaces & JOB_BIT(JOB_TRAIN));
    if (a->host.submit(a->host.payload, r, &e) != 0)
        app_complain(a, &e);
    else if (waits)
        app_say(a, LOG_INFO, "a model is being trained: this waits until the training is paused or over (8 Train)");
}

void app_open(struct app *a, const char *spec)
{
    struct request r = {.job = JOB_OPEN, .seed = (uint64_t)a->settings.seed};
    if (app_refuse(a))
        return;
    if (spec != a->spec)
        snprintf(a->spec, sizeof a->spec, "%s", spec);
    snprintf(r.spec, sizeof r.spec, "%s", a->spec);
    submit(a, &r);
}

void app_start(struct app *a)
{
    app_open(a, a->spec);
}

void app_measure(struct app *a)
{
    struct request r = {.job = JOB_MEASURE};
    if (!a->facts) {
        app_say(a, LOG_WARNING, "no model is open yet, so there is nothing to measure (:open MODEL opens one)");
        return;
    }
    r.profile.workload = a->workload;
    r.profile.budget_s = a->settings.budget_s;
    r.profile.overhead = a->settings.overhead;
    submit(a, &r);
}

void app_sample(struct app *a)
{
    struct request r = {.job = JOB_SAMPLE, .profile = {.workload = a->workload, .budget_s = a->settings.budget_s}};
    if (!a->facts && !a->saved)
        app_say(a, LOG_WARNING, "no model is open yet, so there is nothing to sample (:open MODEL opens one)");
    else
        submit(a, &r);
}

const char *app_data(const struct app *a)
{
    const struct settings s = {.data = a->data[0] ? a->data : NULL, .args = (const char *const[]){a->spec}, .arg_count = 1};
    return a->dev[0] ? a->dev : settings_data(&s, "demo:dev");
}

void app_score_heads(struct app *a, enum head_mode mode, bool curve, bool normalize)
{
    struct request r = {.job = JOB_HEADS, .heads = {.mode = mode, .curve = curve, .normalize = normalize}};
    const char *data = app_data(a);
    if (app_refuse(a))
        return;
    if (!a->facts || !a->facts->has_classifier || !data) {
        app_say(a, LOG_WARNING, "the heads cannot be scored: %s",
                !a->facts  ? "no model is open"
                : !data    ? "there is no data set (:data FILE TASK gives one)"
                           : "the model has no classification head");
        return;
    }
    snprintf(r.heads.data, sizeof r.heads.data, "%s", data);
    snprintf(r.heads.task, sizeof r.heads.task, "%s", a->task);
    r.profile.workload = a->workload;
    submit(a, &r);
}

static const char *trial_rows(const struct app *a)
{
    return a->facts && a->facts->has_classifier ? app_data(a) : NULL;
}

/* The recipe of an attempt as a request; false: it cannot be one. */
static bool trial_request(struct app *a, int attempt, struct request *r)
{
    const char *recipe = a->bench.attempt[attempt].recipe, *data = trial_rows(a);
    *r = (struct request){.job = JOB_TRIAL, .profile.workload = a->workload};
    if (strlen(recipe) >= sizeof r->trial.recipe) {
        app_say(a, LOG_WARNING, "a recipe of more than %d bytes cannot be tried here (bertscope compress can)", TRIAL_RECIPE - 1);
        return false;
    }
    r->trial.era = a->bench.era;
    r->trial.attempt = attempt;
    r->trial.seconds = a->settings.budget_s > 0 ? a->settings.budget_s : TRIAL_SECONDS;
    r->trial.hidden_bytes = a->hidden_bytes;
    snprintf(r->trial.recipe, sizeof r->trial.recipe, "%s", recipe);
    snprintf(r->trial.data, sizeof r->trial.data, "%s", data ? data : "");
    snprintf(r->trial.task, sizeof r->trial.task, "%s", a->task);
    return true;
}

/* A trial takes the place of a measurement, which is asked for again behind it. */
void app_try(struct app *a)
{
    struct request r;
    app_keep(a);
    if (!a->facts || a->saved || workbench_known(&a->bench, trial_rows(a) != NULL) || !trial_request(a, a->bench.current, &r))
        return;
    if (submit_quietly(a, &r) && (!a->profile || !a->profile->finished))
        app_measure(a);
}

bool app_shows_trials(const struct app *a)
{
    bool shown = a->screen == SCREEN_COMPRESS || (a->screen == SCREEN_EXAMPLES && trial_rows(a));
    return shown && a->facts && !a->saved;
}

/* Like a trial it takes the place of a measurement. */
void app_ask_look(struct app *a, const struct look_request *want)
{
    struct request r;
    if (!a->facts || a->saved || !trial_request(a, a->bench.current, &r))
        return;
    r.job = JOB_LOOK;
    r.look = *want;
    if (submit_quietly(a, &r) && (!a->profile || !a->profile->finished))
        app_measure(a);
}

/* And so does a step on its parts. */
bool app_ask_parts(struct app *a, const char *step, bool cells)
{
    struct request r;
    if (!trial_request(a, 0, &r))
        return false;
    if (strlen(step) >= sizeof r.trial.recipe) {
        app_say(a, LOG_WARNING, "a step of more than %d bytes cannot be tried on its parts here (bertscope compress can)", TRIAL_RECIPE - 1);
        return false;
    }
    r.job = JOB_SENSITIVITY;
    r.cells = cells;
    snprintf(r.trial.recipe, sizeof r.trial.recipe, "%s", step);
    bool measure = !a->profile || !a->profile->finished;
    submit(a, &r);
    if (measure)
        app_measure(a);
    return true;
}

/* The words of `text` as budgets. */
static int parse_budgets(struct search_request *out, const char *text, struct err *e)
{
    char word[64];
    *out = (struct search_request){0};
    for (int used; sscanf(text, " %63s%n", word, &used) == 1; text += used) {
        if (out->budgets == SEARCH_BUDGETS)
            return err_set(e, ERR_USAGE, "a search is for at most %d budgets", SEARCH_BUDGETS);
        TRY(budget_parse(&out->budget[out->budgets++], word, e));
    }
    return out->budgets ? 0 : err_set(e, ERR_USAGE, "a search needs budgets, shares of the original: latency=0.6 or macs=0.5 or size=0.5");
}

int app_search(struct app *a, const char *budgets, struct err *e)
{
    struct request r;
    struct search_request search;
    TRY(parse_budgets(&search, budgets, e));
    if (app_refuse(a))
        return 0;
    if (!trial_rows(a))
        return err_set(e, ERR_USAGE, "a search needs a model with a classification head and rows (:data FILE TASK gives some)");
    if (!trial_request(a, 0, &r))
        return 0;
    r.job = JOB_SEARCH;
    r.search = search;
    r.search.first = a->found + 1;
    a->found += (unsigned)search.budgets;
    bool measure = !a->profile || !a->profile->finished;
    submit(a, &r);
    if (measure)
        app_measure(a);
    return 0;
}

void app_export(struct app *a, int attempt, enum export_form form)
{
    struct request r;
    if (app_refuse(a))
        return;
    if (!a->facts) {
        app_say(a, LOG_WARNING, "no model is open, so there is nothing to export");
        return;
    }
    if (!trial_request(a, attempt, &r))
        return;
    r.job = JOB_EXPORT;
    r.trial.form = form;
    snprintf(r.trial.dir, sizeof r.trial.dir, "%s", a->export);
    submit(a, &r);
}

const char *app_train_missing(const struct app *a)
{
    if (!a->facts)
        return "A training needs a model: :open MODEL opens one.";
    if (!a->data[0])
        return "A training needs labelled rows: start bertscope MODEL --data TRAIN --dev DEV --task NAME, or type :data FILE TASK and "
               ":dev FILE. demo:train and demo:dev are built in.";
    return NULL;
}

/* Why an order means nothing now; NULL = it does. */
static const char *train_refusal(const struct app *a, enum train_order order)
{
    enum train_state s = a->training.state;
    bool under_way = s == TRAIN_PREPARING || s == TRAIN_RUNNING, over = s == TRAIN_STOPPED || s == TRAIN_FINISHED;
    switch (order) {
    case TRAIN_START:
        return under_way ? "a training is running (p pauses it, s stops it)" : app_train_missing(a);
    case TRAIN_TAKE_UP:
        return NULL;
    case TRAIN_GO_ON:
        return s == TRAIN_PAUSED ? NULL : "no training is paused";
    case TRAIN_PAUSE:
        return under_way ? NULL : "no training is running (Enter starts one)";
    case TRAIN_STOP:
        return under_way || s == TRAIN_PAUSED ? NULL : "no training is running or paused (Enter starts one)";
    case TRAIN_SAVE:
        return over ? NULL : "a training can be saved once it is stopped (s) or finished";
    }
    return NULL;
}

void app_train(struct app *a, enum train_order order, const char *dir)
{
    struct request r = {.job = JOB_TRAIN, .train = {.order = order, .choice = a->choice, .keep = a->keeps_session}};
    if (app_refuse(a))
        return;
    const char *why = train_refusal(a, order);
    if (why) {
        app_say(a, LOG_WARNING, "%s", why);
        return;
    }
    snprintf(r.train.data, sizeof r.train.data, "%s", a->data);
    snprintf(r.train.dev, sizeof r.train.dev, "%s", a->dev);
    snprintf(r.train.task, sizeof r.train.task, "%s", a->task);
    r.train.checkpoint_s = OPTION_GIVEN(&a->settings, checkpoint) ? a->settings.checkpoint_s : -1;
    snprintf(r.train.dir, sizeof r.train.dir, "%s", dir ? dir : "");
    r.profile.workload = a->workload;
    submit(a, &r);
}
