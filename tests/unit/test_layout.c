#include "tests/unit/unit.h"

#include "tui/compress_layout.h"
#include "tui/heads_layout.h"
#include "tui/layout.h"
#include "tui/train_layout.h"
#include "tui/widget_plot.h"

static bool inside(struct rect r, struct rect of)
{
    return r.w >= 0 && r.h >= 0 && r.x >= of.x && r.y >= of.y && r.x + r.w <= of.x + of.w && r.y + r.h <= of.y + of.h;
}

static bool overlap(struct rect a, struct rect b)
{
    return a.w > 0 && a.h > 0 && b.w > 0 && b.h > 0 && a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h &&
           b.y < a.y + a.h;
}

static int faults(const struct rect *part, int n, struct rect of)
{
    int found = 0;
    for (int i = 0; i < n; i++) {
        found += !inside(part[i], of);
        for (int j = 0; j < i; j++)
            found += overlap(part[i], part[j]);
    }
    return found;
}

static void test_screen(void)
{
    int found = 0, useful = 0;
    for (int rows = 1; rows <= 60; rows++)
        for (int columns = 1; columns <= 200; columns++) {
            struct layout l = layout_screen(columns, rows);
            struct rect part[] = {l.tabs, l.body, l.status, l.hints};
            found += faults(part, 4, (struct rect){0, 0, columns, rows});
            found += l.too_small != (columns < LAYOUT_MIN_COLUMNS || rows < LAYOUT_MIN_ROWS);
            found += !l.too_small && (l.tabs.h != 1 || l.status.h != 1 || l.hints.h != 1 || l.body.h < 1);
            useful += !l.too_small;
        }
    CU_ASSERT_EQUAL(found, 0);
    CU_ASSERT_EQUAL(useful, (60 - LAYOUT_MIN_ROWS + 1) * (200 - LAYOUT_MIN_COLUMNS + 1));
}

static void test_pair(void)
{
    int found = 0;
    for (int h = 0; h <= 12; h++)
        for (int w = 1; w <= 200; w++)
            for (int high = 0; high <= 9; high += 3) {
                struct rect of = {2, 1, w, h}, part[2];
                layout_pair(of, 60, high, 5, &part[0], &part[1]);
                found += faults(part, 2, of);
                found += w >= 123 && (part[0].y != part[1].y);
                found += w < 123 && part[0].w != w;
            }
    CU_ASSERT_EQUAL(found, 0);
}

static void test_top_and_bottom(void)
{
    int found = 0;
    for (int h = 0; h <= 20; h++)
        for (int top = 0; top <= 6; top++)
            for (int bottom = 0; bottom <= 6; bottom++)
                for (int gap = 0; gap <= 2; gap++) {
                    struct rect of = {0, 3, 40, h}, rest = of;
                    struct rect part[3] = {layout_top(&rest, top, gap), layout_bottom(&rest, bottom, gap, 3)};
                    part[2] = rest;
                    found += faults(part, 3, of);
                    found += part[1].h != 0 && (part[1].h != bottom || rest.h < 3);
                }
    CU_ASSERT_EQUAL(found, 0);
}

static void test_heads(void)
{
    static const int shapes[][2] = {{12, 12}, {1, 1}, {2, 2}, {24, 16}, {6, 12}, {48, 25}, {512, 128}, {3, 0}};
    int found = 0, cramped = 0;
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        for (int h = 0; h <= 56; h++)
            for (int w = 1; w <= 200; w++) {
                struct rect of = {1, 2, w, h};
                struct heads_layout l = heads_layout(of, shapes[i][0], shapes[i][1]);
                struct rect part[] = {l.heading, l.map, l.detail, l.curve, l.list};
                found += faults(part, 5, of);
                found += l.cell < HEADS_MIN_CELL || l.cell > HEADS_MAX_CELL;
                found += l.list.w > 0 && l.list.w < HEADS_LIST_WIDTH;
                cramped += h >= 20 && w >= 78 && (l.map.h < 2 || l.detail.h < 1);
            }
    CU_ASSERT_EQUAL(found, 0);
    CU_ASSERT_EQUAL(cramped, 0);
    /* 12 x 12 at 80x24: the whole map and all about a head; at 120x40 also the curve and the list */
    struct heads_layout small = heads_layout((struct rect){1, 2, 78, 20}, 12, 12);
    CU_ASSERT(small.map.h == 13 && small.cell == 6 && small.detail.h == 5);
    struct heads_layout good = heads_layout((struct rect){1, 2, 118, 36}, 12, 12);
    CU_ASSERT(good.map.h == 13 && good.cell == 6 && good.detail.h == 5 && good.curve.h >= 10 && good.list.w >= HEADS_LIST_WIDTH);
}

static void test_train(void)
{
    int found = 0, cramped = 0;
    for (int points = 0; points <= 100; points += 10)
        for (int metric = 0; metric < 2; metric++)
            for (int h = 0; h <= 56; h++)
                for (int w = 1; w <= 200; w++) {
                    struct train_layout l = train_layout((struct rect){1, 2, w, h}, points, metric);
                    struct rect part[] = {l.heading, l.facts, l.loss, l.metric, l.table};
                    found += faults(part, 5, (struct rect){1, 2, w, h});
                    found += !metric && l.metric.h > 0;
                    found += l.loss.h > 0 && (l.loss.h <= PLOT_MIN_HEIGHT || l.loss.w < PLOT_MIN_WIDTH);
                    cramped += h >= 20 && w >= 78 && (l.facts.h < 4 || l.loss.h < 8 || (metric && l.metric.h < 8) || l.table.h < 3);
                }
    CU_ASSERT_EQUAL(found, 0);
    CU_ASSERT_EQUAL(cramped, 0);
}

static void test_compress(void)
{
    int found = 0, cramped = 0;
    for (int h = 0; h <= 56; h++)
        for (int w = 1; w <= 200; w++) {
            struct compress_layout l = compress_layout((struct rect){1, 2, w, h});
            struct rect part[] = {l.heading, l.steps, l.results, l.trials};
            found += faults(part, 4, (struct rect){1, 2, w, h});
            cramped += h >= 21 && w >= 78 && (l.steps.h < 8 || l.results.h < 10 || l.results.w < 76 || l.steps.w < 38);
            cramped += h >= 36 && w >= 118 && l.trials.h < 8;
        }
    CU_ASSERT_EQUAL(found, 0);
    CU_ASSERT_EQUAL(cramped, 0);
}

CU_TestInfo suite_layout[] = {
    {"1x1 to 200x60: inside, no overlap", test_screen},
    {"pairs", test_pair},
    {"tops and bottoms", test_top_and_bottom},
    {"parts of the Heads screen", test_heads},
    {"parts of the Train screen", test_train},
    {"parts of the Compress screen", test_compress},
    CU_TEST_INFO_NULL,
};
