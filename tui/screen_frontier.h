/* What the parts of the Frontier screen share. */
#ifndef TUI_SCREEN_FRONTIER_H
#define TUI_SCREEN_FRONTIER_H

#include <stdbool.h>

#include "tui/canvas.h"
#include "tui/workbench.h"

/* A comparison with its component table: rows without those of the recipes, and columns with recipes beside it. */
enum { FRONTIER_PARTS_ROWS = 12, FRONTIER_BESIDE = 116 };

/* Whether its costs are known. */
bool frontier_counted(const struct attempt *a);
/* Time of a pass as a share of the original's; *predicted: it was not measured. */
double frontier_time(const struct attempt *a, bool *predicted);

/* Two trials beside each other: costs, difference, components where there is room, recipes. */
void frontier_draw_comparison(const struct workbench *w, int from, int to, struct canvas *c, struct rect r);

#endif
