#include "tui/heads_layout.h"

#include "tui/layout.h"

enum { GAP = 2, DETAIL = 5, DETAIL_SHORT = 2, CURVE_MIN = 4, CURVE_MAX = 24, COMFORTABLE_CELL = 6, MAP_MIN = 4,
       TEXT_WIDTH = 64 /* of the lines about the selected head */ };

static int clamp(int v, int low, int high)
{
    return v < low ? low : v > high ? high : v;
}

static int wider(int a, int b)
{
    return a > b ? a : b;
}

struct heads_layout heads_layout(struct rect r, int layers, int heads)
{
    struct heads_layout l = {.heading = layout_top(&r, 1, 0)};
    int columns = heads > 0 ? heads : 1;
    l.list = l.detail = l.curve = (struct rect){r.x, r.y, 0, 0};
    if (r.w >= wider(HEADS_LABEL + columns * COMFORTABLE_CELL, TEXT_WIDTH) + GAP + HEADS_LIST_WIDTH) {
        int w = r.w - GAP - wider(HEADS_LABEL + columns * HEADS_MAX_CELL, TEXT_WIDTH);
        w = clamp(w, HEADS_LIST_WIDTH, r.w / 2);
        l.list = (struct rect){r.x + r.w - w, r.y, w, r.h};
        r.w -= w + GAP;
    }
    l.cell = clamp((r.w - HEADS_LABEL) / columns, HEADS_MIN_CELL, HEADS_MAX_CELL);
    int table = layers + 1; /* with the numbers of the heads */
    l.map = layout_top(&r, clamp(r.h - DETAIL_SHORT, r.h < MAP_MIN ? r.h : MAP_MIN, table), r.h > table + DETAIL ? 1 : 0);
    l.detail = layout_top(&r, DETAIL, r.h > DETAIL + CURVE_MIN ? 1 : 0);
    if (r.h >= CURVE_MIN)
        l.curve = layout_top(&r, CURVE_MAX, 0);
    return l;
}
