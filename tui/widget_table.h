/* A table that fits itself to its room: columns that do not fit are left out, the least important first, and a mark
 * in the header says how many; rows scroll; one is selected. The table asks for its cells while it draws and holds
 * no data. */
#ifndef TUI_WIDGET_TABLE_H
#define TUI_WIDGET_TABLE_H

#include <stdbool.h>

#include "tui/canvas.h"
#include "tui/keys.h"

enum { TABLE_COLUMNS = 32 };

struct column {
    int width;    /* columns it needs */
    int max;      /* columns it may grow to */
    int priority; /* 0 is never left out; the greatest number goes first */
    bool left;    /* aligned to the left (texts, bars); numbers are aligned to the right */
    const char *name; /* for the glossary of the help screen, NULL = not there */
    const char *help;
};

struct table_cell {
    char text[256];
    enum tone tone;
    double bar; /* 0..1: a bar instead of the text; negative = text */
};

struct table {
    const struct column *column; /* [columns] */
    int columns;                 /* at most TABLE_COLUMNS */
    int rows;
    /* Fills in a blank cell; row -1 asks for the title of the column. */
    void (*cell)(const void *payload, int row, int column, struct table_cell *out);
    const void *payload;
};

/* What the user did to the table; zeroed = at the top, unsorted. */
struct table_view {
    int cursor, top;
    int sort;    /* column + 1; 0 = the order of the rows themselves */
    bool invert;
    struct rect rows; /* where the rows were drawn last */
    int x[TABLE_COLUMNS], w[TABLE_COLUMNS]; /* where the columns were; w 0 = left out */
};

/* Draws header and rows into `r`. Places where `match` occurs in a text are marked; "" = none. */
void table_draw(const struct table *t, struct table_view *v, struct canvas *c, struct rect r, const char *match);

/* Widths for `w` columns of room: width[columns], 0 = left out. Returns how many were left out; *gap is the space
 * between two columns. */
int table_fit(const struct column *column, int columns, int w, int *width, int *gap);

/* Moves the selection; false for an action that is none of a table's. */
bool table_act(struct table_view *v, int rows, enum action a);
void table_select(struct table_view *v, int rows, int row);

/* What is at a place: *row -1 is the header; *column -1 is between columns. False outside of the table. */
bool table_hit(const struct table_view *v, int rows, int x, int y, int *row, int *column);

/* "12-30 of 63" into `out`, "" when all rows are seen. Returns out. */
const char *table_position(const struct table_view *v, int rows, char *out, size_t size);

#endif
