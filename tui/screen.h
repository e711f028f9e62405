/* Screens: one `const struct screen` in screen_NAME.c and one row in screens.def. A screen draws the state of the
 * program (app.h) and its own view state into a rectangle, and acts on what is bound to it in actions.def. */
#ifndef TUI_SCREEN_H
#define TUI_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/canvas.h"
#include "tui/keys.h"

struct app;
struct column;

struct screen {
    size_t view_bytes; /* of the view state, given zeroed; 0 = none */
    void (*draw)(struct app *app, void *view, struct canvas *c, struct rect r);
    /* False: the action means nothing here. */
    bool (*act)(struct app *app, void *view, enum action a);
    /* A click; false: nothing there. */
    bool (*click)(struct app *app, void *view, int x, int y);
    /* Selects the next row that holds app->search, `direction` 1 down or -1 up, `stay`: the present row counts.
     * NULL = nothing to search. */
    bool (*find)(struct app *app, void *view, int direction, bool stay);
    /* Asks the engine for what the view needs and nobody asked for yet; after every event and all news. NULL = nothing. */
    void (*want)(struct app *app, void *view);
    void (*forget)(void *view); /* frees what the view owns; NULL = nothing */
    const struct column *columns; /* of its table, for the glossary; NULL = none */
    int column_count;
};

struct screen_row {
    const char *command, *title, *summary;
    enum action action; /* that shows it */
    const struct screen *screen;
};

#define SCREEN(name, command, keys, title, summary) extern const struct screen screen_##command;
#include "tui/screens.def"
#undef SCREEN

const struct screen_row *screen_row(enum screen_id id);
enum screen_id screen_named(const char *command); /* SCREENS if there is none */

#endif
