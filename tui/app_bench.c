/* The workbench of the program: changes from any screen. */
#include <string.h>

#include "tui/app.h"

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
    if (a->screen == SCREEN_COMPRESS)
        app_try(a);
}
