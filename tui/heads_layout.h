/* Where the parts of the Heads screen lie. Pure, and swept over all sizes like layout.h. */
#ifndef TUI_HEADS_LAYOUT_H
#define TUI_HEADS_LAYOUT_H

#include "tui/canvas.h"

enum {
    HEADS_LABEL = 5,      /* columns of the name of a layer */
    HEADS_MIN_CELL = 4,   /* columns of a head: three digits and a mark */
    HEADS_MAX_CELL = 8,
    HEADS_LIST_WIDTH = 39 /* columns that the list needs */
};

struct heads_layout {
    struct rect heading; /* one row */
    struct rect map;     /* the map, or the list where both do not fit */
    struct rect detail, curve;
    struct rect list;    /* beside the map; empty where it does not fit */
    int cell;            /* columns of a head in the map */
};

/* `layers` x `heads` of the map in a body of `r`. */
struct heads_layout heads_layout(struct rect r, int layers, int heads);

#endif
