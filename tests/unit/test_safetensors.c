#include "tests/unit/unit.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "analyzer/base/str.h"
#include "analyzer/model/safetensors.h"

/* A file: the length of the header, the header, n bytes of data (zeros). */
static unsigned char *build(const char *header, size_t data_bytes, size_t *n)
{
    size_t len = strlen(header);
    unsigned char *p = calloc(1, 8 + len + data_bytes + 1);
    for (int i = 0; i < 8; i++)
        p[i] = (unsigned char)(len >> 8 * i);
    memcpy(p + 8, header, len);
    *n = 8 + len + data_bytes;
    return p;
}

static int parse(const char *header, size_t data_bytes, struct err *e)
{
    size_t n;
    struct checkpoint c = {0};
    unsigned char *p = build(header, data_bytes, &n);
    int code = safetensors_parse(&c, p, n, e);
    if (code == 0)
        code = checkpoint_finish(&c, e);
    checkpoint_close(&c);
    free(p);
    return code;
}

#define ENTRY(name, dtype, shape, offsets)                                                                   \
    "\"" name "\":{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":" offsets "}"

static const struct {
    const char *header;
    size_t data;
    int code;
    const char *sentence;
} cases[] = {
    {"{" ENTRY("a", "F32", "[2]", "[0,8]") "}", 8, 0, ""},
    {"{" ENTRY("a", "F32", "[2]", "[4,12]") "," ENTRY("b", "U8", "[4]", "[0,4]") "}  ", 12, 0, ""},
    {"{" ENTRY("a", "F32", "[0,18446744]", "[0,0]") "," ENTRY("b", "U8", "[1]", "[0,1]") "}", 1, 0, ""},
    {"{" ENTRY("a", "F4", "[2,3]", "[0,3]") "}", 3, 0, ""},
    {"{" ENTRY("a", "F6_E2M3", "[4]", "[0,3]") "}", 3, 0, ""},
    {"{\"__metadata__\":null}", 0, 0, ""},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[0,1],\"more\":[{}]}}", 1, 0, ""},
    {"", 0, ERR_FORMAT, "the safetensors header is malformed at byte 0: '{' was expected"},
    {"[]", 0, ERR_FORMAT, "the safetensors header is malformed at byte 0: '{' was expected"},
    {"{}x", 0, ERR_FORMAT, "the safetensors header is malformed at byte 2: something follows the last '}'"},
    {"{\"a\" 1}", 0, ERR_FORMAT, "the safetensors header is malformed at byte 5: ':' was expected"},
    {"{1:1}", 0, ERR_FORMAT,
     "the safetensors header is malformed at byte 2: a name in quotes was expected before this"},
    {"{" ENTRY("a", "U8", "[1]", "[0,1]") " " ENTRY("b", "U8", "[1]", "[1,2]") "}", 2, ERR_FORMAT,
     "the safetensors header is malformed at byte 53: ',' or '}' was expected"},
    {"{" ENTRY("a", "U8", "[1]", "[0,1]") ",}", 1, ERR_FORMAT,
     "the safetensors header is malformed at byte 53: unexpected token near '}'"},
    {"{\"a\":[1]}", 0, ERR_FORMAT, "the header entry of tensor a is malformed: it is no object"},
    {"{\"a\":{}}", 0, ERR_FORMAT, "the header entry of tensor a is malformed: it has no dtype"},
    {"{" ENTRY("a", "F33", "[1]", "[0,1]") "}", 1, ERR_UNSUPPORTED, "tensor a has the unknown type F33"},
    {"{" ENTRY("a", "U8", "[-1]", "[0,1]") "}", 1, ERR_FORMAT,
     "the header entry of tensor a is malformed: shape is not a list of sizes"},
    {"{" ENTRY("a", "U8", "[1.0]", "[0,1]") "}", 1, ERR_FORMAT,
     "the header entry of tensor a is malformed: shape is not a list of sizes"},
    {"{" ENTRY("a", "U8", "[1]", "[0,1,2]") "}", 1, ERR_FORMAT,
     "the header entry of tensor a is malformed: data_offsets is not a pair of sizes"},
    {"{" ENTRY("a", "U8", "[1,1,1,1,1,1,1,1,1]", "[0,1]") "}", 1, ERR_UNSUPPORTED,
     "tensor a has 9 dimensions, at most 8 are supported"},
    {"{\"a\":{\"dtype\":\"U8\",\"dtype\":\"I8\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1, ERR_FORMAT,
     "the safetensors header is malformed at byte 5: duplicate object key near '\"dtype\"'"},
    {"{" ENTRY("a", "U8", "[1]", "[0,1]") "," ENTRY("a", "U8", "[1]", "[1,2]") "}", 2, ERR_FORMAT,
     "tensor a is there twice"},
    {"{\"a\\u0000b\":1}", 0, ERR_FORMAT,
     "the safetensors header is malformed at byte 1: \\u0000 is not allowed without JSON_ALLOW_NUL near "
     "'\"a\\u0000b\"'"},
    {"{\"__metadata__\":{\"a\":1}}", 0, ERR_FORMAT,
     "the safetensors header is malformed at byte 23: a value in __metadata__ is no text"},
    {"{\"__metadata__\":[]}", 0, ERR_FORMAT,
     "the safetensors header is malformed at byte 18: __metadata__ is no object"},
    {"{" ENTRY("a", "U8", "[1]", "[1,2]") "}", 2, ERR_FORMAT,
     "tensor a begins at byte 1 of the data where 0 was expected: tensors may not overlap or leave holes"},
    {"{" ENTRY("a", "U8", "[2]", "[0,2]") "," ENTRY("b", "U8", "[1]", "[2,1]") "}", 2, ERR_FORMAT,
     "tensor b ends at byte 1 of the data, before its begin at 2"},
    {"{" ENTRY("a", "F16", "[3]", "[0,4]") "}", 4, ERR_FORMAT,
     "tensor a has 4 bytes of data, but F16 [3] needs 6"},
    {"{" ENTRY("a", "F4", "[3]", "[0,1]") "}", 1, ERR_FORMAT,
     "tensor a of type F4 does not end at a whole byte"},
    {"{" ENTRY("a", "U8", "[4294967296,4294967296]", "[0,1]") "}", 1, ERR_FORMAT,
     "the size of tensor a is too large for any file"},
    {"{" ENTRY("a", "F64", "[2305843009213693952]", "[0,1]") "}", 1, ERR_FORMAT,
     "the size of tensor a is too large for any file"},
    {"{" ENTRY("a", "U8", "[18446744073709551616]", "[0,1]") "}", 1, ERR_FORMAT,
     "the safetensors header is malformed at byte 5: a number in the next value is too large"},
    {"{" ENTRY("a", "U8", "[2]", "[0,2]") "}", 1, ERR_FORMAT,
     "the tensors take 2 bytes, but 1 bytes follow the header: the file is cut off"},
    {"{" ENTRY("a", "U8", "[2]", "[0,2]") "}", 3, ERR_FORMAT,
     "the tensors take 2 bytes, but 3 bytes follow the header: the file is longer than it may be"},
    {"{\"a\xc3\":1}", 0, ERR_FORMAT, "the header is no valid UTF-8: this is no safetensors file"},
    {"{\"a\x1b[31m\":1}", 0, ERR_FORMAT,
     "the safetensors header is malformed at byte 1: control character 0x1b near '\"a'"},
    {"{\"a\\u001b[31m\":1}", 0, ERR_FORMAT,
     "the header entry of tensor a\\x1b[31m is malformed: it is no object"},
};

static void sentences(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err e = {0};
        CU_ASSERT_EQUAL(parse(cases[i].header, cases[i].data, &e), cases[i].code);
        CU_ASSERT_STRING_EQUAL(e.text, cases[i].sentence);
        if (strcmp(e.text, cases[i].sentence) != 0)
            printf("\n    %s\n    said: %s\n", cases[i].header, e.text);
    }
}

/* The length in front, at its limits. */
static void lengths(void)
{
    static const struct {
        const char *bytes;
        size_t n;
        const char *sentence;
    } files[] = {
        {"\2\0\0\0\0\0\0\0{}", 10, ""},
        {"\2\0\0\0\0\0\0\0{}", 9, "the header claims 2 bytes, but only 1 follow: the file is cut off"},
        {"\2\0\0\0\0\0\0\0{}", 7, "the file has 7 bytes, too few for a safetensors header: it is cut off"},
        {"\0\341\365\5\0\0\0\0", 8,
         "the header claims 100000000 bytes, but only 0 follow: the file is cut off"},
        {"\1\341\365\5\0\0\0\0", 8,
         "the header claims 100000001 bytes, at most 100000000 are allowed: this is no safetensors file"},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct checkpoint c = {0};
        struct err e = {0};
        unsigned char *copy = malloc(files[i].n);
        memcpy(copy, files[i].bytes, files[i].n);
        CU_ASSERT_EQUAL(safetensors_parse(&c, copy, files[i].n, &e), *files[i].sentence ? ERR_FORMAT : 0);
        CU_ASSERT_STRING_EQUAL(e.text, files[i].sentence);
        checkpoint_close(&c);
        free(copy);
    }
}

/* The kinds of errors of the reference reader, and what is said for each. */
static const char *sentence_of_kind(const char *kind)
{
    static const char *const kinds[][2] = {
        {"HeaderTooSmall", "too few for a safetensors header"},
        {"HeaderTooLarge", "at most 100000000 are allowed"},
        {"InvalidHeaderLength", "the header claims 60 bytes, but only 0 follow"},
        {"InvalidHeader", "the header is no valid UTF-8"},
        {"InvalidHeaderDeserialization", "the safetensors header is malformed"},
        {"InvalidOffset", "tensors may not overlap or leave holes"},
        {"TensorInvalidInfo", "tensor test has 4 bytes of data, but I32 [2, 2] needs 16"},
        {"MetadataIncompleteBuffer", "bytes follow the header: the file is"},
        {"ValidationOverflow", "too large"},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kind, kinds[i][0]) == 0)
            return kinds[i][1];
    return "a kind that this test does not know";
}

static void reference_case(const char *file, const char *expect)
{
    char name[256];
    struct err e = {0};
    struct checkpoint c;
    snprintf(name, sizeof name, "safetensors-cases/%s", file);
    const char *path = unit_data(name);
    if (!path)
        return;
    int code = checkpoint_open(&c, path, &e);
    if (strcmp(expect, "ok") == 0) {
        CU_ASSERT_EQUAL(code, 0);
        CU_ASSERT_TRUE(code != 0 || strcmp(c.format, "safetensors") == 0);
    } else {
        CU_ASSERT_EQUAL(code, ERR_FORMAT);
        CU_ASSERT_PTR_NOT_NULL(strstr(e.text, sentence_of_kind(expect)));
        CU_ASSERT_EQUAL(strncmp(e.text, path, strlen(path)), 0);
        CU_ASSERT_TRUE(c.entries == 0 && c.maps == 0);
    }
    checkpoint_close(&c);
}

static void reference_cases(void)
{
    const char *path = unit_data("safetensors-cases/cases.json");
    json_t *root = path ? json_load_file(path, 0, NULL) : NULL, *x;
    size_t i;
    if (!path)
        return;
    CU_ASSERT_EQUAL(json_array_size(json_object_get(root, "cases")), 19);
    json_array_foreach(json_object_get(root, "cases"), i, x)
    {
        reference_case(json_string_value(json_object_get(x, "file")),
                       json_string_value(json_object_get(x, "expect")));
    }
    json_decref(root);
}

/* Every file holds -3 ... 2 in the type that Python's array module calls by the file's name; unsigned types
 * wrap. */
static void reference_values(void)
{
    static const char names[] = "BHIbdefhi";
    static const double wrap[] = {0x1p8, 0x1p16, 0x1p32};
    for (size_t f = 0; f <= strlen(names); f++) {
        char file[64], tensor[2] = {0};
        struct checkpoint c;
        struct err e = {0};
        if (f < strlen(names))
            snprintf(file, sizeof file, "safetensors-cases/dtypes/%c.safetensors", names[f]);
        else
            snprintf(file, sizeof file, "safetensors-cases/dtypes/overall.safetensors");
        const char *path = unit_data(file);
        if (!path)
            return;
        CU_ASSERT_EQUAL_FATAL(checkpoint_open(&c, path, &e), 0);
        CU_ASSERT_EQUAL(c.entries, f < strlen(names) ? 1 : (int)strlen(names));
        for (size_t i = 0; i < strlen(names); i++) {
            float got[6];
            tensor[0] = names[i];
            const struct tensor *t = checkpoint_find(&c, tensor);
            CU_ASSERT_EQUAL(t != NULL, f == i || f == strlen(names));
            if (!t)
                continue;
            CU_ASSERT_TRUE(t->ndim == 1 && t->dim[0] == 6);
            tensor_read_f32(t, 0, 6, got);
            for (int k = 0; k < 6; k++)
                CU_ASSERT_EQUAL(got[k], (float)(k - 3 + (i < 3 && k < 3 ? wrap[i] : 0)));
        }
        checkpoint_close(&c);
    }
}

static void data_may_be_unaligned(void)
{
    size_t n;
    struct checkpoint c = {0};
    const char *header = "{" ENTRY("u", "U8", "[3]", "[0,3]") "," ENTRY("f", "F32", "[2]", "[3,11]") "}";
    unsigned char *p = build(header, 11, &n);
    float in[2] = {1.5f, -2.25f}, out[2];
    memcpy(p + n - 8, in, sizeof in);
    CU_ASSERT_EQUAL_FATAL(safetensors_parse(&c, p, n, NULL), 0);
    CU_ASSERT_EQUAL(checkpoint_finish(&c, NULL), 0);
    const struct tensor *t = checkpoint_find(&c, "f");
    CU_ASSERT_PTR_NOT_NULL_FATAL(t);
    if ((uintptr_t)t->data % 4 != 0)
        CU_ASSERT_PTR_NULL(tensor_f32(t));
    tensor_read_f32(t, 0, 2, out);
    CU_ASSERT_EQUAL(memcmp(in, out, sizeof in), 0);
    checkpoint_close(&c);
    free(p);
}

/* A header of many megabytes in one value is refused before it is turned into a tree. */
static void one_value_is_bounded(void)
{
    static const struct {
        const char *front, *unit;
    } fronts[] = {{"{\"a\":[", "0,"},
                  {"{\"", "a"},
                  {"{\"__metadata__\":{\"a\":\"", "\\n"},
                  {"{\"a\":{\"b\":\"", "\xc3\xa4"}};
    for (size_t i = 0; i < sizeof fronts / sizeof *fronts; i++) {
        struct str s;
        struct err e = {0};
        str_init(&s);
        str_add(&s, fronts[i].front);
        while (s.len < 2 * SAFETENSORS_MAX_VALUE)
            str_add(&s, fronts[i].unit);
        CU_ASSERT_EQUAL(parse(s.text, 0, &e), ERR_UNSUPPORTED);
        CU_ASSERT_PTR_NOT_NULL(strstr(e.text, "of the safetensors header is longer than 4000000 bytes"));
        str_free(&s);
    }
}

static void deep_nesting_is_refused(void)
{
    struct str s;
    struct err e = {0};
    str_init(&s);
    str_add(&s, "{\"a\":");
    str_repeat(&s, '[', 1000000);
    CU_ASSERT_EQUAL(parse(s.text, 0, &e), ERR_FORMAT);
    CU_ASSERT_PTR_NOT_NULL(strstr(e.text, "maximum parsing depth reached"));
    str_free(&s);
}

static void damage_never_crashes(void)
{
    size_t n;
    const char *header = "{\"__metadata__\":{\"k\":\"v\"}," ENTRY("first", "F32", "[2,1]", "[0,8]") "," ENTRY(
        "s\\u00e4\\\"", "BF16", "[3]", "[8,14]") "} ";
    unsigned char *good = build(header, 14, &n);
    int survived = 0;
    for (size_t cut = 0; cut <= n; cut++) {
        unsigned char *p = malloc(cut + 1);
        struct checkpoint c = {0};
        memcpy(p, good, cut);
        int code = safetensors_parse(&c, p, cut, NULL);
        CU_ASSERT_EQUAL(code == 0, cut == n);
        checkpoint_close(&c);
        free(p);
    }
    for (size_t i = 0; i < 256 * n; i++) {
        struct checkpoint c = {0};
        unsigned char kept = good[i / 256];
        good[i / 256] = (unsigned char)i;
        survived += safetensors_parse(&c, good, n, NULL) == 0;
        checkpoint_close(&c);
        good[i / 256] = kept;
    }
    CU_ASSERT_TRUE(survived > 14 * 256); /* any data is good data */
    free(good);
}

/* 440 MB of data, of which at most one read-ahead window may become resident. */
static void opening_reads_only_the_header(void)
{
    const char *header = "{" ENTRY("w", "F32", "[110000000]", "[0,440000000]") "}";
    size_t n, pages = 440000000 / 4096;
    unsigned char *p = build(header, 0, &n), *resident = malloc(pages + 2);
    const char *path = unit_temp_file("model.safetensors", p, n);
    struct checkpoint c;
    struct err e = {0};
    CU_ASSERT_EQUAL_FATAL(truncate(path, (off_t)n + 440000000), 0);
    CU_ASSERT_EQUAL_FATAL(checkpoint_open(&c, path, &e), 0);
    CU_ASSERT_EQUAL_FATAL(mincore((void *)c.map[0].data, c.map[0].size, resident), 0);
    size_t touched = 0;
    for (size_t i = 0; i < pages; i++)
        touched += resident[i] & 1;
    CU_ASSERT_TRUE(touched < pages / 100);
    checkpoint_close(&c);
    free(resident);
    free(p);
}

CU_TestInfo suite_safetensors[] = {
    {"sentences", sentences},
    {"lengths", lengths},
    {"the 19 cases of the reference", reference_cases},
    {"values written by the reference", reference_values},
    {"unaligned data", data_may_be_unaligned},
    {"one value is bounded", one_value_is_bounded},
    {"deep nesting", deep_nesting_is_refused},
    {"damage never crashes", damage_never_crashes},
    {"opening reads only the header", opening_reads_only_the_header},
    CU_TEST_INFO_NULL,
};
