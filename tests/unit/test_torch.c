#include "tests/unit/unit.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/outfile.h"
#include "analyzer/base/str.h"
#include "analyzer/model/torch.h"
#include "tests/unit/torch_file.h"

/* ---- files that torch wrote ---------------------------------------------- */

struct known {
    const char *name;
    enum dtype dtype;
    const char *shape;
    int n;
    float value[8]; /* the first of them */
};

/* What make_torch_fixtures.py saves. */
static const struct known fixture[] = {
    {"bfloat", DTYPE_BF16, "[8]", 8, {-8, -6, -4, -2, 0, 2, 4, 6}},
    {"column", DTYPE_F32, "[3]", 3, {2, 6, 10}},
    {"cube", DTYPE_F64, "[4, 2, 3]", 8, {0, 4, 8, 12, 16, 20, 1, 5}},
    {"empty", DTYPE_F32, "[0, 3]", 0, {0}},
    {"half", DTYPE_F16, "[8]", 8, {-0.5f, -0.375f, -0.25f, -0.125f, 0, 0.125f, 0.25f, 0.375f}},
    {"ids", DTYPE_I64, "[1, 5]", 5, {0, 1, 2, 3, 4}},
    {"mask", DTYPE_BOOL, "[2, 2]", 4, {1, 0, 0, 1}},
    {"row", DTYPE_F32, "[4]", 4, {4, 5, 6, 7}},
    {"scalar", DTYPE_F32, "[]", 1, {2.5f}},
    {"transposed", DTYPE_F32, "[4, 3]", 8, {0, 4, 8, 1, 5, 9, 2, 6}},
    {"weight", DTYPE_F32, "[3, 4]", 8, {0, 1, 2, 3, 4, 5, 6, 7}},
};
enum { FIXTURE = sizeof fixture / sizeof *fixture };

static void check_known(const struct checkpoint *c, const struct known *k)
{
    char shape[64];
    float got[8];
    const struct tensor *t = checkpoint_find(c, k->name);
    CU_ASSERT_PTR_NOT_NULL_FATAL(t);
    CU_ASSERT_EQUAL(t->dtype, k->dtype);
    CU_ASSERT_STRING_EQUAL(tensor_shape_text(t, shape, sizeof shape), k->shape);
    tensor_read_f32(t, 0, (size_t)k->n, got);
    CU_ASSERT_EQUAL(memcmp(got, k->value, (size_t)k->n * sizeof *got), 0);
}

static void real_state_dicts(void)
{
    static const char *const files[][2] = {{"tests/fixtures/torch-zip.bin", "torch-zip"},
                                           {"tests/fixtures/torch-zip-nested.bin", "torch-zip"},
                                           {"tests/fixtures/torch-legacy.bin", "torch-legacy"},
                                           {"tests/fixtures/torch-legacy-nested.bin", "torch-legacy"}};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct checkpoint c;
        struct err e = {0};
        CU_ASSERT_EQUAL_FATAL(checkpoint_open(&c, unit_source(files[i][0]), &e), 0);
        CU_ASSERT_STRING_EQUAL(c.format, files[i][1]);
        CU_ASSERT_EQUAL(c.entries, FIXTURE);
        CU_ASSERT_EQUAL(c.blocks, 0); /* nothing was copied */
        for (int k = 0; k < FIXTURE; k++)
            check_known(&c, &fixture[k]);
        const struct tensor *weight = checkpoint_find(&c, "weight"), *row = checkpoint_find(&c, "row");
        CU_ASSERT_EQUAL((const char *)row->data - (const char *)weight->data, 16); /* one storage */
        checkpoint_close(&c);
    }
}

static void a_module_is_refused(void)
{
    struct checkpoint c;
    struct err e = {0};
    CU_ASSERT_EQUAL(checkpoint_open(&c, unit_source("tests/fixtures/torch-zip-module.bin"), &e),
                    ERR_UNSUPPORTED);
    CU_ASSERT_PTR_NOT_NULL(strstr(e.text,
                                  "torch-zip-module.bin: the pickle asks for torch.nn.modules.linear.Linear, "
                                  "which a file of tensors does not need: refused, nothing was run"));
}

/* The published files hold one tensor of four elements each, in nine types and five protocols. */
static void published_files(void)
{
    static const struct known types[] = {
        {"bfloat16", DTYPE_BF16, "[4]", 4, {1.203125f, -3.40625f, 5.59375f, -7.8125f}},
        {"bool", DTYPE_BOOL, "[4]", 4, {1, 0, 1, 0}},
        {"float16", DTYPE_F16, "[4]", 4, {1.2001953125f, -3.400390625f, 5.6015625f, -7.80078125f}},
        {"float32", DTYPE_F32, "[4]", 4, {1.2f, -3.4f, 5.6f, -7.8f}},
        {"float64", DTYPE_F64, "[4]", 4, {1.2f, -3.4f, 5.6f, -7.8f}},
        {"int16", DTYPE_I16, "[4]", 4, {1, -2, 3, -4}},
        {"int32", DTYPE_I32, "[4]", 4, {1, -2, 3, -4}},
        {"int64", DTYPE_I64, "[4]", 4, {1, -2, 3, -4}},
        {"int8", DTYPE_I8, "[4]", 4, {1, -2, 3, -4}},
        {"uint8", DTYPE_U8, "[4]", 4, {1, 10, 100, 255}},
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        for (int protocol = 1; protocol <= 5; protocol++) {
            char file[64];
            struct checkpoint c;
            struct err e = {0};
            struct known k = types[i];
            snprintf(file, sizeof file, "torch-save/tensor_%s_proto%d.pt", k.name, protocol);
            const char *path = unit_data(file);
            if (!path)
                return;
            CU_ASSERT_EQUAL_FATAL(checkpoint_open(&c, path, &e), 0);
            CU_ASSERT_TRUE(c.entries == 1 && strcmp(c.format, "torch-legacy") == 0);
            k.name = "tensor";
            check_known(&c, &k);
            checkpoint_close(&c);
        }
    }
}

/* ---- damage -------------------------------------------------------------- */

static int parse(const unsigned char *data, size_t n, struct err *e)
{
    struct checkpoint c = {0};
    int code = torch_zip_is(data, n) ? torch_zip_parse(&c, data, n, e) : torch_legacy_parse(&c, data, n, e);
    float sum = 0, x[16];
    for (int i = 0; code == 0 && i < c.entries; i++) { /* every element is readable */
        const struct tensor *t = &c.entry[i].tensor;
        for (size_t k = 0, count = tensor_count(t); dtype_is_number(t->dtype) && k < count; k += 16) {
            tensor_read_f32(t, k, count - k < 16 ? count - k : 16, x);
            sum += x[0];
        }
    }
    checkpoint_close(&c);
    return code + (sum == 1e30f);
}

/* A copy of exactly n bytes, so that a byte read behind it is noticed by the sanitizer. */
static int parse_copy(const unsigned char *data, size_t n)
{
    unsigned char *copy = malloc(n ? n : 1);
    memcpy(copy, data, n);
    int code = parse(copy, n, NULL);
    free(copy);
    return code;
}

static void damage_never_crashes(void)
{
    static const char *const files[] = {"tests/fixtures/torch-zip.bin",
                                        "tests/fixtures/torch-legacy-nested.bin"};
    for (size_t f = 0; f < sizeof files / sizeof *files; f++) {
        struct filemap m;
        CU_ASSERT_EQUAL_FATAL(filemap_open(&m, unit_source(files[f]), NULL), 0);
        unsigned char *copy = malloc(m.size);
        memcpy(copy, m.data, m.size);
        CU_ASSERT_EQUAL(parse_copy(copy, m.size), 0);
        for (size_t n = 0; n < m.size; n++)
            if (parse_copy(copy, n) == 0)
                CU_FAIL("a file that was cut off was accepted");
        for (size_t i = 0; i < m.size; i++) {
            static const unsigned char flips[] = {0x01, 0x80, 0xff, 0x20};
            for (size_t k = 0; k < sizeof flips; k++) {
                copy[i] ^= flips[k];
                (void)parse_copy(copy, m.size);
                copy[i] ^= flips[k];
            }
        }
        free(copy);
        filemap_close(&m);
    }
}

/* ---- files made here ----------------------------------------------------- */

static void views_are_checked(void)
{
    static const long long big = 1LL << 62;
    const struct {
        struct torch_view v;
        int code;
        const char *sentence;
    } rows[] = {
        {{6, 0, 2, 2, {2, 3}, {3, 1}}, 0, ""},
        {{6, 5, 1, 1, {1}, {big}}, 0, ""},
        {{6, 0, 0, 0, {0}, {0}}, 0, ""},
        {{6, 99, 2, 2, {0, big}, {big, big}}, 0, ""},
        {{6, 1, 2, 2, {2, 3}, {3, 1}},
         ERR_FORMAT,
         "its shape [2, 3] reaches outside its storage 0 of 6 elements"},
        {{6, 0, 2, 2, {2, 3}, {4, 1}},
         ERR_FORMAT,
         "its shape [2, 3] reaches outside its storage 0 of 6 elements"},
        {{6, 0, 1, 1, {3}, {big}}, ERR_FORMAT, "its shape [3] reaches outside its storage 0 of 6 elements"},
        {{6, 0, 1, 1, {5}, {big}}, ERR_FORMAT, "its shape [5] reaches outside its storage 0 of 6 elements"},
        {{6, INT64_MAX, 1, 1, {2}, {1}},
         ERR_FORMAT,
         "its shape [2] reaches outside its storage 0 of 6 elements"},
        {{6, 0, 2, 2, {big, big}, {0, 0}},
         ERR_FORMAT,
         "its shape [4611686018427387904, 4611686018427387904] reaches outside its storage 0 of 6 elements"},
        {{6, 0, 2, 2, {1000000, 1000000}, {0, 0}},
         ERR_UNSUPPORTED,
         "it is an expanded view [1000000, 1000000] of a storage of 6 elements: save a contiguous copy"},
        {{6, 0, 2, 2, {3, 3}, {1, 1}},
         ERR_UNSUPPORTED,
         "it is an expanded view [3, 3] of a storage of 6 elements: save a contiguous copy"},
        {{6, -1, 1, 1, {1}, {1}}, ERR_FORMAT, "it has an offset that is no number from 0 on"},
        {{6, 0, 1, 1, {-1}, {1}}, ERR_FORMAT, "it has a size or stride that is no number from 0 on"},
        {{6, 0, 1, 1, {1}, {-1}}, ERR_FORMAT, "it has a size or stride that is no number from 0 on"},
        {{6, 0, 2, 1, {2, 3}, {3}}, ERR_FORMAT, "it has not as many strides as dimensions"},
        {{6, 0, 9, 9, {1, 1, 1, 1, 1, 1, 1, 1, 1}, {0}},
         ERR_UNSUPPORTED,
         "it has 9 dimensions, at most 8 are supported"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct str s;
        struct err e = {0};
        str_init(&s);
        torch_file_legacy(&s, &rows[i].v, 6);
        CU_ASSERT_EQUAL(parse((unsigned char *)s.text, s.len, &e), rows[i].code);
        const char *said = strncmp(e.text, "tensor tensor: ", 15) == 0 ? e.text + 15 : e.text;
        CU_ASSERT_STRING_EQUAL(said, rows[i].sentence);
        if (strcmp(said, rows[i].sentence) != 0)
            printf("\n    row %zu said: %s\n", i, said);
        str_free(&s);
    }
}

static void legacy_parts_are_checked(void)
{
    static const struct {
        const char *from, *to; /* replaced in a good file, same length */
        size_t n;
        int code;
        const char *sentence;
    } rows[] = {
        {"L1195", "L1194", 5, ERR_FORMAT, "the magic number of torch.save is missing"},
        {"I1001", "I1002", 5, ERR_UNSUPPORTED, "it has a protocol version other than 1001"},
        {"\210s.", "\211s.", 3, ERR_UNSUPPORTED, "the numbers in the file are not little-endian"},
        {"](U\1"
         "0e",
         "](U\1"
         "1e",
         6, ERR_FORMAT, "it lists a storage that no tensor uses"},
        {"](U\1"
         "0e",
         "(0]0]0", 6, ERR_FORMAT, "the pickle is malformed at byte 7: the stack is empty"},
        {"](U\1"
         "0e",
         "}0]0]]", 6, ERR_FORMAT, "tensor tensor: the file lacks its storage"},
        {"](U\1"
         "0e",
         "]0}0})", 6, ERR_FORMAT, "the list of its storages is missing"},
        {"0e.\2\0", "0e.\3\0", 5, ERR_FORMAT, "a storage has 3 elements where its tensors need 2"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct str s;
        struct err e = {0};
        str_init(&s);
        torch_file_legacy(&s, &(struct torch_view){2, 0, 1, 1, {2}, {1}}, 2);
        char *at = memmem(s.text, s.len, rows[i].from, rows[i].n);
        CU_ASSERT_PTR_NOT_NULL_FATAL(at);
        memcpy(at, rows[i].to, rows[i].n);
        CU_ASSERT_EQUAL(parse((unsigned char *)s.text, s.len, &e), rows[i].code);
        CU_ASSERT_STRING_EQUAL(e.text, rows[i].sentence);
        if (strcmp(e.text, rows[i].sentence) != 0)
            printf("\n    row %zu said: %s\n", i, e.text);
        str_free(&s);
    }
    struct str s;
    struct err e = {0};
    str_init(&s);
    torch_file_legacy(&s, &(struct torch_view){1LL << 62, 0, 1, 1, {2}, {1}}, 2);
    CU_ASSERT_EQUAL(parse((unsigned char *)s.text, s.len, &e), ERR_FORMAT);
    CU_ASSERT_STRING_EQUAL(e.text, "a storage of 4611686018427387904 elements is too large for any file");
    str_free(&s);
}

static void legacy_files_may_be_cut_off(void)
{
    static const struct {
        size_t missing;
        const char *sentence;
    } rows[] = {
        {1, "it is cut off: a storage needs 24 bytes, 23 follow"},
        {24, "it is cut off: a storage needs 24 bytes, 0 follow"},
        {25, "it is cut off before the last storage"},
    };
    struct str s;
    str_init(&s);
    torch_file_legacy(&s, &(struct torch_view){6, 0, 1, 1, {2}, {1}}, 6);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err e = {0};
        CU_ASSERT_EQUAL(parse((unsigned char *)s.text, s.len - rows[i].missing, &e), ERR_FORMAT);
        CU_ASSERT_STRING_EQUAL(e.text, rows[i].sentence);
    }
    str_free(&s);
}

static void tar_is_refused(void)
{
    char tar[512] = "sys_info";
    struct checkpoint c;
    struct err e = {0};
    memcpy(tar + 257, "ustar", 6);
    CU_ASSERT_EQUAL(checkpoint_open(&c, unit_temp_file("pytorch_model.bin", tar, sizeof tar), &e),
                    ERR_UNSUPPORTED);
    CU_ASSERT_PTR_NOT_NULL(strstr(e.text,
                                  "this is a tar file of PyTorch before 0.1.10, which is not supported: load "
                                  "and save it with a newer PyTorch"));
}

static void put(const char *dir, const char *name, const void *bytes, size_t n)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    if (outfile_write(path, bytes, n, NULL) != 0)
        abort();
}

static void shards_of_both_forms(void)
{
    static const char index[] = "{\"weight_map\":{\"weight\":\"zip\",\"tensor\":\"legacy\"}}";
    const char *dir = unit_temp_dir();
    struct str legacy;
    struct filemap zip;
    struct checkpoint c;
    str_init(&legacy);
    torch_file_legacy(&legacy, &(struct torch_view){2, 0, 1, 1, {2}, {1}}, 2);
    CU_ASSERT_EQUAL_FATAL(filemap_open(&zip, unit_source("tests/fixtures/torch-zip.bin"), NULL), 0);
    put(dir, "pytorch_model.bin.index.json", index, strlen(index));
    put(dir, "zip", zip.data, zip.size);
    put(dir, "legacy", legacy.text, legacy.len);
    CU_ASSERT_EQUAL_FATAL(checkpoint_open(&c, dir, NULL), 0);
    CU_ASSERT_STRING_EQUAL(c.format, "torch-sharded");
    CU_ASSERT_EQUAL(c.entries, FIXTURE + 1);
    check_known(&c, &(struct known){"tensor", DTYPE_F32, "[2]", 2, {0, 1}});
    check_known(&c, &fixture[0]);
    checkpoint_close(&c);
    filemap_close(&zip);
    str_free(&legacy);
}

CU_TestInfo suite_torch[] = {
    {"real state dicts", real_state_dicts},
    {"a module is refused", a_module_is_refused},
    {"published files", published_files},
    {"damage never crashes", damage_never_crashes},
    {"views are checked", views_are_checked},
    {"legacy parts are checked", legacy_parts_are_checked},
    {"legacy files that are cut off", legacy_files_may_be_cut_off},
    {"tar is refused", tar_is_refused},
    {"shards of both forms", shards_of_both_forms},
    CU_TEST_INFO_NULL,
};
