/* A curve through points with intervals: y against x, dots of braille (characters of ASCII where nothing else can be shown). */
#ifndef TUI_WIDGET_PLOT_H
#define TUI_WIDGET_PLOT_H

#include <stdbool.h>

#include "tui/canvas.h"

struct plot_point {
    double x, y;
    double low, high; /* drawn as a line from low to high; not finite = none */
    bool apart;       /* the curve does not go through it */
};

struct plot {
    const struct plot_point *point; /* [points] by increasing x; those with a y that is not finite are left out */
    int points;
    double x_low, x_high, y_low, y_high; /* what the axes show; low < high */
    const char *x_title;                 /* on the row of the x axis's labels */
    double mark; /* a horizontal line at this y; not finite = none */
    /* Text of a value at an axis; at most PLOT_LABEL - 1 columns. */
    void (*x_label)(double x, char *out, size_t size);
    void (*y_label)(double y, char *out, size_t size);
};

enum { PLOT_LABEL = 8, PLOT_MIN_WIDTH = 24, PLOT_MIN_HEIGHT = 4 };

/* The cell of a point (x, y) when the plot is drawn into `r`; false outside of the axes. */
bool plot_cell(const struct plot *p, struct rect r, double x, double y, int *column, int *row);

/* Draws into `r`; a rectangle smaller than the least size stays blank. The lowest row has the labels of x. */
void plot_draw(const struct plot *p, struct canvas *c, struct rect r);

/* Widens [low, high] so that it holds `y`; not finite = nothing to do. */
void plot_include(double *low, double *high, double y);

#endif
