/* The frame around the screens: tabs, status line, hints, prompt. */
#include <stdio.h>
#include <string.h>

#include "analyzer/base/text.h"
#include "tui/app.h"
#include "tui/layout.h"
#include "tui/tour.h"
#include "tui/widget_bar.h"

static const enum tone level_tones[LOG_LEVELS] = {
    [LOG_INFO] = TONE_STATUS, [LOG_DONE] = TONE_STATUS, [LOG_WARNING] = TONE_WARN, [LOG_ERROR] = TONE_BAD};

static void draw_too_small(struct canvas *c, struct rect r)
{
    char text[80];
    snprintf(text, sizeof text, "%dx%d is too small: bertscope needs %dx%d", r.w, r.h, LAYOUT_MIN_COLUMNS,
             LAYOUT_MIN_ROWS);
    canvas_wrap(c, r, TONE_TEXT, text);
}

/* ---- tabs ---------------------------------------------------------------------------------------------------- */

/* The model, and the program where there is room for both. */
static void draw_name(const struct app *a, struct canvas *c, int x, int y, int w)
{
    static const char program[] = "  bertscope";
    const char *name = a->facts ? a->facts->name : a->spec;
    char both[1100];
    snprintf(both, sizeof both, "%s%s", name, program);
    if (text_width(both, strlen(both)) > w)
        both[strlen(name)] = '\0';
    if (w >= 8)
        canvas_right(c, x, y, w, TONE_DIM, both);
}

/* " 1 Overview ", or " 1 " for a screen that is not shown where there is no room for the titles of all. */
static int tab_label(int screen, bool title, char *out, size_t size)
{
    char key[16];
    const struct screen_row *row = screen_row(screen);
    key_text(action_key(row->action, 0), key);
    snprintf(out, size, title ? " %s %s " : " %s ", key, row->title);
    return (int)strlen(out);
}

static void draw_tabs(struct app *a, struct canvas *c, struct rect r)
{
    int x = r.x, all = 0;
    char label[64];
    for (int i = 0; i < SCREENS; i++)
        all += tab_label(i, true, label, sizeof label);
    for (int i = 0; i < SCREENS; i++) {
        tab_label(i, all <= r.w || i == (int)a->screen, label, sizeof label);
        a->tab_x[i] = x;
        a->tab_w[i] = canvas_put(c, x, r.y, r.x + r.w - x, i == (int)a->screen ? TONE_TAB_ON : TONE_TAB, label);
        x += a->tab_w[i];
    }
    draw_name(a, c, x + 2, r.y, r.x + r.w - x - 2);
}

/* ---- status -------------------------------------------------------------------------------------------------- */

/* "3 s", "2 min" */
static const char *wait_text(double seconds, char *out, size_t size)
{
    if (seconds < 100)
        snprintf(out, size, "%.0f s", seconds < 1 ? 1 : seconds);
    else
        snprintf(out, size, "%.0f min", seconds / 60);
    return out;
}

/* "42%  about 3 s left" of the phase of the running job. */
static void describe_rest(const struct app *a, char *out, size_t size)
{
    const struct job_state *j = &a->job;
    double elapsed = (double)(a->now_ns - j->phase_ns) * 1e-9;
    char left[32];
    snprintf(out, size, "%s", "");
    if (j->total <= 0)
        return;
    double share = j->done / j->total;
    int used = snprintf(out, size, "%3.0f%%", 100 * share);
    if (share > 0 && share < 1)
        snprintf(out + used, size - (size_t)used, "  about %s left",
                 wait_text(elapsed * (1 - share) / share, left, sizeof left));
}

static void draw_job(const struct app *a, struct canvas *c, struct rect r)
{
    enum { BAR = 16 };
    const struct job_state *j = &a->job;
    int x = r.x + 1, end = r.x + r.w - 1;
    char rest[64];
    describe_rest(a, rest, sizeof rest);
    x += canvas_put(c, x, r.y, end - x, TONE_STATUS, j->what[0] ? j->what : job_row(j->job)->doing) + 1;
    if (j->total > 0 && end - x > BAR + 24) {
        bar_draw(c, x, r.y, BAR, TONE_STATUS, j->done / j->total);
        x += BAR + 1;
    }
    x += canvas_put(c, x, r.y, end - x, TONE_STATUS, rest) + 2;
    if (j->waiting > 0)
        canvas_putf(c, x, r.y, end - x, TONE_STATUS, "%d waiting", j->waiting);
}

static void draw_message(const struct app *a, struct canvas *c, struct rect r)
{
    int x = r.x + 1, end = r.x + r.w - 1;
    if (a->message_level >= LOG_WARNING) {
        char badge[16];
        snprintf(badge, sizeof badge, " %s ", log_level_name(a->message_level));
        x += canvas_put(c, x, r.y, end - x, level_tones[a->message_level], badge) + 1;
    }
    canvas_put(c, x, r.y, end - x, TONE_STATUS, a->message);
}

static void draw_idle(const struct app *a, struct canvas *c, struct rect r)
{
    const struct profile *p = a->profile;
    const struct train_status *t = &a->training;
    const struct log_line *done = log_last(&a->log, LOG_DONE);
    if (t->state == TRAIN_PAUSED)
        canvas_putf(c, r.x + 1, r.y, r.w - 2, TONE_STATUS, "a training is paused after step %lld of %lld (8 Train)",
                    (long long)t->step, (long long)t->steps);
    else if (!a->facts || !p)
        canvas_put(c, r.x + 1, r.y, r.w - 2, TONE_STATUS, a->facts ? "not measured yet (R measures)" : "no model is open");
    else if (p->finished && done)
        canvas_put(c, r.x + 1, r.y, r.w - 2, TONE_STATUS, done->text);
    else if (p->finished) /* in a report */
        canvas_putf(c, r.x + 1, r.y, r.w - 2, TONE_STATUS, "measured %d passes of batch %d x %d tokens with %d thread%s%s",
                    p->total.time_ns.n, p->workload.batch, p->workload.seq, p->workload.threads,
                    p->workload.threads == 1 ? "" : "s",
                    p->converged ? "" : "; its time was over (:budget SECONDS gives more)");
    else
        canvas_put(c, r.x + 1, r.y, r.w - 2, TONE_STATUS, "the measurement was cancelled; its figures are provisional");
}

static void draw_status(const struct app *a, struct canvas *c, struct rect r)
{
    canvas_fill(c, r, TONE_STATUS);
    if (a->prompt.open && a->prompt.candidates.n > 0)
        prompt_draw_candidates(&a->prompt, c, r);
    else if (a->message[0])
        draw_message(a, c, r);
    else if (a->job.running)
        draw_job(a, c, r);
    else
        draw_idle(a, c, r);
}

/* ---- hints --------------------------------------------------------------------------------------------------- */

static bool hint_applies(const struct app *a, enum action action)
{
    const struct action_row *row = action_row(action);
    bool useful = (action != ACTION_CANCEL || a->job.running) && !(a->settings.readonly && (row->scope & SCOPE_CHANGES));
    return useful && (row->scope & SCOPE_SCREEN(a->screen)) && row->hint[0] && strcmp(row->hint, "&") != 0;
}

/* "b/B" for an action whose next row is joined to it. */
static void hint_keys(enum action action, char *out, size_t size)
{
    char key[16];
    int used = snprintf(out, size, "%s", key_text(action_key(action, 0), key));
    if (action + 1 < ACTIONS && strcmp(action_row(action + 1)->hint, "&") == 0)
        snprintf(out + used, size - (size_t)used, "/%s", key_text(action_key(action + 1, 0), key));
}

static void draw_hints(const struct app *a, struct canvas *c, struct rect r)
{
    int x = r.x + 1;
    for (int i = 0; i < ACTIONS; i++) {
        char keys[40];
        if (!hint_applies(a, i))
            continue;
        hint_keys(i, keys, sizeof keys);
        const char *hint = action_row(i)->hint;
        int need = (int)strlen(keys) + 1 + (int)strlen(hint);
        if (x + need > r.x + r.w)
            break;
        x += canvas_put(c, x, r.y, r.w, TONE_KEY, keys) + 1;
        x += canvas_put(c, x, r.y, r.w, TONE_DIM, hint) + 2;
    }
}

void app_draw(struct app *a, struct canvas *c)
{
    struct layout l = layout_screen(c->columns, c->rows);
    canvas_fill(c, canvas_rect(c), TONE_TEXT);
    a->cursor_x = a->cursor_y = -1;
    if (l.too_small) {
        draw_too_small(c, l.body);
        return;
    }
    draw_tabs(a, c, l.tabs);
    if (a->tour)
        tour_draw(c, &l.body);
    screen_row(a->screen)->screen->draw(a, a->view[a->screen], c, l.body);
    draw_status(a, c, l.status);
    if (a->prompt.open) {
        prompt_draw(&a->prompt, c, l.hints, &a->cursor_x);
        a->cursor_y = l.hints.y;
    } else {
        draw_hints(a, c, l.hints);
    }
}
