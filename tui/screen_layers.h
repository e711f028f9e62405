/* The Layers screen: its state, and what others may ask of it. */
#ifndef TUI_SCREEN_LAYERS_H
#define TUI_SCREEN_LAYERS_H

#include "analyzer/base/err.h"
#include "analyzer/measure/counted.h"
#include "analyzer/model/component.h"
#include "analyzer/model/config.h"
#include "tui/tree.h"
#include "tui/widget_table.h"

struct app;

struct layers_view {
    struct table_view table;
    struct tree tree;
    bool counters;       /* shows what was counted in place of costs */
    unsigned tag[CONFIG_MAX_LAYERS + 1]; /* of each layer, and of what is outside of them: bits of its components */
};

bool layers_tagged(const struct layers_view *v, const struct node *n);
/* Tags the node, or takes its tag away. */
void layers_tag(struct layers_view *v, const struct node *n);

/* Columns for what was counted, in place of costs (layers_counters.c). There are such if these are the steps of the profile. */
bool layers_counted(const struct app *a);
int layers_counter_columns(const struct counted *c, struct column *out); /* out[COUNTERS_SHOWN]; returns how many */
/* The figure of column i for a row, negative if it is not known, and as its cell; row NULL: the title. */
double layers_counter_value(const struct counted *c, const struct node *n, int i);
void layers_counter_cell(const struct counted *c, const struct node *n, int i, struct table_cell *out);

/* Shows the screen with that component selected in the layer where it takes the longest. Needs a profile. */
void layers_show_component(struct app *a, enum component c);

/* Puts a step at the end of the recipe, for the layers and components that are tagged, or for the selected one. */
WARN_UNUSED int layers_add_step(struct app *a, const char *step, struct err *e);

#endif
