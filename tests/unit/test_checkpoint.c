#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyzer/model/checkpoint.h"
#include "analyzer/model/sharded.h"

/* Writes DIR/name and returns its path (static buffer). */
static const char *put(const char *dir, const char *name, const void *bytes, size_t n)
{
    static char path[4096];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(bytes, 1, n, f) != n || fclose(f) != 0)
        abort();
    return path;
}

static const char *put_text(const char *dir, const char *name, const char *text)
{
    return put(dir, name, text, strlen(text));
}

/* A safetensors file with byte tensors of one element each; values[i] belongs to the i-th letter of `names`.
 */
static const char *put_tensors(const char *dir, const char *file, const char *names, const char *values)
{
    char header[2048] = "{", bytes[4096];
    size_t n = strlen(names);
    for (size_t i = 0; i < n; i++) {
        size_t used = strlen(header);
        snprintf(header + used, sizeof header - used,
                 "%s\"%c\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[%zu,%zu]}", i ? "," : "",
                 names[i], i, i + 1);
    }
    strcat(header, "}");
    size_t len = strlen(header);
    for (int i = 0; i < 8; i++)
        bytes[i] = (char)(len >> 8 * i);
    memcpy(bytes + 8, header, len);
    memcpy(bytes + 8 + len, values, n);
    return put(dir, file, bytes, 8 + len + n);
}

static float value_of(const struct checkpoint *c, const char *name)
{
    float x = -1;
    const struct tensor *t = checkpoint_find(c, name);
    if (t)
        tensor_read_f32(t, 0, 1, &x);
    return x;
}

/* Opens what must open, and says which format read it. */
static const char *opens(const char *path, const char *tensor, float value)
{
    struct checkpoint c;
    struct err e = {0};
    int code = checkpoint_open(&c, path, &e);
    CU_ASSERT_EQUAL(code, 0);
    if (code != 0)
        printf("\n    %s\n", e.text);
    CU_ASSERT_EQUAL(value_of(&c, tensor), value);
    const char *format = c.format ? c.format : "";
    checkpoint_close(&c);
    return format;
}

/* What must not open; the sentence, without the directory in front. */
static const char *refused(const char *dir, const char *path, int code)
{
    static struct err e;
    struct checkpoint c;
    e.text[0] = '\0';
    CU_ASSERT_EQUAL(checkpoint_open(&c, path, &e), code);
    CU_ASSERT_TRUE(c.entries == 0 && c.maps == 0 && c.blocks == 0 && !c.entry && !c.names.base);
    size_t n = strlen(dir);
    return strncmp(e.text, dir, n) == 0 ? e.text + n + (e.text[n] == '/') : e.text;
}

static void a_directory_is_read_in_table_order(void)
{
    const char *dir = unit_temp_dir();
    CU_ASSERT_STRING_EQUAL(refused(dir, dir, ERR_IO),
                           " holds no weights: none of model.safetensors, model.safetensors.index.json, "
                           "pytorch_model.bin, pytorch_model.bin.index.json is there");
    put_text(dir, "pytorch_model.bin", "not a pickle");
    CU_ASSERT_STRING_EQUAL(refused(dir, dir, ERR_FORMAT),
                           "pytorch_model.bin is in none of the known checkpoint formats (safetensors, "
                           "safetensors-sharded, torch-zip, torch-legacy, torch-sharded)");
    put_tensors(dir, "part.safetensors", "x", "\2");
    put_text(dir, "model.safetensors.index.json", "{\"weight_map\":{\"x\":\"part.safetensors\"}}");
    CU_ASSERT_STRING_EQUAL(opens(dir, "x", 2), "safetensors-sharded");
    put_tensors(dir, "model.safetensors", "x", "\1");
    CU_ASSERT_STRING_EQUAL(opens(dir, "x", 1), "safetensors");
}

static void a_file_is_known_by_its_bytes(void)
{
    const char *dir = unit_temp_dir();
    CU_ASSERT_STRING_EQUAL(opens(put_tensors(dir, "anything", "x", "\1"), "x", 1), "safetensors");
    CU_ASSERT_STRING_EQUAL(opens(put_text(dir, "list", " {\"weight_map\":{\"x\":\"anything\"}}"), "x", 1),
                           "safetensors-sharded");
    CU_ASSERT_STRING_EQUAL(
        refused(dir, put_text(dir, "b.safetensors", "short"), ERR_FORMAT),
        "b.safetensors: the file has 5 bytes, too few for a safetensors header: it is cut off");
    CU_ASSERT_STRING_EQUAL(
        refused(dir, put_text(dir, "b.h5", "\x89HDF"), ERR_FORMAT),
        "b.h5 is in none of the known checkpoint formats (safetensors, safetensors-sharded, "
        "torch-zip, torch-legacy, torch-sharded)");
    CU_ASSERT_STRING_EQUAL(
        refused(dir, put_text(dir, "b.json", "x"), ERR_FORMAT),
        "b.json is in none of the known checkpoint formats (safetensors, safetensors-sharded, "
        "torch-zip, torch-legacy, torch-sharded)");
    CU_ASSERT_STRING_EQUAL(refused(dir, "/nonexistent/x", ERR_IO),
                           "/nonexistent/x: No such file or directory");
    CU_ASSERT_STRING_EQUAL(refused(dir, "/dev/null", ERR_FORMAT),
                           "/dev/null is in none of the known checkpoint formats (safetensors, "
                           "safetensors-sharded, torch-zip, torch-legacy, torch-sharded)");
}

static void paths_need_not_be_utf8(void)
{
    char dir[256];
    snprintf(dir, sizeof dir, "%s/\xff\x01model", unit_temp_dir());
    CU_ASSERT_EQUAL(mkdir(dir, 0700), 0);
    put_tensors(dir, "\xfe.st", "x", "\3");
    char index[64];
    snprintf(index, sizeof index, "{\"weight_map\":{\"x\":\"%s\"}}", "x.st");
    put_tensors(dir, "x.st", "x", "\4");
    put_text(dir, "model.safetensors.index.json", index);
    CU_ASSERT_STRING_EQUAL(opens(dir, "x", 4), "safetensors-sharded");
    put_text(dir, "model.safetensors", "");
    const char *said = refused(dir, dir, ERR_FORMAT);
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "/\\xff\\x01model/model.safetensors: the file has 0 bytes"));
}

static void shards_are_joined(void)
{
    const char *dir = unit_temp_dir();
    put_tensors(dir, "1.st", "ac", "\1\3");
    put_tensors(dir, "2.st", "bd", "\2\4");
    const char *path =
        put_text(dir, "model.safetensors.index.json",
                 "{\"metadata\":{\"total_size\":4},\"weight_map\":{\"a\":\"1.st\",\"b\":\"2.st\","
                 "\"c\":\"1.st\"}}");
    struct checkpoint c;
    struct err e = {0};
    CU_ASSERT_EQUAL_FATAL(checkpoint_open(&c, path, &e), 0);
    CU_ASSERT_EQUAL(c.entries, 4); /* d is in no map, but in a shard */
    CU_ASSERT_EQUAL(c.maps, 2);    /* each shard once */
    for (int i = 0; i < 4; i++) {
        char name[2] = {(char)('a' + i)};
        CU_ASSERT_STRING_EQUAL(c.entry[i].name, name);
        CU_ASSERT_EQUAL(value_of(&c, name), (float)(i + 1));
        checkpoint_drop(&c, &c.entry[i].tensor);
        CU_ASSERT_EQUAL(value_of(&c, name), (float)(i + 1));
    }
    CU_ASSERT_PTR_NULL(checkpoint_find(&c, "e"));
    checkpoint_close(&c);
    checkpoint_close(&c);
    CU_ASSERT_PTR_NULL(checkpoint_find(&c, "a"));
}

static void bad_indexes(void)
{
    static const struct {
        const char *json;
        int code;
        const char *sentence;
    } cases[] = {
        {"", ERR_FORMAT,
         "model.safetensors.index.json: the index is malformed at line 1: '[' or '{' expected near end "
         "of file"},
        {"{\"weight_map\":{\"a\":\"1.st\",\"a\":\"2.st\"}}", ERR_FORMAT,
         "model.safetensors.index.json: the index is malformed at line 1: duplicate object key near '\"a\"'"},
        {"{}", ERR_FORMAT, "model.safetensors.index.json: the index has no weight_map that names any tensor"},
        {"{\"weight_map\":[\"a\"]}", ERR_FORMAT,
         "model.safetensors.index.json: the index has no weight_map that names any tensor"},
        {"{\"weight_map\":{\"a\":1}}", ERR_FORMAT,
         "model.safetensors.index.json: the file of tensor a in weight_map is no text"},
        {"{\"weight_map\":{\"a\":\"../1.st\"}}", ERR_FORMAT,
         "model.safetensors.index.json: the file of tensor a in weight_map is \"../1.st\": only a plain file "
         "name "
         "beside the index is accepted"},
        {"{\"weight_map\":{\"a\":\"/etc/passwd\"}}", ERR_FORMAT,
         "model.safetensors.index.json: the file of tensor a in weight_map is \"/etc/passwd\": only a plain "
         "file name "
         "beside the index is accepted"},
        {"{\"weight_map\":{\"a\":\"..\"}}", ERR_FORMAT,
         "model.safetensors.index.json: the file of tensor a in weight_map is \"..\": only a plain file name "
         "beside "
         "the index is accepted"},
        {"{\"weight_map\":{\"a\":\"\"}}", ERR_FORMAT,
         "model.safetensors.index.json: the file of tensor a in weight_map is \"\": only a plain file name "
         "beside the "
         "index is accepted"},
        {"{\"weight_map\":{\"a\":\"3.st\"}}", ERR_IO, "3.st: No such file or directory"},
        {"{\"weight_map\":{\"a\":\"sub\"}}", ERR_IO, "sub is not a regular file"},
        {"{\"weight_map\":{\"a\":\"1.st\",\"b\":\"1.st\"}}",
         ERR_FORMAT, /* "tensor b is not in DIR/1.st, ..." */
         ""},
        {"{\"weight_map\":{\"a\":\"1.st\",\"c\":\"2.st\"}}", ERR_FORMAT,
         "model.safetensors.index.json: tensor a is there twice"},
        {"{\"weight_map\":{\"a\":\"model.safetensors.index.json\"}}", ERR_FORMAT,
         "model.safetensors.index.json: the header claims 8388068008349082235 bytes, at most 100000000 are "
         "allowed: "
         "this is no safetensors file"},
    };
    const char *dir = unit_temp_dir();
    char sub[256], missing[512];
    snprintf(sub, sizeof sub, "%s/sub", dir);
    snprintf(missing, sizeof missing, "tensor b is not in %s/1.st, where weight_map says it is", dir);
    CU_ASSERT_EQUAL(mkdir(sub, 0700), 0);
    put_tensors(dir, "1.st", "a", "\1");
    put_tensors(dir, "2.st", "ac", "\1\3");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        put_text(dir, "model.safetensors.index.json", cases[i].json);
        const char *want = *cases[i].sentence ? cases[i].sentence : missing;
        const char *said = refused(dir, dir, cases[i].code);
        CU_ASSERT_STRING_EQUAL(said, want);
        if (strcmp(said, want) != 0)
            printf("\n    said: %s\n", said);
    }
}

static void an_index_has_a_largest_size(void)
{
    struct checkpoint c = {0};
    struct err e = {0};
    CU_ASSERT_EQUAL(sharded_parse(&c, "{}", SHARDED_MAX_INDEX + 1, "dir/index", NULL, &e), ERR_UNSUPPORTED);
    CU_ASSERT_STRING_EQUAL(e.text, "dir/index: the index has 16000001 bytes, at most 16000000 are supported");
    checkpoint_close(&c);
}

static void names_and_counts_are_bounded(void)
{
    struct checkpoint c = {0};
    struct err e = {0};
    struct tensor t = tensor_dense(DTYPE_U8, 1, (size_t[]){1}, "x");
    char name[CHECKPOINT_MAX_NAME + 1], number[16];
    memset(name, 'n', sizeof name);
    CU_ASSERT_EQUAL(checkpoint_add(&c, name, sizeof name, &t, &e), ERR_UNSUPPORTED);
    CU_ASSERT_EQUAL(strncmp(e.text, "a tensor has a name of 1001 bytes, at most 1000 are supported: nnn", 66),
                    0);
    CU_ASSERT_EQUAL(checkpoint_add(&c, "a\0b", 3, &t, &e), ERR_FORMAT);
    CU_ASSERT_STRING_EQUAL(e.text, "the name of tensor a... has a zero byte in it");
    for (int i = 0; i < CHECKPOINT_MAX_ENTRIES; i++) {
        int len = snprintf(number, sizeof number, "%d", i);
        if (checkpoint_add(&c, i ? number : name, i ? (size_t)len : sizeof name - 1, &t, &e) != 0)
            CU_FAIL_FATAL("an entry below the limit was refused");
    }
    CU_ASSERT_EQUAL(checkpoint_add(&c, "one more", 8, &t, &e), ERR_UNSUPPORTED);
    CU_ASSERT_STRING_EQUAL(e.text, "there are more than 100000 tensors");
    CU_ASSERT_EQUAL(checkpoint_finish(&c, &e), 0);
    CU_ASSERT_PTR_NOT_NULL(checkpoint_find(&c, "99999"));
    checkpoint_close(&c);
}

CU_TestInfo suite_checkpoint[] = {
    {"a directory is read in table order", a_directory_is_read_in_table_order},
    {"a file is known by its bytes", a_file_is_known_by_its_bytes},
    {"paths need not be UTF-8", paths_need_not_be_utf8},
    {"shards are joined", shards_are_joined},
    {"bad indexes", bad_indexes},
    {"an index has a largest size", an_index_has_a_largest_size},
    {"names and counts are bounded", names_and_counts_are_bounded},
    CU_TEST_INFO_NULL,
};
