/* A canvas as a page: what the terminal shows, in the colours of a theme. */
#ifndef TUI_CANVAS_HTML_H
#define TUI_CANVAS_HTML_H

#include "tui/canvas.h"

/* `theme` must be one for a light or a dark background, or that without colours. */
void canvas_html(const struct canvas *c, const struct theme *theme, const char *title, struct str *out);

#endif
