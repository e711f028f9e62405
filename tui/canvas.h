/* A grid of cells that screens draw on. It knows no terminal: term.c shows it, tests print it.
 *
 * A cell is one character as UTF-8 (with its combining marks), its width, and a tone: what the text is, which the
 * theme turns into how it looks. Drawing outside the grid is clipped. Every text is made safe first (text_escape),
 * so names that come from files can be drawn like any other. A text that is too long ends in a mark ("…").
 * An ASCII canvas shows an ASCII stand-in of the same width for every other character. */
#ifndef TUI_CANVAS_H
#define TUI_CANVAS_H

#include <stdbool.h>

#include "analyzer/base/err.h"
#include "analyzer/base/str.h"
#include "tui/theme.h"

#define CANVAS_MAX 1000 /* columns or rows; a terminal that claims more is drawn this far */

struct rect {
    int x, y, w, h; /* w and h are never negative */
};

struct cell {
    char text[14];       /* terminated */
    unsigned char width; /* 1, 2, or 0 = right half of the wide character before it */
    unsigned char tone;  /* enum tone */
};

struct canvas {
    struct cell *cell; /* [rows, columns]; owned */
    int columns, rows;
    bool ascii;
};

/* A blank canvas. Sizes outside 1..CANVAS_MAX are moved into it. */
WARN_UNUSED int canvas_init(struct canvas *c, int columns, int rows, bool ascii, struct err *e);
void canvas_free(struct canvas *c); /* accepts a zeroed struct */

struct rect canvas_rect(const struct canvas *c);

/* Blanks of that tone. */
void canvas_fill(struct canvas *c, struct rect r, enum tone tone);
/* Changes the tone of what is there. */
void canvas_tint(struct canvas *c, struct rect r, enum tone tone);

/* Draws `text` into the `w` columns from x on; returns the columns it took. canvas_right aligns to the right end. */
int canvas_put(struct canvas *c, int x, int y, int w, enum tone tone, const char *text);
int canvas_right(struct canvas *c, int x, int y, int w, enum tone tone, const char *text);
int canvas_putf(struct canvas *c, int x, int y, int w, enum tone tone, const char *fmt, ...)
    __attribute__((format(printf, 6, 7)));

/* Draws `text` word by word into `r`; a text too long for it ends in the mark. Returns the rows it took. */
int canvas_wrap(struct canvas *c, struct rect r, enum tone tone, const char *text);

/* Draws the text and tints every place where `match` (any case) occurs in it; `match` may be "". */
int canvas_put_match(struct canvas *c, int x, int y, int w, enum tone tone, const char *text, const char *match);

/* A line of `w` columns; a column of `h` rows. */
void canvas_hline(struct canvas *c, int x, int y, int w);
void canvas_vline(struct canvas *c, int x, int y, int h);

const struct cell *canvas_cell(const struct canvas *c, int x, int y);

/* The text, one line a row, without blanks at the ends; and the letters of the tones (tones.def), one a column. */
void canvas_print(const struct canvas *c, struct str *out);
void canvas_print_tones(const struct canvas *c, struct str *out);

#endif
