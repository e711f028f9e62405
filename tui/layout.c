#include "tui/layout.h"

#include "analyzer/base/least.h"

struct layout layout_screen(int columns, int rows)
{
    struct layout l = {.body = {0, 0, columns, rows}};
    l.too_small = columns < LAYOUT_MIN_COLUMNS || rows < LAYOUT_MIN_ROWS;
    if (l.too_small)
        return l;
    l.tabs = (struct rect){0, 0, columns, 1};
    l.body = (struct rect){0, 2, columns, rows - 4};
    l.status = (struct rect){0, rows - 2, columns, 1};
    l.hints = (struct rect){0, rows - 1, columns, 1};
    return l;
}

struct rect layout_top(struct rect *r, int h, int gap)
{
    struct rect top = {r->x, r->y, r->w, least(h, r->h)};
    int used = top.h ? least(top.h + gap, r->h) : 0;
    r->y += used;
    r->h -= used;
    return top;
}

struct rect layout_bottom(struct rect *r, int h, int gap, int keep)
{
    if (h <= 0 || r->h - h - gap < keep)
        return (struct rect){r->x, r->y + r->h, r->w, 0};
    r->h -= h + gap;
    return (struct rect){r->x, r->y + r->h + gap, r->w, h};
}

void layout_pair(struct rect r, int min_width, int height_left, int height_right, struct rect *left,
                 struct rect *right)
{
    enum { GAP = 3 };
    if (r.w >= 2 * min_width + GAP) {
        int half = (r.w - GAP) / 2;
        *left = (struct rect){r.x, r.y, half, least(height_left, r.h)};
        *right = (struct rect){r.x + half + GAP, r.y, r.w - half - GAP, least(height_right, r.h)};
        return;
    }
    *left = layout_top(&r, height_left, 0);
    *right = layout_top(&r, height_right, 0);
}
