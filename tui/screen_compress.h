/* What the parts of the Compress screen share. */
#ifndef TUI_SCREEN_COMPRESS_H
#define TUI_SCREEN_COMPRESS_H

#include <stdbool.h>

#include "tui/compress_layout.h"
#include "tui/widget_table.h"
#include "tui/workbench.h"

enum compress_mode { COMPRESS_STEPS, COMPRESS_METHODS, COMPRESS_TRIALS };

/* A row of the list: a line of the recipe, or one of its options. */
struct compress_row {
    int line, option; /* option -1 = the line itself */
};

struct compress_view {
    enum compress_mode mode;
    struct compress_row at; /* selected */
    bool unfolded;          /* the selected step shows its options */
    int top;                /* first row that is shown */
    struct rect rows;       /* where they were drawn */
    int method, method_top; /* selected method, first one shown */
    struct table_view trials;
};

struct app;

/* Selects a line of the recipe, from wherever it was made. */
void compress_select_line(struct app *a, int line);

int compress_row_count(const struct workbench *w, const struct compress_view *v);
struct compress_row compress_row(const struct workbench *w, const struct compress_view *v, int i);
int compress_row_index(const struct workbench *w, const struct compress_view *v);

/* ---- the parts; each draws into `r` ---- */

void compress_draw_steps(const struct app *a, struct compress_view *v, struct canvas *c, struct rect r);
void compress_draw_methods(struct compress_view *v, struct canvas *c, struct rect r);
void compress_draw_results(const struct app *a, struct canvas *c, struct rect r);
void compress_draw_trials(const struct app *a, struct compress_view *v, struct canvas *c, struct rect r);

extern const struct column compress_columns[];
extern const int compress_column_count;

#endif
