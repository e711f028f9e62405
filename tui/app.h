/* All state of the interactive program: events and news in, state out. No curses, no threads: the terminal loop
 * (tui.c) and tests feed it alike. */
#ifndef TUI_APP_H
#define TUI_APP_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "analyzer/compress/export.h"
#include "tui/canvas.h"
#include "tui/job.h"
#include "tui/keys.h"
#include "tui/options.h"
#include "tui/prompt.h"
#include "tui/screen.h"
#include "tui/workbench.h"

/* Who carries out jobs; a test puts its own here. */
struct app_host {
    void *payload;
    int (*submit)(void *payload, const struct request *r, struct err *e);
    void (*cancel)(void *payload); /* the running job and those that wait */
};

struct call_tree;
struct report;
struct session;

enum event_kind { EVENT_KEY, EVENT_CLICK, EVENT_WHEEL, EVENT_RESIZE };

struct event {
    enum event_kind kind;
    int key;           /* EVENT_KEY */
    int x, y;          /* of the mouse */
    int rows_down;     /* EVENT_WHEEL: negative = up */
    int columns, rows; /* EVENT_RESIZE */
};

enum { APP_SEARCH_BYTES = 128, TRIAL_SECONDS = 2 };

struct app {
    struct app_host host;
    struct settings settings; /* as started, and changed by commands */
    char spec[1024];          /* the model that was last asked for */
    char data[1024], dev[1024], task[64]; /* the data sets of the session: files, "" = none; task "" = that of the header */

    /* what is known; owned */
    struct facts *facts;     /* NULL = no model yet */
    struct profile *profile; /* NULL = nothing measured yet */
    struct sampled *sampled; /* NULL = nothing sampled yet */
    int sampled_number;      /* of those samples */
    struct counted *counted; /* NULL = nothing counted yet */
    struct head_study heads;
    struct train_status training;
    struct workbench bench;
    struct row_texts *texts; /* of some data set (app_texts); NULL = none yet */
    int texts_number;        /* counts them */
    struct insight *insight[INSIGHTS]; /* what was looked at last; NULL = nothing */
    struct part_study *parts[2]; /* [cells] the step that was tried on its parts last (app_parts); NULL = none yet */
    char tried[INSIGHT_TEXT];   /* the text that was typed last; "" = none */
    int tried_number;        /* counts them */
    unsigned found; /* numbers that searches were given (struct trial_news) */
    struct session *session; /* the file of the workbench; NULL = nothing to keep yet */
    uint64_t session_params; /* of the model that the session was about; 0 = a new one */
    bool keeps_session;      /* set by who wants it kept; trainings too */
    bool takes_up;           /* a training was left by a program before this one, and waits for a model */
    bool remembers;          /* set by who wants it remembered that the tour was seen */
    struct report *saved;    /* what is shown was read from this; NULL = it comes from the engine; owned */
    struct job_state job;
    struct log log;
    struct workload workload; /* of the next measurement */
    struct train_choice choice; /* of the next training */
    char export[1024]; /* directory that was exported to last; "" = none */
    size_t hidden_bytes; /* most memory for hidden states of the original; 0 = the usual limit */

    /* what is shown */
    int columns, rows;
    bool ascii, mouse, tour; /* tour: the lines for a first session are shown */
    const struct theme *theme;
    enum screen_id screen, before; /* before: where Esc leads */
    void *view[SCREENS];           /* view states; owned */
    int tab_x[SCREENS], tab_w[SCREENS];
    struct prompt prompt;
    char search[APP_SEARCH_BYTES]; /* "" = none */
    enum log_level message_level;
    char message[LOG_BYTES]; /* until the next key; "" = none */
    int cursor_x, cursor_y;  /* of the terminal's cursor, -1 = hidden */

    /* set by the caller before each event and each drawing */
    uint64_t now_ns; /* clock_ns */
    time_t wall;

    /* wishes to the terminal loop, which takes them back */
    bool quit, suspend, redraw;
};

/* Settings are copied, their texts are borrowed. The theme may be changed afterwards. */
WARN_UNUSED int app_init(struct app *a, const struct settings *s, const struct app_host *host, struct err *e);
void app_free(struct app *a);

/* Asks for the model of the settings to be opened. */
void app_start(struct app *a);

void app_event(struct app *a, const struct event *ev);
/* Takes over what the news own. */
void app_news(struct app *a, struct news *n);
void app_forget_news(struct app *a); /* frees all that they brought */

/* Draws the whole screen; the canvas decides the size. Sets cursor_x and cursor_y. */
void app_draw(struct app *a, struct canvas *c);

/* For screens, commands and actions. */
bool app_act(struct app *a, enum action action);
void app_show(struct app *a, enum screen_id id);
void app_open(struct app *a, const char *spec);
void app_measure(struct app *a);
/* Asks for samples of passes. */
void app_sample(struct app *a);
/* The data set to measure on: --dev, else --data; NULL if there is none. */
const char *app_data(const struct app *a);
/* Asks for the heads to be measured in that mode, or for the curve in its order. */
void app_score_heads(struct app *a, enum head_mode mode, bool curve, bool normalize);
/* What is missing before a training can start, in a sentence; NULL = nothing. */
const char *app_train_missing(const struct app *a);
/* Gives the order if it means something now, else says why not. `dir`: where TRAIN_SAVE writes. */
void app_train(struct app *a, enum train_order order, const char *dir);
/* Goes on with the last session (session.h) instead of the model of the settings. */
WARN_UNUSED int app_resume(struct app *a, struct err *e);
/* Takes over results, and writes them down. */
void app_take_trials(struct app *a, struct trial_news *n);
/* What follows once a model is open. */
void app_opened(struct app *a);
/* Writes down what is new of the workbench. */
void app_keep(struct app *a);
/* Asks for the current recipe of the workbench to be tried, as far as it is not known. */
void app_try(struct app *a);
/* After a change of the workbench, which gave `code`: complains, or tries what it is now. False: it failed. */
bool app_changed(struct app *a, int code, const struct err *e);
/* Puts a step at the end of the recipe, from any screen, and says so. */
bool app_add_step(struct app *a, const char *step);
void app_name_trial(struct app *a, const char *name);
void app_go_trial(struct app *a, int attempt);
/* What was measured of the recipes is about other rows. */
void app_forget_trials(struct app *a);
/* The workload is another one: measures it, and the current trial with it where that is shown. */
void app_use_workload(struct app *a);
/* Whether the screen is about trials and there is something to try. */
bool app_shows_trials(const struct app *a);
/* The rows of the present data set; NULL if they are not here. */
const struct row_texts *app_texts(const struct app *a);
/* Asks for what `want` says of the present data set and recipe. */
void app_ask_look(struct app *a, const struct look_request *want);
/* A text of the user's becomes an example. */
void app_try_text(struct app *a, const char *text);
void app_take_insights(struct app *a, struct news *n); /* texts and looks; takes them over */
void app_forget_insights(struct app *a);
/* What is known of a step, as it was asked for, on its parts alone; NULL = nothing. */
const struct part_study *app_parts(const struct app *a, const char *step, bool cells);
/* Whether the step (NULL = there is none) cannot be tried on its parts; says why. */
bool app_parts_refused(struct app *a, const struct recipe_line *step, bool cells);
/* Asks for that: `step` is a line as printed. False: it could not be asked. */
bool app_ask_parts(struct app *a, const char *step, bool cells);
void app_take_parts(struct app *a, struct news *n); /* takes them over */
void app_forget_parts(struct app *a);
/* Lets the screen that is shown ask for what it needs. */
void app_want(struct app *a);
/* Asks for the best recipes under budgets: "latency=0.6 macs=0.5". What is found becomes trials beside the present one. */
WARN_UNUSED int app_search(struct app *a, const char *budgets, struct err *e);
/* Writes the model of a trial's recipe to app->export. */
void app_export(struct app *a, int attempt, enum export_form form);
void app_undo(struct app *a);
void app_redo(struct app *a);
void app_say(struct app *a, enum log_level level, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void app_complain(struct app *a, const struct err *e);
/* Shows a text until the next key, without a line in the log. */
void app_message(struct app *a, enum log_level level, const char *text);
/* Shows a report instead of a model, and takes it over; nothing can be measured then. */
WARN_UNUSED int app_show_saved(struct app *a, struct report *r, struct err *e);
/* Whether the session changes and writes nothing (--readonly); says so. */
bool app_readonly(struct app *a);
/* Whether what is shown was saved and cannot be changed or measured; says so. */
bool app_refuse(struct app *a);
/* Writes the view, as HTML if the path ends in .html, else as text; `path` NULL = both, as new files in the current directory. */
WARN_UNUSED int app_write_view(struct app *a, const char *path, struct err *e);
/* Writes a tree of the samples as SVG and as folded stacks, to new files in the current directory. */
WARN_UNUSED int app_write_flame(struct app *a, const struct call_tree *t, struct err *e);
/* Writes what is known as the HTML report; `path` NULL = a new file in the current directory. */
WARN_UNUSED int app_write_report(struct app *a, const char *path, struct err *e);

/* The power of two above or below `v`, moved into low..high. */
int app_step(int v, int direction, int low, int high);

#endif
