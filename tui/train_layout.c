#include "tui/train_layout.h"

#include "tui/layout.h"
#include "tui/widget_plot.h"

enum { GAP = 2, FACTS = 4, TITLE = 1, CURVE_MIN = PLOT_MIN_HEIGHT + TITLE, CURVE_MAX = 24, TABLE_MIN = 3 };

static int clamp(int v, int low, int high)
{
    return v < low ? low : v > high ? high : v;
}

/* Side by side, else one above the other, else the loss alone. */
static void place_curves(struct train_layout *l, struct rect r, bool metric)
{
    if (metric && r.w >= 2 * PLOT_MIN_WIDTH + GAP) {
        layout_pair(r, PLOT_MIN_WIDTH, r.h, r.h, &l->loss, &l->metric);
    } else if (metric && r.h >= 2 * CURVE_MIN) {
        l->loss = layout_top(&r, r.h / 2, 0);
        l->metric = r;
    } else {
        l->loss = r;
    }
}

struct train_layout train_layout(struct rect r, int points, bool metric)
{
    struct train_layout l = {.heading = layout_top(&r, 1, 0)};
    l.loss = l.metric = (struct rect){r.x, r.y, 0, 0};
    l.facts = layout_top(&r, clamp(r.h - CURVE_MIN - TABLE_MIN - 1, r.h > 0 ? 1 : 0, FACTS), 0);
    if (r.h >= CURVE_MIN + TABLE_MIN && r.w >= PLOT_MIN_WIDTH) {
        int table = clamp(points + 1, TABLE_MIN, clamp(r.h / 3, TABLE_MIN, r.h));
        place_curves(&l, layout_top(&r, clamp(r.h - table - 1, CURVE_MIN, CURVE_MAX), r.h > CURVE_MIN + TABLE_MIN ? 1 : 0), metric);
    }
    l.table = r;
    return l;
}
