#include "tests/unit/unit.h"

#include <string.h>

#include "tui/prompt.h"

static const char *const words[] = {"measure", "mouse", "batch", "batch-up", "日本", "日朝"};

static void complete(void *payload, const char *line, size_t cursor, struct candidates *out)
{
    (void)payload;
    out->from = 0;
    for (size_t i = cursor; i > 0 && out->from == 0; i--)
        if (line[i - 1] == ' ')
            out->from = i;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strncmp(words[i], line + out->from, cursor - out->from) == 0)
            candidates_add(out, words[i]);
}

static enum prompt_result type(struct prompt *p, const char *text)
{
    enum prompt_result r = PROMPT_TYPING;
    for (; *text; text++)
        r = prompt_key(p, (unsigned char)*text);
    return r;
}

static enum prompt_result keys(struct prompt *p, const char *names)
{
    enum prompt_result r = PROMPT_TYPING;
    for (const char *s = names; *s; s += strspn(s, " ")) {
        size_t n = strcspn(s, " ");
        int key = key_parse(s, n);
        CU_ASSERT_NOT_EQUAL(key, K_NONE);
        r = prompt_key(p, key);
        s += n;
    }
    return r;
}

static void test_editing(void)
{
    static const struct {
        const char *typed, *keys, *line;
        size_t cursor;
    } cases[] = {
        {"abc", "", "abc", 3},
        {"abc", "Left Left x", "axbc", 2},
        {"abc", "Home x End y", "xabcy", 5},
        {"abc", "Backspace", "ab", 2},
        {"abc", "Left Left Del", "ac", 1},
        {"abc", "Del", "abc", 3},
        {"one two  ", "C-w", "one ", 4},
        {"one two", "C-w C-w C-w", "", 0},
        {"one two", "Left Left C-u", "wo", 0},
        {"one two", "Left Left C-k", "one t", 5},
        {"abc", "C-a C-b C-f C-e", "abc", 3},
        {"", "Left Right Del C-w C-u C-k", "", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct prompt p;
        prompt_init(&p, NULL, NULL);
        prompt_open(&p, PROMPT_COMMAND, "");
        type(&p, cases[i].typed);
        CU_ASSERT_EQUAL(keys(&p, cases[i].keys), PROMPT_TYPING);
        CU_ASSERT_STRING_EQUAL(p.line, cases[i].line);
        CU_ASSERT_EQUAL(p.cursor, cases[i].cursor);
        prompt_free(&p);
    }
}

static void test_characters(void)
{
    struct prompt p;
    prompt_init(&p, NULL, NULL);
    prompt_open(&p, PROMPT_COMMAND, "");
    prompt_key(&p, 0xe9);
    prompt_key(&p, 0x65e5);
    prompt_key(&p, 0x1f600);
    CU_ASSERT_STRING_EQUAL(p.line, "\xc3\xa9\xe6\x97\xa5\xf0\x9f\x98\x80");
    keys(&p, "Left Backspace");
    CU_ASSERT_STRING_EQUAL(p.line, "\xc3\xa9\xf0\x9f\x98\x80");
    prompt_key(&p, 0xd800);   /* no character */
    prompt_key(&p, 0x202e);   /* would turn the line round */
    prompt_key(&p, 0x110000);
    prompt_key(&p, K_F1);
    CU_ASSERT_STRING_EQUAL(p.line, "\xc3\xa9\xf0\x9f\x98\x80");
    for (int i = 0; i < 2 * PROMPT_BYTES; i++)
        prompt_key(&p, 0x65e5);
    CU_ASSERT(strlen(p.line) < PROMPT_BYTES);
    prompt_free(&p);
}

static void test_ends(void)
{
    struct prompt p;
    prompt_init(&p, NULL, NULL);
    static const char *const leaving[] = {"Esc", "C-c", "C-g", "Backspace"};
    for (size_t i = 0; i < sizeof leaving / sizeof leaving[0]; i++) {
        prompt_open(&p, PROMPT_SEARCH, "");
        CU_ASSERT(p.open);
        CU_ASSERT_EQUAL(keys(&p, leaving[i]), PROMPT_LEFT);
        CU_ASSERT(!p.open);
    }
    prompt_open(&p, PROMPT_SEARCH, "x");
    CU_ASSERT_EQUAL(keys(&p, "Backspace"), PROMPT_TYPING);
    CU_ASSERT_EQUAL(keys(&p, "Enter"), PROMPT_DONE);
    prompt_free(&p);
}

static void test_history(void)
{
    struct prompt p;
    prompt_init(&p, NULL, NULL);
    static const char *const lines[] = {"batch 8", "seq 256", "batch 8", "batch 8", "theme light"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        prompt_open(&p, PROMPT_COMMAND, lines[i]);
        keys(&p, "Enter");
    }
    CU_ASSERT_EQUAL(p.entries[PROMPT_COMMAND], 4); /* a repetition is kept once */
    prompt_open(&p, PROMPT_COMMAND, "");
    keys(&p, "Up");
    CU_ASSERT_STRING_EQUAL(p.line, "theme light");
    keys(&p, "Up Up");
    CU_ASSERT_STRING_EQUAL(p.line, "seq 256");
    keys(&p, "Down Down Down Down");
    CU_ASSERT_STRING_EQUAL(p.line, "");
    type(&p, "ba");
    keys(&p, "Up Up Up");
    CU_ASSERT_STRING_EQUAL(p.line, "batch 8"); /* only lines that begin like this one */
    keys(&p, "Down Down");
    CU_ASSERT_STRING_EQUAL(p.line, "ba");
    prompt_open(&p, PROMPT_SEARCH, "");
    keys(&p, "Up");
    CU_ASSERT_STRING_EQUAL(p.line, ""); /* searches have their own */
    for (int i = 0; i < 2 * PROMPT_HISTORY; i++) {
        char line[32];
        snprintf(line, sizeof line, "line %d", i);
        prompt_open(&p, PROMPT_COMMAND, line);
        keys(&p, "Enter");
    }
    CU_ASSERT_EQUAL(p.entries[PROMPT_COMMAND], PROMPT_HISTORY);
    prompt_free(&p);
}

static void test_completion(void)
{
    struct prompt p;
    prompt_init(&p, complete, NULL);
    prompt_open(&p, PROMPT_COMMAND, "me");
    keys(&p, "Tab");
    CU_ASSERT_STRING_EQUAL(p.line, "measure");
    prompt_open(&p, PROMPT_COMMAND, "b");
    keys(&p, "Tab");
    CU_ASSERT_STRING_EQUAL(p.line, "batch"); /* what they have in common */
    CU_ASSERT_EQUAL(p.candidates.n, 2);
    keys(&p, "Tab Tab");
    CU_ASSERT_STRING_EQUAL(p.line, "batch-up");
    keys(&p, "Tab");
    CU_ASSERT_STRING_EQUAL(p.line, "batch");
    keys(&p, "S-Tab");
    CU_ASSERT_STRING_EQUAL(p.line, "batch-up");
    type(&p, " ");
    CU_ASSERT_EQUAL(p.candidates.n, 0);
    prompt_open(&p, PROMPT_COMMAND, "\xe6\x97\xa5");
    keys(&p, "Tab");
    CU_ASSERT_STRING_EQUAL(p.line, "\xe6\x97\xa5"); /* not half of the next character */
    prompt_open(&p, PROMPT_COMMAND, "x mo tail");
    keys(&p, "Left Left Left Left Left Tab");
    CU_ASSERT_STRING_EQUAL(p.line, "x mouse tail");
    prompt_open(&p, PROMPT_COMMAND, "zzz");
    keys(&p, "Tab Tab");
    CU_ASSERT_STRING_EQUAL(p.line, "zzz");
    prompt_free(&p);
}

static void test_drawing(void)
{
    struct prompt p;
    struct canvas c;
    struct str s;
    int x;
    CU_ASSERT_EQUAL_FATAL(canvas_init(&c, 8, 1, false, NULL), 0);
    str_init(&s);
    prompt_init(&p, NULL, NULL);
    prompt_open(&p, PROMPT_COMMAND, "abcdefghij");
    prompt_draw(&p, &c, canvas_rect(&c), &x);
    canvas_print(&c, &s);
    CU_ASSERT_STRING_EQUAL(s.text, ":efghij\n"); /* the end is seen, with room for the cursor */
    CU_ASSERT_EQUAL(x, 7);
    keys(&p, "Home");
    prompt_draw(&p, &c, canvas_rect(&c), &x);
    CU_ASSERT_EQUAL(x, 1);
    str_clear(&s);
    canvas_print(&c, &s);
    CU_ASSERT_STRING_EQUAL(s.text, ":abcdef…\n");
    prompt_free(&p);
    str_free(&s);
    canvas_free(&c);
}

CU_TestInfo suite_prompt[] = {
    {"editing", test_editing},
    {"characters of several bytes", test_characters},
    {"ways to leave", test_ends},
    {"history", test_history},
    {"completion", test_completion},
    {"drawing", test_drawing},
    CU_TEST_INFO_NULL,
};
