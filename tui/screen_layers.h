/* What other screens may ask of the Layers screen. */
#ifndef TUI_SCREEN_LAYERS_H
#define TUI_SCREEN_LAYERS_H

#include "analyzer/base/err.h"
#include "analyzer/model/component.h"

struct app;

/* Shows the screen with that component selected in the layer where it takes the longest. Needs a profile. */
void layers_show_component(struct app *a, enum component c);

/* Puts a step at the end of the recipe, for the layers and components that are tagged, or for the selected one. */
WARN_UNUSED int layers_add_step(struct app *a, const char *step, struct err *e);

#endif
