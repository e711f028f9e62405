#include "tests/unit/wordbook.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void wordbook_file(const char *dir, const char *name, const char *bytes)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(bytes, 1, strlen(bytes), f) != strlen(bytes) || fclose(f) != 0)
        abort();
}

struct tokenizer *wordbook_open(const char *dir)
{
    struct err e = {0};
    struct tokenizer *t = NULL;
    if (tokenizer_open(&t, dir, &e) != 0)
        printf("\n    %s\n", e.text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(t);
    return t;
}

static const char *const words[] = {
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    "a",
    "b",
    "##b",
    "cafe",
    "##s",
    "!",
    ".",
    "-",
    "$",
    "i",
    "\xcf\x83",
    "\xc3\x9f",
    "\xe4\xb8\xad",
    "un",
    "##aff",
    "##able",
    "x",
    "##x",
    "A",
    "I",
    "\xc3\xa9",
    "\xe1\x84\x80\xe1\x85\xa1",
    "\xc4\xb0",
    "\xe2\x80\x94",
    "foo",
    "##\xcc\x87",
    "\xea\xb0\x80",
    "\xef\xbf\xbd",
    "_",
};

void wordbook_vocab(const char *dir)
{
    struct str s;
    str_init(&s);
    for (size_t i = 0; i < COUNT(words); i++)
        str_addf(&s, "%s\n", words[i]);
    wordbook_file(dir, "vocab.txt", s.text);
    str_free(&s);
}

void wordbook_json(const char *dir, const char *rest)
{
    struct str s;
    str_init(&s);
    str_add(&s, "{\"model\": {\"type\": \"WordPiece\", \"unk_token\": \"[UNK]\", \"vocab\": {");
    for (size_t i = 0; i < COUNT(words); i++)
        str_addf(&s, "%s\"%s\": %zu", i ? ", " : "", words[i], i);
    str_addf(&s, "}}%s}", rest);
    wordbook_file(dir, "tokenizer.json", s.text);
    str_free(&s);
}

struct tokenizer *wordbook_open_vocab(const char *config)
{
    const char *dir = unit_temp_dir();
    wordbook_vocab(dir);
    if (config)
        wordbook_file(dir, "tokenizer_config.json", config);
    return wordbook_open(dir);
}

struct tokenizer *wordbook_open_json(const char *rest)
{
    const char *dir = unit_temp_dir();
    wordbook_json(dir, rest);
    return wordbook_open(dir);
}

void wordbook_encode(const struct tokenizer *t, const char *text, size_t n, const char *pair, int max_tokens,
                     struct str *out)
{
    struct encoding x = {0};
    struct err e = {0};
    int code = tokenizer_encode(t, text, n, pair, pair ? strlen(pair) : 0, max_tokens, &x, &e);
    str_clear(out);
    if (code != 0)
        str_add(out, e.text);
    for (int i = 0; i < x.n; i++)
        str_addf(out, "%s%s%s", i ? " " : "", x.type[i] ? "|" : "", tokenizer_token(t, x.id[i]));
    encoding_free(&x);
}

void wordbook_check(const struct tokenizer *t, const char *text, size_t n, const char *tokens)
{
    struct str got;
    str_init(&got);
    wordbook_encode(t, text, n, NULL, 64, &got);
    if (strcmp(got.text, tokens) != 0)
        printf("\n    '%s': %s, not %s\n", text, got.text, tokens);
    CU_ASSERT_STRING_EQUAL(got.text, tokens);
    str_free(&got);
}

void wordbook_check_rows(const struct tokenizer *t, const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        wordbook_check(t, rows[i].text, strlen(rows[i].text), rows[i].tokens);
}
