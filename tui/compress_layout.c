#include "tui/compress_layout.h"

#include "tui/layout.h"

enum { GAP = 2, WIDE = 116, RESULTS = 76, RESULTS_ROWS = 13, RESULTS_LEAST = 10, STEPS_LEAST = 4, TRIALS_LEAST = 5 };

static void beside(struct compress_layout *l, struct rect r)
{
    int w = r.w / 2 < RESULTS ? RESULTS : r.w / 2;
    struct rect right = {r.x + r.w - w, r.y, w, r.h};
    l->steps = (struct rect){r.x, r.y, r.w - w - GAP, r.h};
    l->results = layout_top(&right, RESULTS_ROWS, 1);
    if (right.h >= TRIALS_LEAST)
        l->trials = right;
}

struct compress_layout compress_layout(struct rect r)
{
    struct compress_layout l = {.heading = layout_top(&r, 1, 1)};
    l.results = l.trials = l.steps = (struct rect){r.x, r.y, 0, 0};
    if (r.w >= WIDE) {
        beside(&l, r);
        return l;
    }
    int results = r.h - STEPS_LEAST - 1 < RESULTS_LEAST ? r.h - STEPS_LEAST - 1 : RESULTS_LEAST;
    if (r.h >= RESULTS_ROWS * 3)
        l.trials = layout_bottom(&r, r.h / 3, 1, STEPS_LEAST);
    if (results > 0)
        l.results = layout_bottom(&r, results, 1, STEPS_LEAST);
    l.steps = r;
    return l;
}
