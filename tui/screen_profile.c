/* Profile: where samples fell, as a flame graph and as calls; the roofline; what was counted; and what bounds what is selected. */
#include "tui/screen_profile.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "reports/explain_text.h"
#include "reports/format.h"
#include "reports/samples_report.h"
#include "tui/layout.h"

enum { NARROW = 100 };

/* The tree of the newest samples. */
static bool ready(const struct app *a, struct profile_view *v)
{
    if (!a->sampled || a->sampled->samples == 0)
        return false;
    if (v->tree.nodes > 0 && v->made == a->sampled_number)
        return true;
    call_tree_free(&v->tree);
    v->made = a->sampled_number;
    v->selected = v->zoom = v->top = 0;
    return call_tree_make(&v->tree, a->sampled, &v->options, NULL) == 0;
}

/* ---- drawing ------------------------------------------------------------------------------------------------- */

static void draw_heading(const struct app *a, const struct profile_view *v, struct canvas *c, struct rect r)
{
    static const char *const name[PROFILE_MODES] = {"Flame graph", "Call tree", "Roofline", "Counters"};
    char quality[300], cost[FORMAT_SIZE];
    int x = r.x;
    x += canvas_put(c, x, r.y, r.w, TONE_TITLE, name[v->mode]) + 1;
    if (v->mode == PROFILE_ROOF) {
        canvas_put(c, x, r.y, r.x + r.w - x, TONE_DIM, "capitals are components, small letters their steps");
        return;
    }
    if (v->mode == PROFILE_COUNTERS) {
        canvas_putf(c, x, r.y, r.x + r.w - x, TONE_DIM, "a pass, all threads together (%d passes; counting costs %s)", a->counted->passes,
                    format_ratio(cost, a->counted->overhead_ratio.median));
        return;
    }
    x += canvas_putf(c, x, r.y, r.x + r.w - x, TONE_DIM, "by %s%s", v->options.functions ? "function" : "component",
                     v->options.invert ? ", callers below" : "") + 1;
    canvas_putf(c, x, r.y, r.x + r.w - x, TONE_DIM, "(%s)", samples_brief(a->sampled, quality, sizeof quality));
}

static bool of_calls(const struct profile_view *v)
{
    return v->mode == PROFILE_FLAME || v->mode == PROFILE_CALLS;
}

static int selected_component(const struct profile_view *v)
{
    return !of_calls(v) ? v->component : v->tree.nodes > 0 ? v->tree.node[v->selected].component : -1;
}

static void node_text(const struct profile_view *v, struct str *out)
{
    const struct call_node *n = &v->tree.node[v->selected];
    char total[FORMAT_SIZE], self[FORMAT_SIZE];
    double all = (double)v->tree.node[0].total;
    str_addf(out, "%s: %" PRIu64 " samples, %s", n->name, n->total, format_share(total, (double)n->total / all));
    if (!v->options.invert)
        str_addf(out, ", itself %s", format_share(self, (double)n->self / all));
    str_add(out, ". ");
}

static void draw_detail(const struct app *a, const struct profile_view *v, struct canvas *c, struct rect r)
{
    int component = selected_component(v);
    struct str text;
    if (r.h == 0)
        return;
    str_init(&text);
    if (of_calls(v))
        node_text(v, &text);
    if (a->profile && a->facts) {
        bool one = component >= 0;
        const struct explanation x = explain_group(a->profile, one ? &a->profile->component[component] : &a->profile->total,
                                                   one ? 1u << component : (1u << COMPONENTS) - 1, &a->facts->machine);
        explain_text(&x, one ? component_title((enum component)component) : "The whole pass", &text);
    }
    canvas_wrap(c, r, TONE_TEXT, text.text);
    str_free(&text);
}

/* What is missing to draw the mode, in a sentence; NULL = nothing. */
static const char *missing(const struct app *a, struct profile_view *v)
{
    bool running = a->job.running && a->job.job == JOB_SAMPLE;
    if (v->mode == PROFILE_ROOF)
        return a->profile ? NULL : "The roofline appears with the first measured pass.";
    if (v->mode == PROFILE_COUNTERS)
        return a->counted ? NULL
               : running  ? "The counters appear behind the samples."
                          : "Nothing was counted yet: s interrupts passes, and counts in others.";
    return ready(a, v) ? NULL
           : running   ? "The samples appear when enough passes were interrupted."
                       : "There are no samples yet: s interrupts passes again and again and shows where they were; m shows the roofline.";
}

static void draw(struct app *a, void *state, struct canvas *c, struct rect r)
{
    struct profile_view *v = state;
    r = (struct rect){r.x + 1, r.y, r.w - 2, r.h};
    const char *reason = missing(a, v);
    if (reason) {
        canvas_wrap(c, r, TONE_DIM, reason);
        return;
    }
    struct rect heading = layout_top(&r, 1, 0), detail = layout_bottom(&r, r.w < NARROW ? 6 : 4, 1, 8);
    draw_heading(a, v, c, heading);
    if (v->mode == PROFILE_FLAME)
        profile_flame_draw(v, a->search, c, r);
    else if (v->mode == PROFILE_CALLS)
        profile_calls_draw(v, a->search, c, r);
    else if (v->mode == PROFILE_COUNTERS)
        profile_counters_draw(a->counted, v->component, c, r);
    else
        profile_roof_draw(a->profile, v->component, c, r);
    draw_detail(a, v, c, detail);
}

/* ---- acting -------------------------------------------------------------------------------------------------- */

static bool inside(const struct call_tree *t, int node, int root)
{
    for (; node >= 0; node = t->node[node].parent)
        if (node == root)
            return true;
    return false;
}

static bool select_node(struct profile_view *v, int node)
{
    if (node < 0 || node == v->selected)
        return false;
    v->selected = node;
    if (!inside(&v->tree, node, v->zoom))
        v->zoom = 0;
    return true;
}

/* The neighbour with the same parent. */
static int beside(const struct call_tree *t, int node, int direction)
{
    int parent = t->node[node].parent;
    if (direction > 0 || parent < 0)
        return t->node[node].next;
    for (int i = t->node[parent].child; i >= 0; i = t->node[i].next)
        if (t->node[i].next == node)
            return i;
    return -1;
}

static bool move(struct profile_view *v, enum action action)
{
    const struct call_node *n = &v->tree.node[v->selected];
    bool list = v->mode == PROFILE_CALLS;
    switch (action) {
    case ACTION_UP:
        return select_node(v, list ? profile_calls_next(&v->tree, v->zoom, v->selected, -1) : v->selected == v->zoom ? -1 : n->parent);
    case ACTION_DOWN:
        return select_node(v, list ? profile_calls_next(&v->tree, v->zoom, v->selected, 1) : n->child);
    case ACTION_CALL_LEFT:
        return select_node(v, list ? n->parent : v->selected == v->zoom ? -1 : beside(&v->tree, v->selected, -1));
    case ACTION_CALL_RIGHT:
        return select_node(v, list ? n->child : v->selected == v->zoom ? -1 : beside(&v->tree, v->selected, 1));
    case ACTION_TOP:
        return select_node(v, v->zoom);
    case ACTION_ZOOM:
        v->zoom = v->selected != v->zoom ? v->selected : v->zoom > 0 ? v->tree.node[v->zoom].parent : 0;
        return true;
    default:
        return false;
    }
}

static bool rebuild(struct app *a, struct profile_view *v)
{
    v->made = a->sampled_number - 1;
    return ready(a, v);
}

static bool move_roof(struct profile_view *v, enum action action)
{
    int step = action == ACTION_DOWN || action == ACTION_CALL_RIGHT ? 1 : action == ACTION_UP || action == ACTION_CALL_LEFT ? COMPONENTS - 1 : 0;
    v->component = (v->component + step) % COMPONENTS;
    return step > 0;
}

static void save(struct app *a, const struct profile_view *v)
{
    struct err e = {0};
    if (app_write_flame(a, &v->tree, &e) != 0)
        app_complain(a, &e);
}

static bool act(struct app *a, void *state, enum action action)
{
    struct profile_view *v = state;
    if (action == ACTION_SAMPLE || action == ACTION_PROFILE_MODE) {
        if (action == ACTION_SAMPLE)
            app_sample(a);
        else
            v->mode = (v->mode + 1) % PROFILE_MODES;
        return true;
    }
    if (!of_calls(v))
        return move_roof(v, action);
    if (!ready(a, v))
        return false;
    switch (action) {
    case ACTION_FUNCTIONS:
        v->options.functions = !v->options.functions;
        return rebuild(a, v);
    case ACTION_INVERT_CALLS:
        v->options.invert = !v->options.invert;
        return rebuild(a, v);
    case ACTION_SAVE_FLAME:
        save(a, v);
        return true;
    default:
        return move(v, action);
    }
}

static bool click(struct app *a, void *state, int x, int y)
{
    struct profile_view *v = state;
    if (v->mode != PROFILE_FLAME || !ready(a, v))
        return false;
    int node = profile_flame_at(v, x, y);
    if (node < 0)
        return false;
    return node == v->selected ? move(v, ACTION_ZOOM) : select_node(v, node);
}

/* In the order in which the tree is read, round the end. */
static bool find(struct app *a, void *state, int direction, bool stay)
{
    struct profile_view *v = state;
    if (!of_calls(v) || !ready(a, v))
        return false;
    int node = v->selected, last = 0;
    for (int next; (next = profile_calls_next(&v->tree, 0, last, 1)) != last;)
        last = next;
    for (int i = 0; i <= v->tree.nodes; i++) {
        if ((i > 0 || stay) && strcasestr(v->tree.node[node].name, a->search))
            return node == v->selected || select_node(v, node);
        int next = profile_calls_next(&v->tree, 0, node, direction);
        node = next != node ? next : direction > 0 ? 0 : last;
    }
    return false;
}

static void forget(void *state)
{
    call_tree_free(&((struct profile_view *)state)->tree);
}

const struct screen screen_profile = {.view_bytes = sizeof(struct profile_view), .draw = draw, .act = act, .click = click,
                                      .find = find, .forget = forget};
