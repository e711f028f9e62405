/* Sizes in, rectangles out: where the parts of a screen lie. Pure; swept over all sizes by a test: every part lies
 * inside the screen and no two overlap. A part that does not fit has no rows or no columns. */
#ifndef TUI_LAYOUT_H
#define TUI_LAYOUT_H

#include <stdbool.h>

#include "tui/canvas.h"

/* Below this a screen only asks for more room. */
enum { LAYOUT_MIN_COLUMNS = 40, LAYOUT_MIN_ROWS = 8 };

struct layout {
    bool too_small;
    struct rect tabs, body, status, hints; /* body is everything when too small */
};

struct layout layout_screen(int columns, int rows);

/* Side by side with a gap when `r` is wide enough for both, else one above the other. The right one is empty when
 * it does not fit below. Heights are as asked for, as far as there is room. */
void layout_pair(struct rect r, int min_width, int height_left, int height_right, struct rect *left,
                 struct rect *right);

/* The upper `h` rows of `r` (as far as there are so many), and what is left below `gap` blank rows. */
struct rect layout_top(struct rect *r, int h, int gap);
/* The lower `h` rows of `r`; `r` keeps what is above the gap, never less than `keep` rows: then the result is empty. */
struct rect layout_bottom(struct rect *r, int h, int gap, int keep);

#endif
