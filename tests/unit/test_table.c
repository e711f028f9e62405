#include "tests/unit/unit.h"

#include <math.h>
#include <string.h>

#include "tui/scale.h"
#include "tui/widget_table.h"

static const struct column columns[] = {
    {8, 20, 0, true, NULL, NULL}, {5, 6, 1, false, NULL, NULL}, {5, 6, 3, false, NULL, NULL}, {6, 6, 2, false, NULL, NULL}};
enum { COLUMNS = 4 };

static void cell(const void *payload, int row, int column, struct table_cell *out)
{
    (void)payload;
    if (row < 0)
        snprintf(out->text, sizeof out->text, "T%d", column);
    else if (column == 0)
        snprintf(out->text, sizeof out->text, "row %d", row);
    else
        snprintf(out->text, sizeof out->text, "%d", 10 * row + column);
}

/* At every width that has room for a name and the mark: inside, the least important column goes first, and a column that is there has the width it needs. */
static void test_fit(void)
{
    for (int w = 6; w <= 80; w++) {
        int width[COLUMNS], gap, out = table_fit(columns, COLUMNS, w, width, &gap), shown = 0, used = 0;
        for (int i = 0; i < COLUMNS; i++) {
            shown += width[i] > 0;
            used += width[i] + (used && width[i] ? gap : 0);
            CU_ASSERT(width[i] == 0 || i == 0 || width[i] >= columns[i].width);
            CU_ASSERT(width[i] <= columns[i].max);
        }
        CU_ASSERT(used <= w);
        CU_ASSERT_EQUAL(out, COLUMNS - shown);
        CU_ASSERT(!(width[2] && !width[3]) && !(width[3] && !width[1]));
        CU_ASSERT(w < 27 || out == 0);
    }
}

static void draw(struct table_view *v, int rows, int w, int h, const char *expected)
{
    struct canvas c;
    struct str s;
    struct table t = {columns, COLUMNS, rows, cell, NULL};
    CU_ASSERT_EQUAL_FATAL(canvas_init(&c, w, h, false, NULL), 0);
    str_init(&s);
    table_draw(&t, v, &c, canvas_rect(&c), "");
    canvas_print(&c, &s);
    if (strcmp(s.text, expected) != 0)
        printf("\n%s", s.text);
    CU_ASSERT_STRING_EQUAL(s.text, expected);
    str_free(&s);
    canvas_free(&c);
}

static void test_draw(void)
{
    struct table_view v = {.cursor = 0};
    draw(&v, 2, 27, 3, "T0          T1    T2     T3\nrow 0        1     2      3\nrow 1       11    12     13\n");
    draw(&v, 2, 20, 3, "T0            T1 +2…\nrow 0          1\nrow 1         11\n");
    v.sort = 2;
    draw(&v, 1, 20, 2, "T0           T1▼ +2…\nrow 0          1\n");
    v.invert = true;
    draw(&v, 1, 20, 2, "T0           T1▲ +2…\nrow 0          1\n");
    draw(&v, 0, 20, 2, "T0           T1▲ +2…\n\n");
}

static void test_scrolling(void)
{
    struct table_view v = {.cursor = 0};
    char where[48];
    draw(&v, 10, 9, 4, "T0    +3…\nrow 0\nrow 1\nrow 2\n");
    CU_ASSERT_STRING_EQUAL(table_position(&v, 10, where, sizeof where), "1-3 of 10");
    CU_ASSERT(table_act(&v, 10, ACTION_BOTTOM));
    draw(&v, 10, 9, 4, "T0    +3…\nrow 7\nrow 8\nrow 9\n");
    CU_ASSERT(table_act(&v, 10, ACTION_PAGE_UP));
    CU_ASSERT_EQUAL(v.cursor, 7);
    CU_ASSERT(table_act(&v, 10, ACTION_UP));
    draw(&v, 10, 9, 4, "T0    +3…\nrow 6\nrow 7\nrow 8\n");
    draw(&v, 4, 9, 4, "T0    +3…\nrow 1\nrow 2\nrow 3\n"); /* fewer rows than before */
    CU_ASSERT(table_act(&v, 10, ACTION_TOP));
    CU_ASSERT(table_act(&v, 10, ACTION_UP));
    CU_ASSERT_EQUAL(v.cursor, 0);
    draw(&v, 3, 9, 4, "T0    +3…\nrow 0\nrow 1\nrow 2\n");
    CU_ASSERT_STRING_EQUAL(table_position(&v, 3, where, sizeof where), "");
    CU_ASSERT(!table_act(&v, 3, ACTION_QUIT));
}

static void test_hit(void)
{
    struct table_view v = {.cursor = 0};
    int row, column;
    draw(&v, 2, 27, 3, "T0          T1    T2     T3\nrow 0        1     2      3\nrow 1       11    12     13\n");
    CU_ASSERT(table_hit(&v, 2, 13, 0, &row, &column) && row == -1 && column == 1);
    CU_ASSERT(table_hit(&v, 2, 0, 2, &row, &column) && row == 1 && column == 0);
    CU_ASSERT(!table_hit(&v, 2, 30, 1, &row, &column));
    CU_ASSERT(!table_hit(&v, 1, 0, 2, &row, &column));
}

static void test_scales(void)
{
    static const struct {
        struct scale (*scale)(double max);
        double max, value;
        const char *text, *unit;
    } cases[] = {
        {scale_ns, 45.12e6, 45.12e6, "45.12", "ms"},       {scale_ns, 45.12e6, 123e3, "0.12", "ms"},
        {scale_ns, 45.12e6, 1e3, "<0.01", "ms"},           {scale_ns, 45.12e6, -1e3, ">-0.01", "ms"},
        {scale_ns, 45.12e6, 0, "0.00", "ms"},              {scale_ns, 999, 999, "999.0", "ns"},
        {scale_ns, 1000, 1000, "1.000", "us"},             {scale_ns, 2e12, 2e12, "2000.0", "s"},
        {scale_count, 109482240, 23837184, "23.8", "M"},   {scale_count, 999, 999, "999", ""},
        {scale_count, 0, 0, "0", ""},                      {scale_bytes, 438e6, 438e6, "438.0", "MB"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[32];
        struct scale s = cases[i].scale(cases[i].max);
        CU_ASSERT_STRING_EQUAL(scale_text(text, sizeof text, cases[i].value, s), cases[i].text);
        CU_ASSERT_STRING_EQUAL(s.unit, cases[i].unit);
    }
}

CU_TestInfo suite_table[] = {
    {"columns fit at every width", test_fit},
    {"drawing", test_draw},
    {"scrolling", test_scrolling},
    {"clicks", test_hit},
    {"scales", test_scales},
    CU_TEST_INFO_NULL,
};
