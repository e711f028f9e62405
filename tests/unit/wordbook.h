/* A small vocabulary, and what the suites about tokenizers do with it. */
#ifndef TESTS_UNIT_WORDBOOK_H
#define TESTS_UNIT_WORDBOOK_H

#include "tests/unit/unit.h"

#include <stddef.h>

#include "analyzer/base/str.h"
#include "analyzer/model/tokenizer.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Parts of a tokenizer.json, to come after the model of wordbook_json. */
#define POST                                                                                                 \
    ", \"post_processor\": {\"type\": \"BertProcessing\", \"cls\": [\"[CLS]\", 2], \"sep\": [\"[SEP]\", 3]}"
#define BERT ", \"pre_tokenizer\": {\"type\": \"BertPreTokenizer\"}" POST

void wordbook_file(const char *dir, const char *name, const char *bytes);

/* vocab.txt with the vocabulary; tokenizer.json with it and `rest`, which is empty or begins with a comma. */
void wordbook_vocab(const char *dir);
void wordbook_json(const char *dir, const char *rest);

/* A tokenizer of that directory; fails the test with its sentence if it cannot be opened. */
struct tokenizer *wordbook_open(const char *dir);
struct tokenizer *wordbook_open_vocab(const char *config); /* tokenizer_config.json, or NULL */
struct tokenizer *wordbook_open_json(const char *rest);

/* Encodes and joins the tokens with spaces; those of type 1 have a '|' before them. An error gives its
 * sentence. */
void wordbook_encode(const struct tokenizer *t, const char *text, size_t n, const char *pair, int max_tokens,
                     struct str *out);

struct row {
    const char *text, *tokens;
};

void wordbook_check(const struct tokenizer *t, const char *text, size_t n, const char *tokens);
void wordbook_check_rows(const struct tokenizer *t, const struct row *rows, size_t n);

#endif
