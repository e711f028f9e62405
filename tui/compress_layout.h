/* Where the parts of the Compress screen lie. Pure, and swept over all sizes like layout.h. */
#ifndef TUI_COMPRESS_LAYOUT_H
#define TUI_COMPRESS_LAYOUT_H

#include "tui/canvas.h"

struct compress_layout {
    struct rect heading; /* one row */
    struct rect steps;   /* the steps, or the methods to choose from */
    struct rect results;
    struct rect trials;  /* empty where it does not fit: then the trials take the place of the steps */
};

struct compress_layout compress_layout(struct rect r);

#endif
