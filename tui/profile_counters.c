/* What was counted in each component, as a table. */
#include "analyzer/measure/counted.h"
#include "reports/counters_report.h"
#include "tui/layout.h"
#include "tui/screen_profile.h"

enum { NAME = 25, FIGURE = 13 };

static void draw_row(const struct counted *counted, const struct counted_group *g, const char *name, enum tone tone, int columns,
                     struct canvas *c, struct rect r)
{
    char cell[COUNTERS_SHOWN][FORMAT_SIZE];
    counters_cells(counted, g, cell);
    canvas_fill(c, r, tone);
    canvas_put(c, r.x, r.y, NAME - 1, tone, name);
    for (int i = 0; i < columns; i++)
        canvas_putf(c, r.x + NAME + i * FIGURE, r.y, FIGURE, tone, "%*s", FIGURE - 1, cell[i]);
}

static void draw_titles(const char *const *title, int columns, struct canvas *c, struct rect r)
{
    canvas_put(c, r.x, r.y, NAME - 1, TONE_DIM, "component");
    for (int i = 0; i < columns; i++)
        canvas_putf(c, r.x + NAME + i * FIGURE, r.y, FIGURE, TONE_DIM, "%*.*s", FIGURE - 1, FIGURE - 1, title[i]);
}

void profile_counters_draw(const struct counted *counted, int selected, struct canvas *c, struct rect r)
{
    const char *title[COUNTERS_SHOWN];
    char quality[COUNTER_REASON + 128];
    int n = counters_titles(counted, title), fit = (r.w - NAME) / FIGURE, columns = n < fit ? n : fit > 0 ? fit : 0;
    draw_titles(title, columns, c, layout_top(&r, 1, 0));
    for (int i = 0; i < COMPONENTS && r.h > 0; i++)
        draw_row(counted, &counted->component[i], component_title((enum component)i), i == selected ? TONE_CURSOR : TONE_TEXT, columns, c,
                 layout_top(&r, 1, 0));
    if (r.h > 0)
        draw_row(counted, &counted->total, "The whole pass", TONE_TITLE, columns, c, layout_top(&r, 1, 0));
    if (r.h > 1) {
        layout_top(&r, 1, 0);
        canvas_wrap(c, r, TONE_DIM, counters_quality(counted, quality, sizeof quality));
    }
}
