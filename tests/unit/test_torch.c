#include "tests/unit/unit.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

#include "analyzer/base/outfile.h"
#include "analyzer/base/str.h"
#include "analyzer/model/torch.h"

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

struct view {
    long long storage, offset; /* elements */
    int dims, strides;
    long long dim[9], stride[9];
};

static void add_number(struct str *s, long long x)
{
    char bytes[10] = "\212\10";
    memcpy(bytes + 2, &x, sizeof x);
    str_add_n(s, bytes, sizeof bytes);
}

/* The pickle of one F32 tensor in storage "0". */
static void add_pickle(struct str *s, const struct view *v)
{
    static const char key[] = "X\1\0\0\0"
                              "0X\3\0\0\0cpu";
    str_add(s, "ctorch._utils\n_rebuild_tensor_v2\n((U\7storagectorch\nFloatStorage\n");
    str_add_n(s, key, sizeof key - 1);
    add_number(s, v->storage);
    str_add(s, "NtQ");
    add_number(s, v->offset);
    str_add(s, "(");
    for (int i = 0; i < v->dims; i++)
        add_number(s, v->dim[i]);
    str_add(s, "t(");
    for (int i = 0; i < v->strides; i++)
        add_number(s, v->stride[i]);
    str_add(s, "t\211NtR.");
}

/* A legacy file whose storage "0" has the numbers 0 ... n - 1. */
static void add_legacy(struct str *s, const struct view *v, int n)
{
    long long count = n;
    str_add(s, "L119547037146038801333356L\n.I1001\n.}U\15little_endian\210s.");
    add_pickle(s, v);
    str_add(s, "](U\1"
               "0e.");
    str_add_n(s, (const char *)&count, sizeof count);
    for (int i = 0; i < n; i++) {
        float x = (float)i;
        str_add_n(s, (const char *)&x, sizeof x);
    }
}

static void views_are_checked(void)
{
    static const long long big = 1LL << 62;
    const struct {
        struct view v;
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
        add_legacy(&s, &rows[i].v, 6);
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
        add_legacy(&s, &(struct view){2, 0, 1, 1, {2}, {1}}, 2);
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
    add_legacy(&s, &(struct view){1LL << 62, 0, 1, 1, {2}, {1}}, 2);
    CU_ASSERT_EQUAL(parse((unsigned char *)s.text, s.len, &e), ERR_FORMAT);
    CU_ASSERT_STRING_EQUAL(e.text, "a storage of 4611686018427387904 elements is too large for any file");
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

/* ---- zip archives made here ---------------------------------------------- */

struct member {
    const char *name;
    const void *bytes;
    size_t n;
    int method; /* ZIP_CM_ */
};

/* Writes an archive and returns its path (static buffer). */
static const char *make_zip(const struct member *m, int n)
{
    const char *path = unit_temp_file("pytorch_model.bin", "", 0);
    zip_t *z = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, NULL);
    for (int i = 0; z && i < n; i++) {
        zip_int64_t at = zip_file_add(z, m[i].name, zip_source_buffer(z, m[i].bytes, m[i].n, 0), 0);
        if (at < 0 || zip_set_file_compression(z, (zip_uint64_t)at, m[i].method, 0) != 0)
            abort();
    }
    if (!z || zip_close(z) != 0)
        abort();
    return path;
}

static const char *zip_sentence(const struct member *m, int n, int code)
{
    static struct err e;
    struct checkpoint c;
    const char *path = make_zip(m, n);
    e.text[0] = '\0';
    CU_ASSERT_EQUAL(checkpoint_open(&c, path, &e), code);
    CU_ASSERT_TRUE(c.entries == 0 && c.blocks == 0);
    return e.text + strlen(path) + 2;
}

static void zip_entries_may_be_deflated(void)
{
    struct str pkl;
    float data[6] = {0, 1, 2, 3, 4, 5}, got[6];
    struct checkpoint c;
    struct err e = {0};
    str_init(&pkl);
    add_pickle(&pkl, &(struct view){6, 0, 2, 2, {2, 3}, {3, 1}});
    for (int deflated = 0; deflated < 2; deflated++) {
        int method = deflated ? ZIP_CM_DEFLATE : ZIP_CM_STORE;
        struct member m[] = {{"a/version", "3\n", 2, ZIP_CM_STORE},
                             {"a/data.pkl", pkl.text, pkl.len, method},
                             {"a/byteorder", "little", 6, method},
                             {"a/data/0", data, sizeof data, method}};
        CU_ASSERT_EQUAL_FATAL(checkpoint_open(&c, make_zip(m, 4), &e), 0);
        const struct tensor *t = checkpoint_find(&c, "tensor");
        CU_ASSERT_PTR_NOT_NULL_FATAL(t);
        tensor_read_f32(t, 0, 6, got);
        CU_ASSERT_EQUAL(memcmp(got, data, sizeof data), 0);
        const unsigned char *p = t->data;
        bool mapped = p >= c.map[0].data && p + sizeof data <= c.map[0].data + c.map[0].size;
        CU_ASSERT_EQUAL(mapped, !deflated);
        CU_ASSERT_TRUE(deflated ? c.blocks > 0 : c.blocks == 0);
        checkpoint_close(&c);
    }
    str_free(&pkl);
}

static void bad_archives(void)
{
    struct str pkl;
    float data[6] = {0};
    size_t zeros = 4 << 20;
    char *zero = calloc(zeros, 1);
    str_init(&pkl);
    add_pickle(&pkl, &(struct view){6, 0, 2, 2, {2, 3}, {3, 1}});
    struct member p = {"a/data.pkl", pkl.text, pkl.len, ZIP_CM_STORE},
                  d = {"a/data/0", data, sizeof data, ZIP_CM_STORE};
    struct member big = {"a/byteorder", "big", 3, ZIP_CM_STORE};
    CU_ASSERT_STRING_EQUAL(zip_sentence((struct member[]){p, d, big}, 3, ERR_UNSUPPORTED),
                           "the numbers in the file are not little-endian");
    CU_ASSERT_STRING_EQUAL(zip_sentence((struct member[]){d}, 1, ERR_FORMAT),
                           "the zip archive has no data.pkl: it was not written by torch.save");
    CU_ASSERT_STRING_EQUAL(zip_sentence((struct member[]){p}, 1, ERR_FORMAT),
                           "tensor tensor: the archive lacks its storage data/0");
    d.n -= 1;
    CU_ASSERT_STRING_EQUAL(zip_sentence((struct member[]){p, d}, 2, ERR_FORMAT),
                           "tensor tensor: its storage data/0 has 23 bytes, but 6 elements of F32 need 24");
    d = (struct member){"a/data/0", zero, zeros, ZIP_CM_DEFLATE};
    CU_ASSERT_STRING_EQUAL(
        zip_sentence((struct member[]){p, d}, 2, ERR_UNSUPPORTED),
        "tensor tensor: its compressed entries claim more than 32 times the size of the file");
    p = (struct member){"a/data.pkl", "cos\nsystem\n(S'true'\ntR.", 24, ZIP_CM_DEFLATE};
    CU_ASSERT_STRING_EQUAL(
        zip_sentence(&p, 1, ERR_UNSUPPORTED),
        "the pickle asks for os.system, which a file of tensors does not need: refused, nothing was "
        "run");
    p = (struct member){"a/data.pkl", "K\1.", 3, ZIP_CM_STORE};
    CU_ASSERT_STRING_EQUAL(zip_sentence(&p, 1, ERR_UNSUPPORTED),
                           "the file holds neither a state dict nor a tensor: save a state_dict()");
    p = (struct member){"a/data.pkl", "}.", 2, ZIP_CM_STORE};
    CU_ASSERT_STRING_EQUAL(zip_sentence(&p, 1, ERR_UNSUPPORTED), "the file holds a dict without any tensor");
    free(zero);
    str_free(&pkl);
}

/* So many entries that a directory of chosen names could cost minutes. */
static void the_directory_is_bounded(void)
{
    enum { N = 40000 };
    static char names[N][24];
    struct member *m = calloc(N, sizeof *m);
    for (int i = 0; i < N; i++) {
        snprintf(names[i], sizeof names[i], "archive/data/%d", i);
        m[i] = (struct member){names[i], "", 0, ZIP_CM_STORE};
    }
    CU_ASSERT_STRING_EQUAL(zip_sentence(m, N, ERR_UNSUPPORTED),
                           "the directory of the zip archive has more than 2000000 bytes");
    free(m);
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
    add_legacy(&legacy, &(struct view){2, 0, 1, 1, {2}, {1}}, 2);
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
    {"tar is refused", tar_is_refused},
    {"zip entries may be deflated", zip_entries_may_be_deflated},
    {"bad archives", bad_archives},
    {"the zip directory is bounded", the_directory_is_bounded},
    {"shards of both forms", shards_of_both_forms},
    CU_TEST_INFO_NULL,
};
