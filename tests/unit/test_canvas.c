#include "tests/unit/unit.h"

#include <string.h>

#include "tui/canvas.h"
#include "tui/widget_bar.h"

static struct canvas make(int columns, int rows, bool ascii)
{
    struct canvas c;
    CU_ASSERT_EQUAL_FATAL(canvas_init(&c, columns, rows, ascii, NULL), 0);
    return c;
}

static void check_text(const struct canvas *c, const char *expected)
{
    struct str s;
    str_init(&s);
    canvas_print(c, &s);
    if (strcmp(s.text, expected) != 0)
        printf("\n    got \"%s\", not \"%s\"\n", s.text, expected);
    CU_ASSERT_STRING_EQUAL(s.text, expected);
    str_free(&s);
}

/* Draws one text into one row and compares the row. */
static void put(const char *text, int x, int w, bool ascii, const char *expected)
{
    struct canvas c = make(10, 1, ascii);
    canvas_put(&c, x, 0, w, TONE_TEXT, text);
    check_text(&c, expected);
    canvas_free(&c);
}

static void test_put(void)
{
    put("hello", 0, 10, false, "hello\n");
    put("hello", 2, 3, false, "  he…\n");
    put("hello", 2, 3, true, "  he~\n");
    put("hello", 8, 10, false, "        h…\n"); /* clipped by the canvas */
    put("hello", 3, 0, false, "\n");
    put("hello", 10, 5, false, "\n");
    put("hello", -1, 5, false, "\n");
    put("×±→", 0, 10, true, "x~>\n");
    put("é", 0, 10, true, "?\n");
}

static void test_wide(void)
{
    put("日本語", 0, 10, false, "日本語\n");
    put("日本語", 0, 5, false, "日本…\n");
    put("日本語", 0, 4, false, "日 …\n"); /* no half of a character */
    put("日本語", 0, 6, true, "??????\n");
    put("e\xcc\x81t", 0, 10, false, "e\xcc\x81t\n"); /* a combining mark stays with its letter */
    struct canvas c = make(4, 1, false);
    canvas_put(&c, 0, 0, 4, TONE_TEXT, "日本");
    canvas_put(&c, 1, 0, 1, TONE_TEXT, "x"); /* over the right half */
    check_text(&c, " x本\n");
    canvas_put(&c, 2, 0, 1, TONE_TEXT, "y"); /* over the left half */
    check_text(&c, " xy\n");
    canvas_put(&c, 0, 0, 4, TONE_TEXT, "日本");
    canvas_fill(&c, (struct rect){1, 0, 1, 1}, TONE_TEXT);
    check_text(&c, "  本\n");
    canvas_free(&c);
}

/* Names from files cannot reach the terminal as control sequences. */
static void test_hostile(void)
{
    struct canvas c = make(40, 1, false);
    canvas_put(&c, 0, 0, 40, TONE_TEXT, "a\033[2Jb\rc\xff\xe2\x80\xae");
    check_text(&c, "a\\x1b[2Jb\\x0dc\\xff\\xe2\\x80\\xae\n");
    canvas_free(&c);
    c = make(3, 1, false);
    char marks[4001] = "e"; /* one letter with two thousand combining marks */
    for (int i = 0; i < 1999; i++)
        memcpy(marks + 1 + 2 * i, "\xcc\x81", 3);
    canvas_put(&c, 0, 0, 3, TONE_TEXT, marks);
    CU_ASSERT(strlen(canvas_cell(&c, 0, 0)->text) < sizeof canvas_cell(&c, 0, 0)->text);
    canvas_free(&c);
}

static void test_right_and_wrap(void)
{
    struct canvas c = make(8, 3, false);
    canvas_right(&c, 1, 0, 6, TONE_TEXT, "12.5");
    check_text(&c, "   12.5\n\n\n");
    canvas_right(&c, 1, 0, 6, TONE_TEXT, "123456789");
    check_text(&c, " 12345…\n\n\n");
    canvas_fill(&c, canvas_rect(&c), TONE_TEXT);
    CU_ASSERT_EQUAL(canvas_wrap(&c, (struct rect){0, 0, 8, 3}, TONE_TEXT, "one two three four five"), 3);
    check_text(&c, "one two\nthree\nfour fi…\n");
    canvas_free(&c);
}

static void test_tones(void)
{
    struct canvas c = make(6, 1, false);
    struct str s;
    str_init(&s);
    canvas_put_match(&c, 0, 0, 6, TONE_BAR, "AbcAb", "ab");
    canvas_print_tones(&c, &s);
    CU_ASSERT_STRING_EQUAL(s.text, "mm#mm.\n");
    str_free(&s);
    canvas_free(&c);
}

static void test_bar(void)
{
    static const struct {
        double fraction;
        bool ascii;
        const char *expected;
    } cases[] = {{0, false, "\n"},      {1, false, "████\n"}, {0.5, false, "██\n"}, {0.53125, false, "██▏\n"},
                 {7, false, "████\n"},  {-1, false, "\n"},    {0.0 / 0.0, false, "\n"}, {0.53125, true, "##\n"},
                 {0.65, true, "###\n"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct canvas c = make(4, 1, cases[i].ascii);
        bar_draw(&c, 0, 0, 4, TONE_BAR, cases[i].fraction);
        check_text(&c, cases[i].expected);
        canvas_free(&c);
    }
}

static void test_sizes(void)
{
    struct canvas c = make(0, -5, false);
    CU_ASSERT(c.columns == 1 && c.rows == 1);
    canvas_free(&c);
    c = make(1 << 20, 1 << 20, false);
    CU_ASSERT(c.columns == CANVAS_MAX && c.rows == CANVAS_MAX);
    canvas_free(&c);
    canvas_free(&c);
}

CU_TestInfo suite_canvas[] = {
    {"texts are cut with a mark", test_put},
    {"wide and combining characters", test_wide},
    {"nothing hostile reaches a cell", test_hostile},
    {"right alignment and wrapping", test_right_and_wrap},
    {"matches are tinted", test_tones},
    {"bars", test_bar},
    {"sizes are bounded", test_sizes},
    CU_TEST_INFO_NULL,
};
