/* Parts of the Profile screen. */
#ifndef TUI_SCREEN_PROFILE_H
#define TUI_SCREEN_PROFILE_H

#include "analyzer/measure/call_tree.h"
#include "tui/app.h"

enum profile_mode { PROFILE_FLAME, PROFILE_CALLS, PROFILE_ROOF, PROFILE_COUNTERS, PROFILE_MODES };

struct profile_view {
    enum profile_mode mode;
    struct call_options options;
    struct call_tree tree; /* of the samples with number `made`; owned */
    int made;
    int selected, zoom;    /* nodes */
    int top;               /* first row of the call tree */
    int component;         /* selected on the roofline and among the counters */
    struct rect drawn;     /* where the flame graph was drawn last, and its first depth */
    int first_depth;
};

/* The node that is drawn at a place of `r`, or -1. */
int profile_flame_at(const struct profile_view *v, int x, int y);
void profile_flame_draw(struct profile_view *v, const char *match, struct canvas *c, struct rect r);
void profile_calls_draw(struct profile_view *v, const char *match, struct canvas *c, struct rect r);
/* Components and steps under the measured ceilings. Letters stand for components, small ones for their steps. */
void profile_roof_draw(const struct profile *p, int selected, struct canvas *c, struct rect r);
/* What was counted in each component, as many columns as fit, and what the last line says of it. */
void profile_counters_draw(const struct counted *counted, int selected, struct canvas *c, struct rect r);

/* The node after or before `node` as the tree is read, below `root`; `node` itself at the ends. */
int profile_calls_next(const struct call_tree *t, int root, int node, int direction);

#endif
