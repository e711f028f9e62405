#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

#include "analyzer/model/checkpoint.h"
#include "tests/unit/torch_file.h"

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
    torch_file_pickle(&pkl, &(struct torch_view){6, 0, 2, 2, {2, 3}, {3, 1}});
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
    torch_file_pickle(&pkl, &(struct torch_view){6, 0, 2, 2, {2, 3}, {3, 1}});
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
    static char names[N][32];
    struct member *m = calloc(N, sizeof *m);
    for (int i = 0; i < N; i++) {
        snprintf(names[i], sizeof names[i], "archive/data/%d", i);
        m[i] = (struct member){names[i], "", 0, ZIP_CM_STORE};
    }
    CU_ASSERT_STRING_EQUAL(zip_sentence(m, N, ERR_UNSUPPORTED),
                           "the directory of the zip archive has more than 2000000 bytes");
    free(m);
}

CU_TestInfo suite_torch_zip[] = {
    {"entries may be deflated", zip_entries_may_be_deflated},
    {"bad archives", bad_archives},
    {"the directory is bounded", the_directory_is_bounded},
    CU_TEST_INFO_NULL,
};
