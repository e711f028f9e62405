/* lines: a text cut at its line ends. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/data/lines.h"

static void splits(void)
{
    static const struct {
        const char *bytes;
        int n;
        const char *last;
    } cases[] = {
        {"", 0, NULL},          {"one", 1, "one"},  {"one\n", 1, "one"},   {"one\r\ntwo\r\n", 2, "two"},
        {"a\tb", 1, "a\tb"},    {"\n", 1, ""},      {"a\n\nb", 3, "b"},    {"\xef\xbb\xbf" "a", 1, "a"},
        {"\xef\xbb\xbf", 0, NULL}, {"a\r\n\r", 2, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct lines l;
        CU_ASSERT_EQUAL_FATAL(lines_split(&l, cases[i].bytes, strlen(cases[i].bytes), "t", NULL), 0);
        CU_ASSERT_EQUAL(l.n, cases[i].n);
        if (l.n > 0 && cases[i].last) {
            const struct line *last = &l.line[l.n - 1];
            CU_ASSERT_TRUE(last->len == strlen(cases[i].last) && memcmp(last->text, cases[i].last, last->len) == 0);
        }
        lines_free(&l);
    }
}

static void refuses_nul_bytes(void)
{
    struct lines l;
    struct err e = {0};
    CU_ASSERT_EQUAL(lines_split(&l, "a\nb\0c\n", 6, "t", &e), ERR_FORMAT);
    CU_ASSERT_STRING_EQUAL(e.text, "t: line 2 holds a NUL byte, so this is no text in UTF-8");
}

static void refuses_what_is_no_sentence(void)
{
    size_t n = LINES_MAX_BYTES + 3;
    char *bytes = malloc(n);
    struct lines l;
    struct err e = {0};
    CU_ASSERT_PTR_NOT_NULL_FATAL(bytes);
    memset(bytes, 'x', n);
    bytes[1] = '\n';
    CU_ASSERT_EQUAL(lines_split(&l, bytes, n, "t", &e), ERR_FORMAT);
    CU_ASSERT_STRING_EQUAL(e.text, "t: line 2 has 1048577 bytes, more than 1048576");
    CU_ASSERT_PTR_NULL(l.line);
    free(bytes);
    CU_ASSERT_EQUAL(lines_read(&l, "/nonexistent/lines", &e), ERR_IO);
}

CU_TestInfo suite_lines[] = {
    {"splits", splits},
    {"refuses NUL bytes", refuses_nul_bytes},
    {"refuses what is no sentence", refuses_what_is_no_sentence},
    CU_TEST_INFO_NULL,
};
