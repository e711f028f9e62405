/* Five lines for a first session. They are shown until they are hidden once; an empty file in the folder of state.h remembers that. */
#ifndef TUI_TOUR_H
#define TUI_TOUR_H

#include <stdbool.h>

#include "tui/canvas.h"

/* Whether they were hidden once, or where that cannot be remembered. */
bool tour_seen(void);
/* Remembers it; failures are ignored: they are shown once more. */
void tour_remember(void);

/* Takes its rows from the bottom of the body, if enough of that is left. */
void tour_draw(struct canvas *c, struct rect *body);

#endif
