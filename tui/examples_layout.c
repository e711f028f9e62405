#include "tui/examples_layout.h"

#include "tui/layout.h"

enum { GAP = 2, WIDE = 110, BESIDE = 48, HEADING_FROM = 12, DETAIL = 9, DETAIL_MAP = 4, TABLE_LEAST = 4, MAP_LEAST = 12 };

struct examples_layout examples_layout(struct rect r, bool map)
{
    struct examples_layout l = {.heading = {r.x, r.y, 0, 0}};
    l.table = l.detail = l.map = l.heading;
    if (r.h >= HEADING_FROM)
        l.heading = layout_top(&r, 1, 0);
    l.kinds = layout_top(&r, 1, r.h > TABLE_LEAST + 2 ? 1 : 0);
    if (r.w >= WIDE) {
        int w = r.w * 2 / 5 < BESIDE ? BESIDE : r.w * 2 / 5;
        struct rect right = {r.x + r.w - w, r.y, w, r.h};
        l.table = (struct rect){r.x, r.y, r.w - w - GAP, r.h};
        int detail = right.h / 3 < DETAIL ? DETAIL : right.h / 3;
        if (right.h > detail + MAP_LEAST)
            l.map = layout_bottom(&right, right.h - detail - 1, 1, detail);
        l.detail = right;
        if (l.map.h > 0 || !map)
            return l;
        l.map = l.detail; /* too low for both */
        l.detail = (struct rect){r.x, r.y, 0, 0};
        return l;
    }
    l.detail = layout_bottom(&r, map ? DETAIL_MAP : DETAIL, 1, map ? MAP_LEAST - 2 : TABLE_LEAST);
    *(map ? &l.map : &l.table) = r;
    return l;
}
