/* The terminal: the only user of curses. It shows canvases, reads keys, mouse and size, and gives the terminal back
 * however the program ends: by term_stop, a stop signal, a deadly signal, or a crash (crash.h).
 *
 * There is one terminal at a time. (struct term is curses' own.) All functions are for one thread, except term_wake. */
#ifndef TUI_TERM_H
#define TUI_TERM_H

#include <stdbool.h>

#include "analyzer/base/err.h"
#include "tui/app.h"
#include "tui/canvas.h"
#include "tui/theme.h"

struct terminal;

/* Takes the terminal of standard input and output over. ERR_MACHINE with a sentence, and nothing written, where there
 * is none or it cannot place the cursor. */
WARN_UNUSED int term_start(struct terminal **out, struct err *e);
void term_stop(struct terminal *t); /* accepts NULL */

enum depth term_depth(const struct terminal *t);
void term_size(const struct terminal *t, int *columns, int *rows);
void term_theme(struct terminal *t, const struct theme *theme, enum depth depth);
void term_mouse(struct terminal *t, bool on);

/* Shows the canvas (only what changed is sent) and the cursor, if x >= 0. */
void term_draw(struct terminal *t, const struct canvas *c, int cursor_x, int cursor_y);
/* Sends everything with the next term_draw. */
void term_redraw(struct terminal *t);

/* Waits until there is an event, a signal or a term_wake; at most `ms` milliseconds if that is not -1. */
void term_wait(struct terminal *t, int ms);
/* The next event, false if there is none now. A stop signal is obeyed in here; after it, and after a continue, the
 * event is a resize. SIGINT is the key C-c. */
bool term_event(struct terminal *t, struct event *out);
/* The signal that asks the program to end, 0 = none. */
int term_ended(const struct terminal *t);

/* Makes term_wait return; for any thread and for signal handlers. */
void term_wake(void *payload);

/* Gives the terminal to the shell until the program is continued. */
void term_suspend(struct terminal *t);

#endif
