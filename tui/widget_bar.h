/* A horizontal bar in eighths of a column (whole columns of # where only ASCII can be shown). */
#ifndef TUI_WIDGET_BAR_H
#define TUI_WIDGET_BAR_H

#include "tui/canvas.h"

/* Fills `fraction` (0..1; what lies outside is moved to the nearer end) of the `w` columns from x on. */
void bar_draw(struct canvas *c, int x, int y, int w, enum tone tone, double fraction);

#endif
