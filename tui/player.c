#include "tui/player.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analyzer/base/outfile.h"

enum { LOOK_MS = 20 }; /* between two looks at the screen */

int player_init(struct player *p, const char *path, struct str *out, bool own_size, struct err *e)
{
    *p = (struct player){.name = path, .out = out, .own_size = own_size};
    return script_read(&p->script, path, e);
}

void player_free(struct player *p)
{
    script_free(&p->script);
    *p = (struct player){0};
}

bool player_over(const struct player *p)
{
    return p->at >= p->script.lines;
}

/* ---- keys ---------------------------------------------------------------------------------------------------- */

static int press(struct app *a, int key, struct err *e)
{
    char name[16];
    if (!a->prompt.open && action_of_key(key, SCOPE_SCREEN(a->screen)) == ACTION_NONE)
        return err_set(e, ERR_USAGE, "%s does nothing on the %s screen", key_text(key, name), screen_row(a->screen)->title);
    app_event(a, &(struct event){.kind = EVENT_KEY, .key = key});
    return 0;
}

static int press_all(struct app *a, const struct script_line *l, struct err *e)
{
    for (int i = 0; i < l->keys && !a->quit; i++)
        TRY(press(a, l->key[i], e));
    return 0;
}

static int command(struct app *a, const struct script_line *l, struct err *e)
{
    if (a->prompt.open)
        return err_set(e, ERR_USAGE, "another line is being typed (key Enter or key Esc ends it)");
    prompt_open(&a->prompt, PROMPT_COMMAND, l->text);
    return press(a, K_ENTER, e);
}

/* ---- the screen ---------------------------------------------------------------------------------------------- */

static int print_screen(struct app *a, struct str *out, struct err *e)
{
    struct canvas c;
    TRY(canvas_init(&c, a->columns, a->rows, a->ascii, e));
    app_draw(a, &c);
    canvas_print(&c, out);
    canvas_free(&c);
    return 0;
}

static int capture(const struct player *p, struct app *a, const struct script_line *l, struct err *e)
{
    struct str text;
    if (strcmp(l->text, "-") == 0)
        return print_screen(a, p->out, e);
    str_init(&text);
    int code = print_screen(a, &text, e);
    if (code == 0 && a->settings.readonly)
        code = err_set(e, ERR_USAGE, "a read-only session writes no files (capture - prints)");
    if (code == 0)
        code = outfile_write(l->text, text.text, text.len, e);
    str_free(&text);
    return code;
}

static int sees(struct app *a, const char *text, bool *out, struct err *e)
{
    struct str screen;
    str_init(&screen);
    int code = print_screen(a, &screen, e);
    *out = code == 0 && strstr(screen.text, text);
    str_free(&screen);
    return code;
}

static void resize(const struct player *p, struct app *a, const struct script_line *l)
{
    if (p->own_size)
        app_event(a, &(struct event){.kind = EVENT_RESIZE, .columns = l->columns, .rows = l->rows});
}

/* ---- waits --------------------------------------------------------------------------------------------------- */

static bool is_idle(const struct app *a)
{
    return !a->job.running && a->job.waiting == 0;
}

static int trial_done(const struct app *a, bool *out, struct err *e)
{
    const struct attempt *now = workbench_now(&a->bench);
    *out = now->stage == ATTEMPT_DONE || now->stage == ATTEMPT_FAILED;
    if (now->stage == ATTEMPT_FAILED)
        return err_set(e, ERR_USAGE, "trial %d failed: %s", a->bench.current, now->note);
    if (!*out && is_idle(a))
        return err_set(e, ERR_USAGE, "trial %d is not being tried (the Compress screen, or a change, begins that)", a->bench.current);
    return 0;
}

static int reached(struct app *a, const struct script_line *l, bool *out, struct err *e)
{
    if (l->verb == SCRIPT_SEE)
        return sees(a, l->text, out, e);
    if (l->verb == SCRIPT_WAIT && l->what == SCRIPT_TRIAL)
        return trial_done(a, out, e);
    *out = l->verb == SCRIPT_WAIT && is_idle(a);
    return 0;
}

/* *wait_ms = 0: it is over. */
static int wait_for(struct player *p, struct app *a, const struct script_line *l, int *wait_ms, struct err *e)
{
    bool done;
    if (!p->began)
        p->since_ns = a->now_ns;
    p->began = true;
    TRY(reached(a, l, &done, e));
    double left = l->seconds - 1e-9 * (double)(a->now_ns - p->since_ns);
    if (!done && left <= 0 && l->verb != SCRIPT_PAUSE)
        return err_set(e, ERR_USAGE, "\"%s %s\" was not reached in %g seconds", script_row(l->verb)->name, l->text, l->seconds);
    *wait_ms = done || left <= 0 ? 0 : l->verb == SCRIPT_SEE ? LOOK_MS : (int)ceil(1000 * left);
    return 0;
}

/* ---- lines --------------------------------------------------------------------------------------------------- */

static int carry_out(struct player *p, struct app *a, const struct script_line *l, int *wait_ms, struct err *e)
{
    switch (l->verb) {
    case SCRIPT_KEY:
    case SCRIPT_TYPE:
        return press_all(a, l, e);
    case SCRIPT_COMMAND:
        return command(a, l, e);
    case SCRIPT_CAPTURE:
        return capture(p, a, l, e);
    case SCRIPT_SIZE:
        resize(p, a, l);
        return 0;
    case SCRIPT_SAY:
        app_say(a, LOG_INFO, "%s", l->text);
        return 0;
    case SCRIPT_ERRORS:
        p->passes = l->what == SCRIPT_PASS;
        return 0;
    default:
        return wait_for(p, a, l, wait_ms, e);
    }
}

/* The first error of the log since the last look. */
static int look_at_log(struct player *p, const struct app *a, struct err *e)
{
    const struct log *log = &a->log;
    uint64_t end = log->dropped + (uint64_t)log->lines, from = p->seen > log->dropped ? p->seen : log->dropped;
    p->seen = end;
    for (; from < end; from++) {
        const struct log_line *line = log_at(log, (int)(from - log->dropped));
        if (line->level == LOG_ERROR)
            return err_set(e, ERR_USAGE, "%s", line->text);
    }
    return 0;
}

/* An error is that of the line which it was found at; one that is passed over ends a wait. */
static int judge(struct player *p, const struct script_line *l, int code, int *wait_ms, struct err *e)
{
    if (code == 0)
        return 0;
    if (p->passes && code != ERR_NOMEM) {
        *wait_ms = 0;
        return 0;
    }
    err_wrap(e, "%s: line %d", p->name, l->number);
    return e->code = code == ERR_NOMEM ? code : ERR_USAGE;
}

int player_step(struct player *p, struct app *a, int *wait_ms, struct err *e)
{
    const struct script_line *l = &p->script.line[p->at];
    *wait_ms = 0;
    TRY(judge(p, l, look_at_log(p, a, e), wait_ms, e));
    TRY(judge(p, l, carry_out(p, a, l, wait_ms, e), wait_ms, e));
    TRY(judge(p, l, look_at_log(p, a, e), wait_ms, e));
    if (*wait_ms == 0) {
        p->at++;
        p->began = false;
    }
    return 0;
}
