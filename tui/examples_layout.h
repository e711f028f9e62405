/* Where the parts of the Examples screen lie. Pure, and swept over all sizes like layout.h. */
#ifndef TUI_EXAMPLES_LAYOUT_H
#define TUI_EXAMPLES_LAYOUT_H

#include "tui/canvas.h"

struct examples_layout {
    struct rect heading; /* what the rows are of; empty where there is little room */
    struct rect kinds;   /* one row: how many rows of each kind */
    struct rect table;
    struct rect detail;  /* the selected row; empty where it does not fit */
    struct rect map;     /* where a head looks; empty where it does not fit beside: then it takes the place of the table */
};

/* `map`: the map is wanted even if it must take the place of the table. */
struct examples_layout examples_layout(struct rect r, bool map);

#endif
