/* tokenizer_reference: real vocabularies, the reference's own cases, and an independent implementation. */
#include "tests/unit/wordbook.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

static void check_case(const struct tokenizer *t, const char *name, const json_t *c)
{
    struct err e = {0};
    struct encoding x = {0};
    const json_t *text = json_object_get(c, "text"), *ids = json_object_get(c, "ids");
    const json_t *tokens = json_object_get(c, "tokens");
    CU_ASSERT_EQUAL(
        tokenizer_encode(t, json_string_value(text), json_string_length(text), NULL, 0, 512, &x, &e), 0);
    int same = (size_t)x.n == json_array_size(ids) && !x.truncated;
    for (int i = 0; same && i < x.n; i++)
        same = x.id[i] == json_integer_value(json_array_get(ids, (size_t)i)) && x.type[i] == 0;
    for (int i = 1; same && i < x.n - 1; i++)
        same = strcmp(tokenizer_token(t, x.id[i]),
                      json_string_value(json_array_get(tokens, (size_t)i - 1))) == 0;
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
    struct tokenizer *t = wordbook_open(dir);
    const char *name;
    json_t *c;
    CU_ASSERT_EQUAL(json_object_size(json_object_get(all, "cases")), 15);
    CU_ASSERT_EQUAL(tokenizer_vocab(t), 30522);
    CU_ASSERT_PTR_NULL(tokenizer_note(t));
    json_object_foreach(json_object_get(all, "cases"), name, c) check_case(t, name, c);
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

/* Compares with what an independent implementation prints for random texts. */
static void check_oracle(const struct tokenizer *t, const char *vocab, const char *options)
{
    char command[9000], *line = NULL;
    size_t cap = 0;
    int texts = 0, differ = 0;
    struct encoding x = {0};
    snprintf(command, sizeof command, "python3 '%s' '%s' --random 500 %s 2>/dev/null",
             unit_source("tests/tools/tokenizer_oracle.py"), vocab, options);
    FILE *f = popen(command, "r");
    CU_ASSERT_PTR_NOT_NULL_FATAL(f);
    for (; getline(&line, &cap, f) > 0; texts++) {
        json_t *c = json_loads(line, JSON_ALLOW_NUL, NULL);
        const json_t *text = json_object_get(c, "text"), *ids = json_object_get(c, "ids");
        CU_ASSERT_EQUAL(tokenizer_encode(t, json_string_value(text), json_string_length(text), NULL, 0,
                                         1 << 20, &x, NULL),
                        0);
        int same = (size_t)x.n == json_array_size(ids);
        for (int i = 0; same && i < x.n; i++)
            same = x.id[i] == json_integer_value(json_array_get(ids, (size_t)i));
        if (!same && differ++ == 0)
            printf("\n    %s", line);
        json_decref(c);
    }
    CU_ASSERT_EQUAL(pclose(f), 0);
    CU_ASSERT_EQUAL(texts, 500);
    CU_ASSERT_EQUAL(differ, 0);
    encoding_free(&x);
    free(line);
}

static void independent_implementation(void)
{
    const char *vocab = unit_data("bert-base-uncased/vocab.txt");
    char copy[4096], to[4096];
    if (!vocab || !realpath(vocab, copy))
        return;
    if (system("python3 -c 'import json, unicodedata' 2>/dev/null") != 0) {
        printf("\n    skipped: python3 is not there\n");
        return;
    }
    const char *dir = unit_temp_dir();
    snprintf(to, sizeof to, "%s/vocab.txt", dir);
    CU_ASSERT_EQUAL_FATAL(symlink(copy, to), 0);
    struct tokenizer *t = wordbook_open(dir);
    check_oracle(t, copy, "--seed 1");
    tokenizer_free(t);
    wordbook_file(dir, "tokenizer_config.json", "{\"do_lower_case\": false}");
    t = wordbook_open(dir);
    check_oracle(t, copy, "--seed 2 --cased");
    tokenizer_free(t);
}

static void tiny_bert_of_the_data(void)
{
    const char *dir = dir_with_data("hf-tiny-bert", "tokenizer.json");
    if (!dir)
        return;
    struct tokenizer *t = wordbook_open(dir);
    CU_ASSERT_EQUAL(tokenizer_vocab(t), 256);
    wordbook_check(t, "A b\xc3\xa9 [zz", 9, "[CLS] a [UNK] [ [UNK] [SEP]");
    tokenizer_free(t);
}

CU_TestInfo suite_tokenizer_reference[] = {
    {"reference cases, vocab.txt", reference_cases_from_vocab_txt},
    {"reference cases, tokenizer.json", reference_cases_from_tokenizer_json},
    {"an independent implementation", independent_implementation},
    {"hf-tiny-bert", tiny_bert_of_the_data},
    CU_TEST_INFO_NULL,
};
