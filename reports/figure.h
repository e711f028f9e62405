/* Pictures as inline SVG in HTML. All x are percent of the width and all y pixels, so a picture fills whatever room there is
 * while its texts keep their size. Colours are classes of the style sheet (html_style.c): c0 .. c5 are the components in their
 * order, h0 .. h8 the steps of a map. Texts are escaped here. */
#ifndef REPORTS_FIGURE_H
#define REPORTS_FIGURE_H

#include <stdbool.h>

#include "analyzer/base/str.h"
#include "analyzer/model/component.h"
#include "reports/emit.h"

struct figure {
    const char *title; /* what is seen */
    const char *desc;  /* what it says, in a sentence, for those who do not see it */
    void (*draw)(const struct figure *f, const char *id, struct str *out); /* `id`: unique in the document */
    const void *data;  /* what `draw` expects */
};

/* Bars made of components, one above the other. */
struct figure_bar {
    char name[32], note[32];   /* before the bar and behind it or under the name; "" = none */
    double part[COMPONENTS];
    char label[COMPONENTS][64]; /* what a part is: "1.2 ms" */
};
struct figure_bars {
    const struct figure_bar *bar; /* [bars] */
    int bars;
    double full;  /* what fills the width */
    bool large;   /* few tall bars of shares, with percentages in them, and the parts of neighbours joined */
    bool legend;
    const char *rest; /* what a large bar lacks; NULL = nothing to say */
};
void figure_draw_bars(const struct figure *f, const char *id, struct str *out);

/* Points under a roof (Williams, Waterman, Patterson: Roofline, 2009), both axes logarithmic. */
struct figure_point {
    char name[80];
    double intensity; /* FLOP/byte */
    double flops;     /* FLOP/s */
    enum component component;
    bool large;
};
struct figure_line {
    const char *name;
    double value; /* FLOP/s, or bytes/s; 0 = not known */
};
struct figure_roof {
    const struct figure_point *point; /* [points] */
    int points;
    struct figure_line peak[2], read[3];
};
void figure_draw_roof(const struct figure *f, const char *id, struct str *out);

/* Rows of cells that are the darker the more their weight. */
struct figure_map {
    const double *value;  /* what a cell shows, with `unit`; row r is [first[r], first[r + 1]) */
    const double *weight; /* 0 .. 1 */
    const int *first;     /* [rows + 1] */
    int rows;
    const char *row, *column; /* what rows and columns are: "layer", "head" */
    enum unit unit;
};
void figure_draw_map(const struct figure *f, const char *id, struct str *out);

/* A curve with its interval. */
struct figure_sample {
    double x, y, low, high;
    char label[80];
};
struct figure_curve {
    const struct figure_sample *sample; /* [samples], ascending x from 0 to 1 */
    int samples;
    const char *x_title, *y_title;
    enum unit unit; /* of y */
};
void figure_draw_curve(const struct figure *f, const char *id, struct str *out);

/* Points in a plane, with the interval of their height, and a line along those that no other beats: as high for as little. */
struct figure_spot {
    double x, y, low, high; /* low, high NAN = no interval */
    bool on;                /* on that line */
    char name[16];          /* beside it */
    char label[160];
};
struct figure_scatter {
    const struct figure_spot *spot; /* [spots] */
    int spots;
    const char *x_title, *y_title;
    enum unit x_unit, y_unit;
};
void figure_draw_scatter(const struct figure *f, const char *id, struct str *out);

/* Bars from zero, to either side, with the intervals of their ends. */
struct figure_length {
    double value, low, high; /* low, high NAN = no interval */
    char name[48];           /* before it */
    char note[32];           /* behind it */
};
struct figure_lengths {
    const struct figure_length *length; /* [lengths] */
    int lengths;
    const char *x_title;
    enum unit unit;
};
void figure_draw_lengths(const struct figure *f, const char *id, struct str *out);

/* A tree of calls (flame.h), the root below. */
struct call_tree;
void figure_draw_flame(const struct figure *f, const char *id, struct str *out); /* data: struct call_tree */

/* A linear scale with a mark every `step`. */
struct figure_axis {
    double low, high, step;
};
/* From low to high, with a little room around them; at least `parts` marks. */
struct figure_axis figure_axis_of(double low, double high, int parts);
double figure_along(const struct figure_axis *a, double x);                         /* 0 .. 100 */
double figure_down(const struct figure_axis *a, double y, int top, int height);     /* in pixels, the largest at the top */
/* Multiples of the step on the axis, from the first one on; 0 of an axis that would have FIGURE_MARKS or more. */
enum { FIGURE_MARKS = 1000 };
int figure_mark_count(const struct figure_axis *a);
double figure_mark_at(const struct figure_axis *a, int i);
/* Appends a value as short as it can stand beside an axis. */
void figure_mark(const struct figure_axis *a, double at, enum unit unit, struct str *out);
/* Lines across, with their values before them. */
void figure_marks(const struct figure_axis *a, enum unit unit, int top, int height, struct str *out);

/* What they share: the element svg with title and desc, `height` pixels high; a list of the components with their colours
 * (and their marks, where `marks`). `class` is "plot" and what else. */
void figure_open(const struct figure *f, const char *id, const char *class, int height, struct str *out);
void figure_close(struct str *out);
void figure_legend(bool marks, const char *id, struct str *out);
/* The largest of 1, 2 and 5 times a power of ten that cuts `range` into at least `parts`. */
double figure_step(double range, int parts);

#endif
