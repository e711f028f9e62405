/* What the parts of the Heads screen share. */
#ifndef TUI_SCREEN_HEADS_H
#define TUI_SCREEN_HEADS_H

#include <stdbool.h>

#include "analyzer/measure/head_study.h"
#include "tui/heads_layout.h"
#include "tui/scale.h"
#include "tui/widget_table.h"

/* What the middle of the screen shows where not everything fits, and how the selection moves. */
enum heads_panel { HEADS_MAP, HEADS_LIST, HEADS_CURVE, HEADS_PANELS };

/* What one mode says about the heads, made anew from the study for every drawing. */
struct heads_figures {
    const struct head_study *study; /* borrowed */
    const struct head_grid *grid;   /* borrowed from the study */
    int heads;
    bool known;         /* the mode has been measured, at least on some rows */
    double *shown;      /* [heads] score, or change of the metric in points */
    double *low, *high; /* [heads] its 95 % interval */
    double *importance; /* [heads] */
    int *order, *rank;  /* [heads] least important first; 0 = least */
    double *room;       /* what the arrays of doubles lie in; owned, like `order` */
};

struct heads_view {
    enum head_mode mode;
    bool normalize;
    enum heads_panel panel;
    int head;           /* selected */
    unsigned char *tag; /* [figures.heads]; owned */
    struct heads_figures figures;
    struct table_view table; /* of the list */
    struct heads_layout layout; /* as drawn last */
    int top, left;              /* first layer and head that the map shows */
};

/* "3.7": layer and head. Returns out. */
const char *heads_name(const struct head_grid *g, int head, char *out, size_t size);
int heads_tagged(const struct heads_view *v);

/* ---- the parts; each draws into `r` --------------------------------------------------------------------------- */

struct app;

void heads_draw_map(struct heads_view *v, struct canvas *c, struct rect r);
/* The head at a place of the map, -1 = none. */
int heads_map_hit(const struct heads_view *v, int x, int y);
/* The unit of the figures of the map, "x1e-3"; "" = none. */
const char *heads_unit(const struct heads_view *v, char *out, size_t size);

void heads_draw_list(struct heads_view *v, struct canvas *c, struct rect r, const char *match);
extern const struct column heads_columns[];
extern const int heads_column_count;

void heads_draw_detail(const struct heads_view *v, struct canvas *c, struct rect r);
void heads_draw_curve(const struct heads_view *v, struct canvas *c, struct rect r);

#endif
