#include "tui/app.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/session.h"
#include "tui/tour.h"
#include "tui/typed.h"

static const struct screen *screen_of(enum screen_id id)
{
    return screen_row(id)->screen;
}

int app_init(struct app *a, const struct settings *s, const struct app_host *host, struct err *e)
{
    *a = (struct app){.host = *host, .settings = *s, .columns = 80, .rows = 24, .ascii = s->ascii,
                      .mouse = !s->no_mouse, .theme = theme_find("dark"), .cursor_x = -1, .cursor_y = -1};
    snprintf(a->spec, sizeof a->spec, "%s", settings_model(s));
    snprintf(a->data, sizeof a->data, "%s", s->data ? s->data : "");
    snprintf(a->dev, sizeof a->dev, "%s", s->dev ? s->dev : "");
    snprintf(a->task, sizeof a->task, "%s", s->task ? s->task : "");
    a->choice = train_choice_usual();
    a->choice.seed = s->seed;
    prompt_init(&a->prompt, typed_complete, NULL);
    TRY(workbench_init(&a->bench, e));
    for (int i = 0; i < SCREENS; i++) {
        a->view[i] = calloc(1, screen_of(i)->view_bytes + 1);
        if (!a->view[i]) {
            app_free(a);
            return err_set(e, ERR_NOMEM, "no memory for the screens");
        }
    }
    return 0;
}

void app_free(struct app *a)
{
    for (int i = 0; i < SCREENS; i++) {
        if (a->view[i] && screen_of(i)->forget)
            screen_of(i)->forget(a->view[i]);
        free(a->view[i]);
    }
    prompt_free(&a->prompt);
    session_free(a->session);
    workbench_free(&a->bench);
    app_forget_news(a);
    *a = (struct app){0};
}

/* ---- messages ------------------------------------------------------------------------------------------------ */

void app_message(struct app *a, enum log_level level, const char *text)
{
    a->message_level = level;
    snprintf(a->message, sizeof a->message, "%s", text);
}

void app_say(struct app *a, enum log_level level, const char *fmt, ...)
{
    char text[LOG_BYTES];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    log_add(&a->log, level, a->wall, "%s", text);
    app_message(a, level, log_at(&a->log, a->log.lines - 1)->text);
}

void app_complain(struct app *a, const struct err *e)
{
    app_say(a, LOG_ERROR, "%s", e->text);
}

/* ---- the workload -------------------------------------------------------------------------------------------- */

int app_step(int v, int direction, int low, int high)
{
    int power = 1;
    if (direction > 0)
        while (power <= v && power < high)
            power *= 2;
    else
        while (power * 2 < v)
            power *= 2;
    return power < low ? low : power > high ? high : power;
}

static void step(struct app *a, int *field, int direction, int high)
{
    int v = app_step(*field, direction, 1, high);
    if (!a->facts || v == *field || app_refuse(a))
        return;
    *field = v;
    app_use_workload(a);
}

static void batch_up(struct app *a)
{
    step(a, &a->workload.batch, 1, WORKLOAD_MAX_BATCH);
}

static void batch_down(struct app *a)
{
    step(a, &a->workload.batch, -1, WORKLOAD_MAX_BATCH);
}

static void seq_up(struct app *a)
{
    step(a, &a->workload.seq, 1, a->facts ? a->facts->positions : 1);
}

static void seq_down(struct app *a)
{
    step(a, &a->workload.seq, -1, a->facts ? a->facts->positions : 1);
}

static void threads_up(struct app *a)
{
    step(a, &a->workload.threads, 1, a->facts ? a->facts->machine.cores : 1);
}

static void threads_down(struct app *a)
{
    step(a, &a->workload.threads, -1, a->facts ? a->facts->machine.cores : 1);
}

/* ---- actions ------------------------------------------------------------------------------------------------- */

void app_show(struct app *a, enum screen_id id)
{
    if (id == a->screen)
        return;
    a->before = a->screen;
    a->screen = id;
    if (app_shows_trials(a))
        app_try(a);
    app_want(a);
}

void app_want(struct app *a)
{
    if (screen_of(a->screen)->want && !a->saved)
        screen_of(a->screen)->want(a, a->view[a->screen]);
}

static void tour(struct app *a)
{
    a->tour = !a->tour;
    if (!a->tour && a->remembers)
        tour_remember();
}

static void go_back(struct app *a)
{
    if (a->tour)
        tour(a);
    else if (a->search[0])
        a->search[0] = '\0';
    else if (!screen_of(a->screen)->act(a, a->view[a->screen], ACTION_BACK))
        app_show(a, a->before);
}

static void cancel(struct app *a)
{
    if (a->job.running)
        a->host.cancel(a->host.payload);
    else
        app_say(a, LOG_INFO, "no job is running");
}

static void interrupt(struct app *a)
{
    if (a->job.running)
        a->host.cancel(a->host.payload);
    else
        a->quit = true;
}

static void quit(struct app *a)
{
    if (a->screen == SCREEN_HELP)
        app_show(a, a->before);
    else
        a->quit = true;
}

static void quit_all(struct app *a)
{
    a->quit = true;
}

static void suspend(struct app *a)
{
    a->suspend = true;
}

static void redraw(struct app *a)
{
    a->redraw = true;
}

static void next_screen(struct app *a)
{
    app_show(a, (a->screen + 1) % SCREENS);
}

static void previous_screen(struct app *a)
{
    app_show(a, (a->screen + SCREENS - 1) % SCREENS);
}

static void find(struct app *a, int direction, bool stay)
{
    const struct screen *s = screen_of(a->screen);
    if (!a->search[0])
        app_say(a, LOG_INFO, "nothing was searched yet (/ searches)");
    else if (!s->find || !s->find(a, a->view[a->screen], direction, stay))
        app_say(a, LOG_WARNING, "\"%s\" is not on this screen", a->search);
}

static void find_next(struct app *a)
{
    find(a, 1, false);
}

static void find_previous(struct app *a)
{
    find(a, -1, false);
}

static void start_search(struct app *a)
{
    prompt_open(&a->prompt, PROMPT_SEARCH, "");
}

static void start_command(struct app *a)
{
    prompt_open(&a->prompt, PROMPT_COMMAND, "");
}

static void snapshot(struct app *a)
{
    struct err e = {0};
    if (app_write_view(a, NULL, &e) != 0)
        app_complain(a, &e);
}

static void save_report(struct app *a)
{
    struct err e = {0};
    if (app_write_report(a, NULL, &e) != 0)
        app_complain(a, &e);
}

/* What an action does everywhere; the others belong to the screens. */
static void (*const everywhere[ACTIONS])(struct app *a) = {
    [ACTION_MEASURE] = app_measure,
    [ACTION_CANCEL] = cancel,
    [ACTION_BATCH_UP] = batch_up,
    [ACTION_BATCH_DOWN] = batch_down,
    [ACTION_SEQ_UP] = seq_up,
    [ACTION_SEQ_DOWN] = seq_down,
    [ACTION_THREADS_UP] = threads_up,
    [ACTION_THREADS_DOWN] = threads_down,
    [ACTION_SEARCH] = start_search,
    [ACTION_NEXT] = find_next,
    [ACTION_PREVIOUS] = find_previous,
    [ACTION_COMMAND] = start_command,
    [ACTION_NEXT_SCREEN] = next_screen,
    [ACTION_PREVIOUS_SCREEN] = previous_screen,
    [ACTION_SNAPSHOT] = snapshot,
    [ACTION_SAVE_REPORT] = save_report,
    [ACTION_REDRAW] = redraw,
    [ACTION_TOUR] = tour,
    [ACTION_BACK] = go_back,
    [ACTION_SUSPEND] = suspend,
    [ACTION_QUIT] = quit,
    [ACTION_QUIT_ALL] = quit_all,
    [ACTION_INTERRUPT] = interrupt,
    [ACTION_UNDO] = app_undo,
    [ACTION_REDO] = app_redo,
};

bool app_act(struct app *a, enum action action)
{
    for (int i = 0; i < SCREENS; i++)
        if (screen_row(i)->action == action) {
            app_show(a, i);
            return true;
        }
    if ((action_row(action)->scope & SCOPE_CHANGES) && app_readonly(a))
        return true;
    if (everywhere[action]) {
        everywhere[action](a);
        return true;
    }
    if (!(action_row(action)->scope & SCOPE_SCREEN(a->screen)))
        return false;
    return screen_of(a->screen)->act(a, a->view[a->screen], action);
}

/* ---- events -------------------------------------------------------------------------------------------------- */

static void carry_out(struct app *a)
{
    struct err e = {0};
    if (a->prompt.kind == PROMPT_COMMAND) {
        if (typed_run(a, a->prompt.line, &e) != 0)
            app_complain(a, &e);
        return;
    }
    if (a->prompt.line[0])
        snprintf(a->search, sizeof a->search, "%.*s", APP_SEARCH_BYTES - 1, a->prompt.line);
    find(a, 1, true);
}

static void unknown_key(struct app *a, int key)
{
    char name[16], text[80];
    snprintf(text, sizeof text, "%s does nothing here (? lists the keys)", key_text(key, name));
    app_message(a, LOG_INFO, text);
}

static void on_key(struct app *a, int key)
{
    a->message[0] = '\0';
    if (a->prompt.open) {
        if (prompt_key(&a->prompt, key) == PROMPT_DONE)
            carry_out(a);
        return;
    }
    enum action action = action_of_key(key, SCOPE_SCREEN(a->screen));
    if (action != ACTION_NONE)
        app_act(a, action);
    else
        unknown_key(a, key);
}

static void on_click(struct app *a, int x, int y)
{
    for (int i = 0; i < SCREENS; i++)
        if (y == 0 && x >= a->tab_x[i] && x < a->tab_x[i] + a->tab_w[i]) {
            app_show(a, i);
            return;
        }
    if (screen_of(a->screen)->click)
        screen_of(a->screen)->click(a, a->view[a->screen], x, y);
}

void app_event(struct app *a, const struct event *ev)
{
    switch (ev->kind) {
    case EVENT_KEY:
        on_key(a, ev->key);
        break;
    case EVENT_CLICK:
        on_click(a, ev->x, ev->y);
        break;
    case EVENT_WHEEL:
        for (int i = 0; i < abs(ev->rows_down); i++)
            app_act(a, ev->rows_down < 0 ? ACTION_UP : ACTION_DOWN);
        break;
    case EVENT_RESIZE:
        a->columns = ev->columns;
        a->rows = ev->rows;
        break;
    }
    app_want(a);
}
