/* tokenizer: the reference's own cases, and tables of small ones with a vocabulary written here. */
#include "tests/unit/unit.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/base/str.h"
#include "analyzer/model/tokenizer.h"

static void put_file(const char *dir, const char *name, const void *bytes, size_t n)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(bytes, 1, n, f) != n || fclose(f) != 0)
        abort();
}

/* A directory with one file of the test data under its own name; NULL when that is absent. */
static const char *dir_with_data(const char *data, const char *name)
{
    char from[4096], to[4096];
    snprintf(from, sizeof from, "%s/%s", data, name);
    const char *path = unit_data(from);
    if (!path || !realpath(path, from))
        return NULL;
    const char *dir = unit_temp_dir();
    snprintf(to, sizeof to, "%s/%s", dir, name);
    if (symlink(from, to) != 0)
        abort();
    return dir;
}

static struct tokenizer *must_open(const char *dir)
{
    struct err e = {0};
    struct tokenizer *t = NULL;
    if (tokenizer_open(&t, dir, &e) != 0)
        printf("\n    %s\n", e.text);
    CU_ASSERT_PTR_NOT_NULL(t);
    return t;
}

static void check_case(const struct tokenizer *t, const char *name, const json_t *c)
{
    struct err e = {0};
    struct encoding x = {0};
    const json_t *text = json_object_get(c, "text"), *ids = json_object_get(c, "ids");
    const json_t *tokens = json_object_get(c, "tokens");
    CU_ASSERT_EQUAL(tokenizer_encode(t, json_string_value(text), json_string_length(text), NULL, 0, 512, &x, &e), 0);
    int same = (size_t)x.n == json_array_size(ids) && !x.truncated;
    for (int i = 0; same && i < x.n; i++)
        same = x.id[i] == json_integer_value(json_array_get(ids, (size_t)i)) && x.type[i] == 0;
    for (int i = 1; same && i < x.n - 1; i++)
        same = strcmp(tokenizer_token(t, x.id[i]), json_string_value(json_array_get(tokens, (size_t)i - 1))) == 0;
    if (!same)
        printf("\n    case %s differs\n", name);
    CU_ASSERT_TRUE(same);
    encoding_free(&x);
}

static void check_reference_cases(const char *file)
{
    const char *dir = dir_with_data("bert-base-uncased", file);
    const char *path = unit_data("tokenizer-cases/bert-base-uncased.json");
    if (!dir || !path)
        return;
    json_t *all = json_load_file(path, JSON_ALLOW_NUL, NULL);
    struct tokenizer *t = must_open(dir);
    const char *name;
    json_t *c;
    CU_ASSERT_EQUAL(json_object_size(json_object_get(all, "cases")), 15);
    if (t) {
        CU_ASSERT_EQUAL(tokenizer_vocab(t), 30522);
        CU_ASSERT_PTR_NULL(tokenizer_note(t));
        json_object_foreach(json_object_get(all, "cases"), name, c)
            check_case(t, name, c);
    }
    tokenizer_free(t);
    json_decref(all);
}

static void reference_cases_from_vocab_txt(void)
{
    check_reference_cases("vocab.txt");
}

static void reference_cases_from_tokenizer_json(void)
{
    check_reference_cases("tokenizer.json");
}

static void open_errors(void)
{
    static const struct {
        const char *file, *bytes, *sentence;
    } cases[] = {
        {"other", "", "%s has no tokenizer: neither tokenizer.json nor vocab.txt is there"},
        {"vocab.txt", "", "%s: vocab.txt has no entry [UNK], which is the unk_token"},
        {"vocab.txt", "[UNK]\n[SEP]\n", "%s: vocab.txt has no entry [CLS], which is the cls_token"},
        {"vocab.txt", "[UNK]\n[CLS]\n", "%s: vocab.txt has no entry [SEP], which is the sep_token"},
        {"vocab.txt", "[UNK]\na\xff\n", "%s/vocab.txt: entry 1 is not UTF-8"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *dir = unit_temp_dir();
        struct tokenizer *t;
        struct err e = {0};
        struct str want;
        str_init(&want);
        str_addf(&want, cases[i].sentence, dir);
        put_file(dir, cases[i].file, cases[i].bytes, strlen(cases[i].bytes));
        CU_ASSERT_TRUE(tokenizer_open(&t, dir, &e) < 0);
        CU_ASSERT_PTR_NULL(t);
        CU_ASSERT_STRING_EQUAL(e.text, want.text);
        str_free(&want);
    }
}

CU_TestInfo suite_tokenizer[] = {
    {"reference cases, vocab.txt", reference_cases_from_vocab_txt},
    {"reference cases, tokenizer.json", reference_cases_from_tokenizer_json},
    {"sentences of files that cannot be used", open_errors},
    CU_TEST_INFO_NULL,
};
