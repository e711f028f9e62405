/* frontier: which points no other beats, and where a plot shows them. */
#include "tests/unit/unit.h"

#include <math.h>
#include <string.h>

#include "analyzer/compress/frontier.h"
#include "tui/widget_plot.h"

/* By hand: a cheaper point that is as good wins, and so does a better one that costs as much. */
static void marked(void)
{
    static const struct {
        int n;
        double cost[6], quality[6];
        const char *on;
    } cases[] = {
        {1, {1}, {0.9}, "1"},
        {3, {1, 0.5, 0.8}, {0.9, 0.8, 0.7}, "110"},
        {3, {1, 0.5, 0.5}, {0.9, 0.9, 0.9}, "010"}, /* of equals the first */
        {4, {1, 0.9, 0.9, 0.2}, {0.9, 0.9, 0.95, 0.1}, "0011"},
        {4, {NAN, 0.5, 0.1, 0.6}, {1, 0.5, NAN, 0.6}, "0101"},
        {0, {0}, {0}, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool on[6];
        frontier_mark(on, cases[i].cost, cases[i].quality, cases[i].n);
        for (int k = 0; k < cases[i].n; k++)
            CU_ASSERT_EQUAL(on[k], cases[i].on[k] == '1');
    }
}

static void blank(double x, char *out, size_t size)
{
    (void)x;
    *out = size > 0 ? '\0' : *out;
}

/* The corners of the axes are the corners of the area inside; a point apart is a dot of its own. */
static void placed(void)
{
    static const struct plot_point point[] = {{0, 0, NAN, NAN, false}, {5, 5, NAN, NAN, true}, {10, 0, NAN, NAN, false}};
    struct plot p = {point, 3, 0, 10, 0, 10, "", (double)NAN, blank, blank};
    struct rect r = {2, 1, 40, 12};
    struct canvas c;
    struct str text;
    int x, y;
    CU_ASSERT(plot_cell(&p, r, 0, 10, &x, &y) && x == 2 + PLOT_LABEL && y == 1);
    CU_ASSERT(plot_cell(&p, r, 10, 0, &x, &y) && x == 41 && y == 10);
    CU_ASSERT(!plot_cell(&p, r, 11, 0, &x, &y) && !plot_cell(&p, r, NAN, 0, &x, &y));
    CU_ASSERT(!plot_cell(&p, (struct rect){0, 0, 10, 10}, 0, 0, &x, &y)); /* no room */
    CU_ASSERT_EQUAL_FATAL(canvas_init(&c, 44, 14, true, NULL), 0);
    plot_draw(&p, &c, r);
    str_init(&text);
    canvas_print(&c, &text);
    const char *low = strstr(text.text, "*...");
    CU_ASSERT_PTR_NOT_NULL(low); /* the curve goes from the first to the last */
    int stars = 0;
    for (const char *at = text.text; *at; at++)
        stars += *at == '*';
    CU_ASSERT_EQUAL(stars, 3);
    str_free(&text);
    canvas_free(&c);
}

CU_TestInfo suite_frontier[] = {
    {"what no other beats", marked},
    {"where points lie in a plot", placed},
    CU_TEST_INFO_NULL,
};
