/* What the parts of the Compress screen share. */
#ifndef TUI_SCREEN_COMPRESS_H
#define TUI_SCREEN_COMPRESS_H

#include <stdbool.h>

#include "analyzer/model/component.h"
#include "analyzer/model/config.h"
#include "tui/compress_layout.h"
#include "tui/job.h"
#include "tui/keys.h"
#include "tui/widget_table.h"
#include "tui/workbench.h"

enum compress_mode { COMPRESS_STEPS, COMPRESS_METHODS, COMPRESS_TRIALS, COMPRESS_PARTS };

/* A row of the list: a line of the recipe, or one of its options. */
struct compress_row {
    int line, option; /* option -1 = the line itself */
};

enum { PARTS_MOST = (CONFIG_MAX_LAYERS + 1) * COMPONENTS };

/* A step on each of its parts alone (app_parts). */
struct parts_view {
    char step[TRIAL_RECIPE]; /* as it was asked for, "" = none yet */
    char now[TRIAL_RECIPE];  /* what it became when a part was left out last */
    bool cells;              /* components of layers are shown, not layers and components */
    int asked;               /* 1 + cells of what was asked for last of that step; 0 = nothing */
    struct table_view table;
    int order[PARTS_MOST], rows; /* rows of the study as they are shown */
    int selected;                /* row of the study */
};

struct compress_view {
    enum compress_mode mode;
    struct compress_row at; /* selected */
    bool unfolded;          /* the selected step shows its options */
    int top;                /* first row that is shown */
    struct rect rows;       /* where they were drawn */
    int method, method_top; /* selected method, first one shown */
    struct table_view trials;
    struct parts_view parts;
};

struct app;

/* Selects a line of the recipe, from wherever it was made. */
void compress_select_line(struct app *a, int line);

/* Shows a step on each of its parts alone, which are tried as far as they are not known; line -1 = the selected one. */
void compress_study(struct app *a, int line);

int compress_row_count(const struct workbench *w, const struct compress_view *v);
struct compress_row compress_row(const struct workbench *w, const struct compress_view *v, int i);
int compress_row_index(const struct workbench *w, const struct compress_view *v);

/* ---- the parts; each draws into `r` ---- */

void compress_draw_steps(const struct app *a, struct compress_view *v, struct canvas *c, struct rect r);
void compress_draw_methods(struct compress_view *v, struct canvas *c, struct rect r);
void compress_draw_results(const struct app *a, struct canvas *c, struct rect r);
void compress_draw_trials(const struct app *a, struct compress_view *v, struct canvas *c, struct rect r);

void compress_draw_parts(const struct app *a, struct compress_view *v, struct canvas *c, struct rect r);

/* ---- the table of parts ---- */

void compress_open_parts(struct app *a, struct compress_view *v, int line);
bool compress_parts_act(struct app *a, struct compress_view *v, enum action action); /* false: it means nothing there */
bool compress_parts_click(const struct app *a, struct compress_view *v, int x, int y);
bool compress_parts_find(const struct app *a, struct compress_view *v, int direction, bool stay);

/* Columns of the trials, and behind them those of the parts. */
enum { COMPRESS_PARTS_FIRST = 8, COMPRESS_COLUMNS = COMPRESS_PARTS_FIRST + 9 };
extern const struct column compress_columns[COMPRESS_COLUMNS];

#endif
