/* A small vocabulary, and what the suites about tokenizers do with it. */
#ifndef TESTS_UNIT_TOKENIZER_FIXTURE_H
#define TESTS_UNIT_TOKENIZER_FIXTURE_H

#include "tests/unit/unit.h"

#include <stddef.h>

#include "analyzer/base/str.h"
#include "analyzer/model/tokenizer.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Parts of a tokenizer.json, to come after the model of fixture_json. */
#define POST                                                                                                 \
    ", \"post_processor\": {\"type\": \"BertProcessing\", \"cls\": [\"[CLS]\", 2], \"sep\": [\"[SEP]\", 3]}"
#define BERT ", \"pre_tokenizer\": {\"type\": \"BertPreTokenizer\"}" POST

void fixture_file(const char *dir, const char *name, const char *bytes);

/* vocab.txt with the vocabulary; tokenizer.json with it and `rest`, which is empty or begins with a comma. */
void fixture_vocab(const char *dir);
void fixture_json(const char *dir, const char *rest);

/* A tokenizer of that directory; fails the test with its sentence if it cannot be opened. */
struct tokenizer *fixture_open(const char *dir);
struct tokenizer *fixture_open_vocab(const char *config); /* tokenizer_config.json, or NULL */
struct tokenizer *fixture_open_json(const char *rest);

/* Encodes and joins the tokens with spaces; those of type 1 have a '|' before them. An error gives its sentence. */
void fixture_encode(const struct tokenizer *t, const char *text, size_t n, const char *pair, int max_tokens,
                    struct str *out);

struct row {
    const char *text, *tokens;
};

void fixture_check(const struct tokenizer *t, const char *text, size_t n, const char *tokens);
void fixture_check_rows(const struct tokenizer *t, const struct row *rows, size_t n);

#endif
