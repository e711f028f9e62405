#include "tui/compress_layout.h"

#include "analyzer/base/least.h"
#include "tui/layout.h"

enum { GAP = 2, RESULTS = 76, WIDE = RESULTS + 66, RESULTS_ROWS = 13, RESULTS_LEAST = 10, STEPS_LEAST = 4, TRIALS_LEAST = 5, STACKED_ROWS = 34 };

static void beside(struct compress_layout *l, struct rect r)
{
    int w = r.w / 2 < RESULTS ? RESULTS : r.w / 2;
    struct rect right = {r.x + r.w - w, r.y, w, r.h};
    l->steps = (struct rect){r.x, r.y, r.w - w - GAP, r.h};
    l->results = layout_top(&right, RESULTS_ROWS, 1);
    if (right.h >= TRIALS_LEAST)
        l->trials = right;
}

/* Beside each other only where the steps have room for a bar and a word of help behind the value of an option. */
struct compress_layout compress_layout(struct rect r)
{
    struct compress_layout l = {.heading = layout_top(&r, 1, 1)};
    l.results = l.trials = l.steps = (struct rect){r.x, r.y, 0, 0};
    if (r.w >= WIDE) {
        beside(&l, r);
        return l;
    }
    int results = least(r.h - STEPS_LEAST - 1, r.h >= STACKED_ROWS ? RESULTS_ROWS : RESULTS_LEAST);
    if (r.h >= STACKED_ROWS)
        l.trials = layout_bottom(&r, r.h / 3, 1, STEPS_LEAST);
    if (results > 0)
        l.results = layout_bottom(&r, results, 1, STEPS_LEAST);
    l.steps = r;
    return l;
}
