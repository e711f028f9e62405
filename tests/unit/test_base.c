/* err, text, arena, str, filemap, outfile, rng, progress. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyzer/base/arena.h"
#include "analyzer/base/base64.h"
#include "analyzer/base/err.h"
#include "analyzer/base/filemap.h"
#include "analyzer/base/outfile.h"
#include "analyzer/base/progress.h"
#include "analyzer/base/rng.h"
#include "analyzer/base/sha256.h"
#include "analyzer/base/str.h"
#include "analyzer/base/text.h"

static void escape_cases(void)
{
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"plain", "plain"},
        {"", ""},
        {"red\x1b[31m", "red\\x1b[31m"},
        {"a\nb\tc\x7f", "a\\x0ab\\x09c\\x7f"},
        {"gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f"},
        {"bad\xff\xc3", "bad\\xff\\xc3"},
        {"c1\xc2\x9b" "31m", "c1\\xc2\\x9b31m"},
        {"bidi\xe2\x80\xae" "x", "bidi\\xe2\\x80\\xaex"},
        {"\xed\xa0\x80", "\\xed\\xa0\\x80"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char out[64];
        text_escape(out, sizeof out, cases[i].in, strlen(cases[i].in));
        CU_ASSERT_STRING_EQUAL(out, cases[i].out);
    }
}

static void escape_cuts_with_a_mark(void)
{
    char out[10];
    CU_ASSERT_EQUAL(text_escape(out, sizeof out, "0123456789", 10), 9);
    CU_ASSERT_STRING_EQUAL(out, "012345...");
    CU_ASSERT_EQUAL(text_escape(out, sizeof out, "012345678", 9), 9);
    CU_ASSERT_STRING_EQUAL(out, "012345678");
    text_escape(out, sizeof out, "01234\x1b\x1b", 7);
    CU_ASSERT_STRING_EQUAL(out, "01234...");
    text_escape(out, 4, "abcdef", 6);
    CU_ASSERT_STRING_EQUAL(out, "...");
}

static void widths(void)
{
    CU_ASSERT_EQUAL(text_width("abc", 3), 3);
    CU_ASSERT_EQUAL(text_width("\xe4\xb8\xad\xe6\x96\x87", 6), 4);
    CU_ASSERT_EQUAL(text_width("e\xcc\x81", 3), 1);
    CU_ASSERT_EQUAL(text_fit("\xe4\xb8\xad\xe6\x96\x87", 6, 3), 3);
    CU_ASSERT_TRUE(text_is_utf8("\xe4\xb8\xad", 3));
    CU_ASSERT_FALSE(text_is_utf8("\xe4\xb8", 2));
    CU_ASSERT_FALSE(text_is_utf8("\xc0\x80", 2));
}

static void err_is_one_safe_sentence(void)
{
    struct err e = {0};
    CU_ASSERT_EQUAL(err_set(&e, ERR_FORMAT, "tensor %s is odd", "a\x1b[2Jb"), ERR_FORMAT);
    CU_ASSERT_STRING_EQUAL(e.text, "tensor a\\x1b[2Jb is odd");
    CU_ASSERT_EQUAL(err_wrap(&e, "model.safetensors"), ERR_FORMAT);
    CU_ASSERT_STRING_EQUAL(e.text, "model.safetensors: tensor a\\x1b[2Jb is odd");
    CU_ASSERT_EQUAL(err_set(NULL, ERR_IO, "nobody listens"), ERR_IO);
}

static void arena_hands_out_zeroed_aligned_pieces(void)
{
    struct arena a;
    size_t cap = arena_size(1) + arena_size(100);
    CU_ASSERT_EQUAL(arena_init(&a, cap, "a test", NULL), 0);
    char *p = arena_alloc(&a, 1), *q = arena_alloc(&a, 100);
    CU_ASSERT_TRUE(p && q && (uintptr_t)q % ARENA_ALIGN == 0 && q[99] == 0);
    CU_ASSERT_EQUAL(a.used, cap);
    CU_ASSERT_PTR_NULL(arena_alloc(&a, 1));
    CU_ASSERT_PTR_NULL(arena_alloc(&a, SIZE_MAX));
    arena_free(&a);
    arena_free(&a);
    struct err e = {0};
    CU_ASSERT_EQUAL(arena_init(&a, (size_t)1 << 62, "a test", &e), ERR_NOMEM);
}

static void arena_is_used_again(void)
{
    struct arena a = {0};
    CU_ASSERT_EQUAL_FATAL(arena_renew(&a, 1000, "a test", NULL), 0);
    char *p = arena_alloc(&a, 1000);
    CU_ASSERT_TRUE_FATAL(p && a.cap >= 1250);
    memset(p, 1, 1000);
    CU_ASSERT_EQUAL_FATAL(arena_renew(&a, 1200, "a test", NULL), 0);
    CU_ASSERT_TRUE(arena_alloc(&a, 1200) == p && p[999] == 1);
    CU_ASSERT_EQUAL_FATAL(arena_renew(&a, 100000, "a test", NULL), 0);
    p = arena_alloc(&a, 100000);
    CU_ASSERT_TRUE_FATAL(p && p[0] == 0 && p[99999] == 0);
    struct err e = {0};
    CU_ASSERT_EQUAL(arena_renew(&a, (size_t)1 << 62, "a test", &e), ERR_NOMEM);
    CU_ASSERT_PTR_NULL(a.base);
}

static void str_grows(void)
{
    struct str s;
    str_init(&s);
    for (int i = 0; i < 1000; i++)
        str_addf(&s, "%d,", i % 10);
    str_repeat(&s, '-', 3);
    CU_ASSERT_EQUAL(s.len, 2003);
    CU_ASSERT_STRING_EQUAL(s.text + 1994, "7,8,9,---");
    str_clear(&s);
    CU_ASSERT_STRING_EQUAL(s.text, "");
    str_free(&s);
    str_free(&s);
}

static void filemap_maps_regular_files_only(void)
{
    struct filemap m;
    struct err e = {0};
    CU_ASSERT_EQUAL(filemap_open(&m, "/nonexistent/x", &e), ERR_IO);
    CU_ASSERT_STRING_EQUAL(e.text, "/nonexistent/x: No such file or directory");
    CU_ASSERT_EQUAL(filemap_open(&m, "/tmp", &e), ERR_IO);
    CU_ASSERT_STRING_EQUAL(e.text, "/tmp is not a regular file");
    CU_ASSERT_EQUAL(filemap_open(&m, unit_temp_file("empty", "", 0), &e), 0);
    CU_ASSERT_EQUAL(m.size, 0);
    filemap_close(&m);
    CU_ASSERT_EQUAL(filemap_open(&m, unit_temp_file("abc", "abc", 3), &e), 0);
    CU_ASSERT_EQUAL(m.size, 3);
    filemap_drop(&m, m.data, 3);
    CU_ASSERT_EQUAL(memcmp(m.data, "abc", 3), 0);
    filemap_close(&m);
}

static void outfile_is_whole_or_absent(void)
{
    char path[4200];
    struct err e = {0};
    snprintf(path, sizeof path, "%s/out", unit_temp_dir());
    CU_ASSERT_EQUAL(outfile_write(path, "one", 3, &e), 0);
    CU_ASSERT_EQUAL(outfile_write(path, "second", 6, &e), 0);
    struct filemap m;
    CU_ASSERT_EQUAL(filemap_open(&m, path, &e), 0);
    CU_ASSERT_TRUE(m.size == 6 && memcmp(m.data, "second", 6) == 0);
    filemap_close(&m);
    CU_ASSERT_EQUAL(outfile_write("/nonexistent/out", "x", 1, &e), ERR_IO);
}

static void outfile_keeps_links_and_pipes(void)
{
    char link[4200], fifo[4200], target[4200], byte;
    const char *dir = unit_temp_dir();
    struct stat st;
    snprintf(target, sizeof target, "%s/target", dir);
    snprintf(link, sizeof link, "%s/link", dir);
    snprintf(fifo, sizeof fifo, "%s/fifo", dir);
    CU_ASSERT_EQUAL_FATAL(outfile_write(target, "old", 3, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(symlink(target, link), 0);
    CU_ASSERT_EQUAL(outfile_write(link, "newer", 5, NULL), 0);
    CU_ASSERT_TRUE(lstat(link, &st) == 0 && S_ISLNK(st.st_mode));
    CU_ASSERT_TRUE(stat(target, &st) == 0 && st.st_size == 5);
    CU_ASSERT_EQUAL_FATAL(mkfifo(fifo, 0600), 0);
    int reader = open(fifo, O_RDONLY | O_NONBLOCK);
    CU_ASSERT_EQUAL(outfile_write(fifo, "x", 1, NULL), 0);
    CU_ASSERT_TRUE(read(reader, &byte, 1) == 1 && byte == 'x');
    CU_ASSERT_TRUE(stat(fifo, &st) == 0 && S_ISFIFO(st.st_mode));
    close(reader);
    struct err e = {0};
    CU_ASSERT_EQUAL(outfile_write(dir, "x", 1, &e), ERR_IO);
    CU_ASSERT_PTR_NOT_NULL(strstr(e.text, "it is a directory"));
}

static void rng_is_standard_and_repeatable(void)
{
    double sum = 0, squares = 0;
    const int n = 200000;
    for (int i = 0; i < n; i++) {
        double x = rng_normal(7, (uint64_t)i);
        sum += x;
        squares += x * x;
    }
    CU_ASSERT_TRUE(fabs(sum / n) < 0.01);
    CU_ASSERT_TRUE(fabs(squares / n - 1) < 0.01);
    CU_ASSERT_EQUAL(rng_u64(1, 2), rng_u64(1, 2));
    CU_ASSERT_NOT_EQUAL(rng_u64(1, 2), rng_u64(2, 2));
}

static void progress_cancels(void)
{
    atomic_bool cancel = false;
    struct progress p = {.cancel = &cancel};
    struct err e = {0};
    CU_ASSERT_EQUAL(progress_step(NULL, "x", 0, 0, &e), 0);
    CU_ASSERT_EQUAL(progress_step(&p, "measuring", 0, 1, &e), 0);
    atomic_store(&cancel, true);
    CU_ASSERT_EQUAL(progress_step(&p, "measuring", 0, 1, &e), ERR_CANCELLED);
    CU_ASSERT_STRING_EQUAL(e.text, "cancelled while measuring");
}

/* The examples of FIPS 180-4, a million times "a", and lengths around the edge of a block; those of RFC 4648, section 10. */
static void digests_are_those_of_the_standard(void)
{
    static const struct {
        char c;
        size_t n;
        const char *hex;
    } repeated[] = {
        {'a', 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {'a', 55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"},
        {'a', 56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a"},
        {'a', 64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"},
        {'a', 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
    };
    char hex[SHA256_HEX], *text = malloc(1000000);
    memset(text, 'a', 1000000);
    for (size_t i = 0; i < sizeof repeated / sizeof *repeated; i++)
        CU_ASSERT_STRING_EQUAL(sha256_hex(hex, text, repeated[i].n), repeated[i].hex);
    free(text);
    CU_ASSERT_STRING_EQUAL(sha256_hex(hex, "abc", 3), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    static const char *const cases[][2] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="},
                                           {"foobar", "Zm9vYmFy"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char out[BASE64_SIZE(6)];
        CU_ASSERT_STRING_EQUAL(base64(out, (const unsigned char *)cases[i][0], strlen(cases[i][0])), cases[i][1]);
    }
}

CU_TestInfo suite_base[] = {
    {"sha256, base64: standard", digests_are_those_of_the_standard},
    {"escape: cases", escape_cases},
    {"escape: cuts with a mark", escape_cuts_with_a_mark},
    {"text: widths", widths},
    {"err: one safe sentence", err_is_one_safe_sentence},
    {"arena: used again", arena_is_used_again},
    {"arena: zeroed aligned pieces", arena_hands_out_zeroed_aligned_pieces},
    {"str: grows", str_grows},
    {"filemap: regular files only", filemap_maps_regular_files_only},
    {"outfile: whole or absent", outfile_is_whole_or_absent},
    {"outfile: keeps links and pipes", outfile_keeps_links_and_pipes},
    {"rng: standard and repeatable", rng_is_standard_and_repeatable},
    {"progress: cancels", progress_cancels},
    CU_TEST_INFO_NULL,
};
