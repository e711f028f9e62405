#include "tui/tui.h"

#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/base/clock.h"
#include "tui/app.h"
#include "tui/engine.h"
#include "tui/headless.h"
#include "tui/heads_run.h"
#include "tui/opened.h"
#include "tui/player.h"
#include "tui/recipes.h"
#include "tui/report_run.h"
#include "tui/term.h"
#include "tui/tour.h"

struct loop {
    struct app app;
    struct terminal *term; /* NULL = headless, which there is then */
    struct headless *headless;
    struct player player;  /* of the script, if there is one */
    const struct progress *progress;
    struct engine *engine;
    struct canvas canvas;
    const struct theme *theme; /* as shown */
};

static bool needs_ascii(const struct settings *s)
{
    setlocale(LC_CTYPE, "");
    return s->ascii || strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
}

static int check_theme(const struct settings *s, struct err *e)
{
    if (s->theme && !theme_find(s->theme))
        return err_set(e, ERR_USAGE, "there is no theme \"%s\" (themes: dark, light, mono)", s->theme);
    return 0;
}

static void set_time(struct app *a)
{
    a->now_ns = clock_ns();
    a->wall = time(NULL);
}

/* ---- the interactive program --------------------------------------------------------------------------------- */

static int submit(void *payload, const struct request *r, struct err *e)
{
    return engine_submit(((struct loop *)payload)->engine, r, e);
}

static void cancel(void *payload)
{
    engine_cancel(((struct loop *)payload)->engine);
}

static int resize(struct loop *l, struct err *e)
{
    struct canvas fresh;
    TRY(canvas_init(&fresh, l->app.columns, l->app.rows, l->app.ascii, e));
    canvas_free(&l->canvas);
    l->canvas = fresh;
    return 0;
}

static void show(struct loop *l)
{
    if (!l->term)
        return;
    set_time(&l->app);
    app_draw(&l->app, &l->canvas);
    term_draw(l->term, &l->canvas, l->app.cursor_x, l->app.cursor_y);
}

static void grant_wishes(struct loop *l)
{
    struct app *a = &l->app;
    if (!l->term)
        return;
    if (a->suspend)
        term_suspend(l->term);
    if (a->redraw)
        term_redraw(l->term);
    a->suspend = a->redraw = false;
    term_mouse(l->term, a->mouse);
    if (a->theme != l->theme) {
        term_theme(l->term, a->theme, term_depth(l->term));
        l->theme = a->theme;
    }
}

static int handle_events(struct loop *l, struct err *e)
{
    struct event ev;
    while (l->term && !l->app.quit && term_event(l->term, &ev)) {
        set_time(&l->app);
        app_event(&l->app, &ev);
        if (ev.kind == EVENT_RESIZE)
            TRY(resize(l, e));
        grant_wishes(l);
    }
    return 0;
}

static void take_news(struct loop *l)
{
    struct news news;
    set_time(&l->app);
    if (!l->engine)
        return;
    engine_take(l->engine, &news);
    app_news(&l->app, &news);
    l->app.job = engine_state(l->engine); /* with what the news made the program ask for */
}

/* The next line of the script; without a terminal the program ends with the last one. */
static int play(struct loop *l, int *wait_ms, struct err *e)
{
    *wait_ms = l->term ? -1 : 0;
    if (player_over(&l->player)) {
        l->app.quit = l->app.quit || !l->term;
        return 0;
    }
    TRY(player_step(&l->player, &l->app, wait_ms, e));
    grant_wishes(l);
    return 0;
}

static void wait_for_news(struct loop *l, int ms)
{
    if (l->term)
        term_wait(l->term, ms);
    else if (ms != 0)
        headless_wait(l->headless, ms);
}

static int loop_run(struct loop *l, struct err *e)
{
    while (!l->app.quit && !(l->term && term_ended(l->term))) {
        int wait_ms;
        take_news(l);
        TRY(play(l, &wait_ms, e));
        if (!l->term)
            TRY(progress_step(l->progress, "playing the script", 0, 0, e));
        show(l);
        wait_for_news(l, wait_ms);
        TRY(handle_events(l, e));
    }
    return 0;
}

static void choose_theme(struct loop *l, const struct settings *s)
{
    enum depth depth = term_depth(l->term);
    l->theme = l->app.theme = theme_choose(s->theme, getenv("NO_COLOR"), getenv("COLORFGBG"), &depth);
    term_theme(l->term, l->theme, depth);
}

/* Shows the report that was asked for instead of a model, if one was. */
static int show_saved(struct app *a, const struct settings *s, struct err *e)
{
    struct report *r;
    if (!s->from_report)
        return 0;
    if (!(r = malloc(sizeof *r)))
        return err_set(e, ERR_NOMEM, "no memory for a report");
    int code = report_saved(r, s, e);
    if (code == 0)
        return app_show_saved(a, r, e);
    report_free(r);
    free(r);
    return code;
}

static bool has_terminal(void)
{
    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

static int start_terminal(struct loop *l, const struct settings *s, struct err *e)
{
    TRY(term_start(&l->term, e));
    l->app.remembers = !s->readonly;
    l->app.tour = !s->script && !l->app.saved && !tour_seen();
    choose_theme(l, s);
    term_mouse(l->term, l->app.mouse);
    term_size(l->term, &l->app.columns, &l->app.rows);
    TRY(resize(l, e));
    show(l);
    return l->app.saved ? 0 : engine_start(&l->engine, term_wake, NULL, e);
}

static int start_headless(struct loop *l, const struct settings *s, struct err *e)
{
    if (s->theme)
        l->theme = l->app.theme = theme_find(s->theme);
    TRY(size_word(s->size ? s->size : "80x24", &l->app.columns, &l->app.rows, e));
    TRY(headless_start(&l->headless, e));
    return l->app.saved ? 0 : engine_start(&l->engine, headless_wake, l->headless, e);
}

static int loop_start(struct loop *l, const struct settings *s, struct str *out, struct err *e)
{
    struct app_host host = {l, submit, cancel};
    struct settings adjusted = *s;
    bool headless = s->script && !has_terminal();
    adjusted.ascii = needs_ascii(s);
    TRY(check_theme(s, e));
    if (s->script)
        TRY(player_init(&l->player, s->script, out, headless, e));
    TRY(app_init(&l->app, &adjusted, &host, e));
    set_time(&l->app);
    TRY(show_saved(&l->app, s, e));
    l->app.keeps_session = !l->app.saved && !s->readonly;
    if (s->resume)
        TRY(app_resume(&l->app, e));
    TRY(headless ? start_headless(l, s, e) : start_terminal(l, s, e));
    if (!l->app.saved)
        app_start(&l->app);
    return 0;
}

int tui_run(const struct settings *s, const struct progress *progress, struct str *out, struct err *e)
{
    struct loop *l = calloc(1, sizeof *l);
    if (!l)
        return err_set(e, ERR_NOMEM, "no memory for the program");
    l->progress = progress;
    int code = loop_start(l, s, out, e);
    if (code == 0)
        code = loop_run(l, e);
    int ended = l->term ? term_ended(l->term) : 0;
    engine_stop(l->engine);
    term_stop(l->term);
    headless_stop(l->headless);
    player_free(&l->player);
    canvas_free(&l->canvas);
    app_free(&l->app);
    free(l);
    if (ended) {
        signal(ended, SIG_DFL);
        raise(ended);
    }
    return code;
}

/* ---- one screen ---------------------------------------------------------------------------------------------- */

/* What the drawn screen asks of an engine that there is not; it is done at once where the screen is about single rows. */
struct asked {
    struct request request[4];
    int n;
};

static int keep_request(void *payload, const struct request *r, struct err *e)
{
    struct asked *q = payload;
    (void)e;
    if (q->n < (int)(sizeof q->request / sizeof q->request[0]))
        q->request[q->n++] = *r;
    return 0;
}

static void ignore_cancel(void *payload)
{
    (void)payload;
}

static void show_trial(void *payload, struct trial_news *t)
{
    app_news(payload, &(struct news){.trials = t});
}

static void show_texts(void *payload, struct row_texts *t)
{
    app_news(payload, &(struct news){.texts = t});
}

static void show_insight(void *payload, struct insight *l)
{
    struct news n = {.facts = NULL};
    n.insight[insight_kind(l)] = l;
    app_news(payload, &n);
}

static void ignore_log(void *payload, enum log_level level, const char *fmt, ...)
{
    (void)payload, (void)level, (void)fmt;
}

/* Does what was asked for about trials and rows. */
static int answer_requests(struct app *a, struct asked *q, struct opened *o, const struct progress *progress, struct err *e)
{
    struct request r;
    while (q->n > 0) {
        struct job_context x = {.opened = o, .request = &r, .progress = progress, .payload = a, .publish_trial = show_trial,
                                .publish_texts = show_texts, .publish_insight = show_insight, .log = ignore_log};
        r = q->request[0];
        memmove(q->request, q->request + 1, (size_t)--q->n * sizeof r);
        if (r.job == JOB_TRIAL || r.job == JOB_LOOK)
            TRY(job_row(r.job)->run(&x, e));
    }
    return 0;
}

/* Opens the model and hands the facts to the state, as the engine would. */
static int open_for(struct app *a, struct opened *o, const struct settings *s, const struct progress *progress,
                    struct err *e)
{
    TRY(opened_init(o, s, progress, e));
    struct news news = {.facts = malloc(sizeof *news.facts)};
    if (!news.facts)
        return err_set(e, ERR_NOMEM, "no memory for the facts about the model");
    facts_make(news.facts, o->model, &o->machine);
    app_news(a, &news);
    TRY(workload_check(&a->workload, o->model, e));
    return opened_pack(o, a->workload.threads, a->workload.format, progress, e);
}

static int measure_for(struct app *a, const struct opened *o, const struct settings *s, const struct progress *progress,
                       struct err *e)
{
    struct profile_options options = {.workload = a->workload, .budget_s = s->budget_s, .overhead = s->overhead};
    struct news news = {.profile = malloc(sizeof *news.profile)};
    if (!news.profile)
        return err_set(e, ERR_NOMEM, "no memory for a profile");
    int code = profile_measure(news.profile, o->weights, &options, NULL, NULL, progress, e);
    if (code != 0) {
        free(news.profile);
        return code;
    }
    app_news(a, &news);
    return 0;
}

/* Scores the heads by gradient, if there is data for it. */
static int score_for(struct app *a, struct opened *o, const struct progress *progress, struct err *e)
{
    struct heads_run run = {.opened = o, .threads = a->workload.threads, .format = a->workload.format};
    struct settings data = {.data = app_data(a), .task = a->task[0] ? a->task : NULL};
    struct news news = {.heads = NULL};
    if (!app_data(a) || heads_check(o->model, NULL) != 0)
        return 0;
    TRY(opened_data(o, &data, run.threads, progress, e));
    TRY(heads_run_mode(&run, HEADS_GRADIENT, progress, e));
    news.heads = malloc(sizeof *news.heads);
    if (!news.heads || head_study_copy(news.heads, &o->heads, e) != 0) {
        free(news.heads);
        return err_set(e, ERR_NOMEM, "no memory for the scores of heads");
    }
    app_news(a, &news);
    return 0;
}

static int measure_all(struct app *a, struct opened *o, const struct settings *s, bool heads, const struct progress *progress,
                       struct err *e)
{
    TRY(open_for(a, o, s, progress, e));
    TRY(measure_for(a, o, s, progress, e));
    return heads ? score_for(a, o, progress, e) : 0;
}

/* The recipe of the command line is that of the present trial. */
static int take_recipe(struct app *a, const struct settings *s, struct err *e)
{
    struct recipe r;
    int code = recipes_read(&r, s, e);
    if (code == 0 && recipes_given(s))
        code = workbench_set(&a->bench, &r, e);
    recipe_free(&r);
    return code;
}

static int print_screen(struct app *a, int columns, int rows, struct str *out, struct err *e)
{
    struct canvas c;
    TRY(canvas_init(&c, columns, rows, a->ascii, e));
    set_time(a);
    app_draw(a, &c);
    canvas_print(&c, out);
    canvas_free(&c);
    return 0;
}

static int no_screen(const char *name, struct err *e)
{
    char names[200] = "";
    for (int i = 0; i < SCREENS; i++)
        snprintf(names + strlen(names), sizeof names - strlen(names), "%s%s", i ? ", " : "", screen_row(i)->command);
    return err_set(e, ERR_USAGE, "there is no screen \"%s\" (screens: %s)", name, names);
}

int tui_draw(const struct settings *s, const char *screen, int columns, int rows, const struct progress *progress,
             struct str *out, struct err *e)
{
    struct asked *asked = calloc(1, sizeof *asked);
    struct app_host host = {asked, keep_request, ignore_cancel};
    struct settings adjusted = *s;
    struct opened o = {.model = NULL};
    struct app *a = calloc(1, sizeof *a);
    enum screen_id id = screen_named(screen);
    adjusted.ascii = needs_ascii(s);
    int code = !a || !asked  ? err_set(e, ERR_NOMEM, "no memory for the screens")
               : id == SCREENS ? no_screen(screen, e)
                               : app_init(a, &adjusted, &host, e);
    if (code == 0)
        code = take_recipe(a, s, e);
    if (code == 0)
        code = s->from_report ? show_saved(a, s, e) : measure_all(a, &o, s, id == SCREEN_HEADS, progress, e);
    if (code == 0) {
        asked->n = 0;
        a->columns = columns;
        a->rows = rows;
        app_show(a, id);
    }
    if (code == 0 && id == SCREEN_EXAMPLES && !s->from_report)
        code = answer_requests(a, asked, &o, progress, e);
    if (code == 0)
        code = print_screen(a, columns, rows, out, e);
    opened_close(&o);
    if (a)
        app_free(a);
    free(a);
    free(asked);
    return code;
}
