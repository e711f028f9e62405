/* The workbench of the program: changes from any screen. */
#include <stdio.h>
#include <string.h>

#include "tui/app.h"
#include "tui/kept_training.h"
#include "tui/screen_compress.h"
#include "tui/session.h"

static void begin_session(struct app *a)
{
    struct session_head head = {.params = a->facts->params_total};
    struct err e = {0};
    snprintf(head.model, sizeof head.model, "%s", a->spec);
    snprintf(head.data, sizeof head.data, "%s", a->data);
    snprintf(head.dev, sizeof head.dev, "%s", a->dev);
    snprintf(head.task, sizeof head.task, "%s", a->task);
    a->keeps_session = session_create(&a->session, &head, &e) == 0;
    if (!a->keeps_session)
        app_say(a, LOG_WARNING, "this session is not kept: %s", e.text);
    for (int i = 0; a->session && i < a->bench.attempts; i++)
        if (a->bench.attempt[i].stage == ATTEMPT_DONE && i == 0)
            session_result(a->session, &a->bench, i);
}

void app_opened(struct app *a)
{
    if (a->takes_up)
        app_train(a, TRAIN_TAKE_UP, NULL);
    a->takes_up = false;
    app_measure(a);
}

void app_keep(struct app *a)
{
    if (!a->session && a->keeps_session && a->facts && a->bench.attempts > 1)
        begin_session(a);
    if (a->session)
        session_sync(a->session, &a->bench);
}

static void use_files(struct app *a, const char *model, const char *data, const char *dev, const char *task)
{
    snprintf(a->spec, sizeof a->spec, "%s", model);
    snprintf(a->data, sizeof a->data, "%s", data);
    snprintf(a->dev, sizeof a->dev, "%s", dev);
    snprintf(a->task, sizeof a->task, "%s", task);
}

/* Whether a program before this one left a training, which is then taken up as soon as a model is open. */
static bool find_training(struct app *a, struct train_note *n)
{
    struct kept_training *kept;
    struct err none;
    a->takes_up = kept_training_newest(&kept, n, &none) == 0;
    if (!a->takes_up)
        return false;
    kept_training_free(kept); /* the engine takes it */
    a->choice = n->choice;
    return true;
}

int app_resume(struct app *a, struct err *e)
{
    struct session_head head;
    struct train_note left;
    int skipped;
    bool training = !a->settings.readonly && find_training(a, &left);
    int code = session_resume(a->settings.readonly ? NULL : &a->session, &head, &a->bench, &skipped, e);
    if (code != 0 && training) {
        use_files(a, left.model, left.data, left.dev, left.task);
        a->screen = SCREEN_TRAIN;
        return 0;
    }
    if (code != 0)
        return code;
    a->session_params = head.params;
    use_files(a, head.model, head.data, head.dev, head.task);
    a->screen = SCREEN_COMPRESS;
    app_say(a, skipped ? LOG_WARNING : LOG_INFO, "the session has %d trial%s%s", a->bench.attempts - 1, a->bench.attempts == 2 ? "" : "s",
            skipped ? "; lines that could not be read were left out" : "");
    return 0;
}

bool app_changed(struct app *a, int code, const struct err *e)
{
    if (code != 0)
        app_complain(a, e);
    else
        app_try(a);
    return code == 0;
}

bool app_add_step(struct app *a, const char *step)
{
    struct err e = {0};
    if (app_refuse(a))
        return false;
    if (!app_changed(a, workbench_insert(&a->bench, a->bench.recipe.lines, step, &e), &e))
        return false;
    compress_select_line(a, a->bench.recipe.lines - 1);
    app_say(a, LOG_INFO, "step %d: %s (4 Compress shows what it does, u takes it back)", a->bench.recipe.lines, step);
    return true;
}

static void say_where(struct app *a, const char *what)
{
    char text[ATTEMPT_NAME + 16];
    app_say(a, LOG_INFO, "%s: trial %s", what, attempt_text(&a->bench, a->bench.current, text, sizeof text));
    app_try(a);
}

void app_undo(struct app *a)
{
    if (workbench_undo(&a->bench))
        say_where(a, "undone");
    else
        app_say(a, LOG_INFO, "nothing was changed before this");
}

void app_redo(struct app *a)
{
    if (workbench_redo(&a->bench))
        say_where(a, "done again");
    else
        app_say(a, LOG_INFO, "nothing was undone after this");
}

void app_name_trial(struct app *a, const char *name)
{
    char text[ATTEMPT_NAME + 16];
    workbench_name(&a->bench, a->bench.current, name);
    app_keep(a);
    if (a->session)
        session_name(a->session, &a->bench, a->bench.current);
    app_say(a, LOG_INFO, "this is trial %s", attempt_text(&a->bench, a->bench.current, text, sizeof text));
}

void app_go_trial(struct app *a, int attempt)
{
    workbench_go(&a->bench, attempt);
    say_where(a, "back");
}

void app_forget_trials(struct app *a)
{
    workbench_forget(&a->bench);
    if (app_shows_trials(a))
        app_try(a);
}

void app_use_workload(struct app *a)
{
    workbench_use(&a->bench, &a->workload);
    if (app_shows_trials(a))
        app_try(a);
    app_measure(a); /* behind the trial, which would take its place */
}

/* What a search found is a trial that nobody asked for: it is written down, and the log says where it is. */
static void place(struct app *a, struct trial_news *n)
{
    int before = a->bench.attempts;
    char text[ATTEMPT_NAME + 16];
    struct err e = {0};
    if (workbench_place(&a->bench, n, &e) != 0)
        app_complain(a, &e);
    if (a->bench.attempts == before)
        return;
    app_keep(a);
    if (a->session)
        session_name(a->session, &a->bench, n->attempt);
    log_add(&a->log, LOG_INFO, a->wall, "the search found trial %s", attempt_text(&a->bench, n->attempt, text, sizeof text));
}

void app_take_trials(struct app *a, struct trial_news *n)
{
    for (; n; n = n->next) {
        if (n->found)
            place(a, n);
        if (workbench_take(&a->bench, n) && a->session && n->stage >= ATTEMPT_EVALUATED && n->stage != ATTEMPT_FAILED)
            session_result(a->session, &a->bench, n->attempt);
    }
}
