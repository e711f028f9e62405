/* What other screens may ask of the Layers screen. */
#ifndef TUI_SCREEN_LAYERS_H
#define TUI_SCREEN_LAYERS_H

#include "analyzer/model/component.h"

struct app;

/* Shows the screen with that component selected in the layer where it takes the longest. Needs a profile. */
void layers_show_component(struct app *a, enum component c);

#endif
