/* What the parts of the Examples screen share. */
#ifndef TUI_SCREEN_EXAMPLES_H
#define TUI_SCREEN_EXAMPLES_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/compress/changed_rows.h"
#include "tui/examples_layout.h"
#include "tui/insight.h"
#include "tui/row_texts.h"
#include "tui/widget_table.h"

struct app;
struct trial;

enum { EXAMPLES_TYPED = -1, EXAMPLES_NONE = -2 };

/* What the list was made from; it is made again when this changes. */
struct examples_key {
    unsigned era;
    uint64_t hash; /* of the recipe */
    bool known, invert;
    int texts, tried, sort;
    enum rows_kind kind;
};

struct examples_list {
    struct examples_key key;
    struct row_change *change; /* [rows]; owned */
    int rows;                  /* of the data set; 0 = the answers are not known */
    int *row;                  /* [n] that are shown: of the data set, or EXAMPLES_TYPED, which comes first; owned */
    int n;
    int count[ROWS_KINDS];
};

/* What the engine was asked for last. */
struct examples_asked {
    bool texts;
    int row;   /* -1 = none */
    int typed; /* app->tried_number; 0 = none */
    unsigned era;
    uint64_t hash;
    int layer;
};

struct examples_view {
    enum rows_kind kind;
    bool chosen;   /* the kind was chosen by the user */
    int tried;     /* app->tried_number that was selected */
    int selected;  /* of the data set, or EXAMPLES_TYPED */
    bool map;      /* the keys move in the map */
    bool original; /* whose map */
    int layer, head; /* their numbers */
    bool headed;   /* they were chosen by the user; else they are of the last layer that is kept */
    int token;     /* of the map: who looks */
    int top, left; /* of the map: first tokens shown */
    struct table_view table;
    struct examples_list list;
    struct examples_asked asked;
    bool has_asked;
    struct examples_layout layout; /* as drawn last */
    struct rect cells;             /* of the map */
    int kind_x[ROWS_KINDS], kind_w[ROWS_KINDS];
};

/* ---- the list (examples_list.c) ---- */

enum { EXAMPLES_MARK, EXAMPLES_ROW, EXAMPLES_LABEL, EXAMPLES_FIRST, EXAMPLES_FIRST_P, EXAMPLES_SECOND, EXAMPLES_SECOND_P, EXAMPLES_MOVED,
       EXAMPLES_TEXT, EXAMPLES_COLUMNS };
extern const struct column examples_columns[EXAMPLES_COLUMNS];

/* Brings the list up to date. */
void examples_refresh(const struct app *a, struct examples_view *v);
void examples_free_list(struct examples_list *l);
void examples_select(struct examples_view *v, int cursor);
void examples_draw_table(const struct app *a, struct examples_view *v, struct canvas *c, struct rect r);
/* Whether the text, or a name of a label or answer, holds it. */
bool examples_holds(const struct app *a, const struct examples_view *v, int row, const char *what);

/* ---- the selected row (examples_detail.c) ---- */

/* What was looked at last, if it is the selected row and the present recipe; else NULL. */
const struct insight *examples_insight(const struct app *a, const struct examples_view *v);
/* The same of the text that was typed. */
const struct insight *examples_typed(const struct app *a);
/* Logits of both models for the row [return value]; 0 = not known. */
int examples_logits(const struct app *a, const struct examples_view *v, int row, const float **first, const float **second);
/* The name of an output; "1.25" for a value. Returns out. */
const char *examples_answer(const struct app *a, struct answer x, char *out, size_t size);
void examples_draw_detail(const struct app *a, const struct examples_view *v, struct canvas *c, struct rect r);

/* ---- where a head looks (examples_map.c) ---- */

void examples_draw_map(const struct app *a, struct examples_view *v, struct canvas *c, struct rect r);
/* The maps that are shown; NULL = none are here. */
const struct attention_maps *examples_maps(const struct app *a, const struct examples_view *v);
/* To the next head or layer of the original that there is. */
void examples_step_head(const struct app *a, struct examples_view *v, int layers, int heads);

#endif
