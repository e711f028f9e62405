/* Where the parts of the Train screen lie. Pure, and swept over all sizes like layout.h. */
#ifndef TUI_TRAIN_LAYOUT_H
#define TUI_TRAIN_LAYOUT_H

#include "tui/canvas.h"

struct train_layout {
    struct rect heading;      /* one row */
    struct rect facts;        /* up to four rows */
    struct rect loss, metric; /* curves with a title row each; empty where they do not fit */
    struct rect table;
};

/* For a table of so many points. `metric`: there is such a curve. */
struct train_layout train_layout(struct rect r, int points, bool metric);

#endif
