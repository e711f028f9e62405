#include <stdlib.h>

#include "analyzer/model/tokenizer_parts.h"
#include "analyzer/model/vocab_build.h"
#include "tests/fuzz/fuzz.h"

static void check(const struct str *vocab, int size)
{
    struct tokenizer *t;
    struct err e = {0};
    if (tokenizer_new(&t, &e) != 0)
        return;
    if (tokenizer_read_vocab_text(t, vocab->text, vocab->len, NULL, &e) != 0 || tokenizer_vocab(t) > size)
        abort();
    tokenizer_free(t);
}

/* A text, whose first byte says how large its vocabulary may become. What is built, a tokenizer can read. */
void fuzz_vocab_build(const uint8_t *data, size_t n)
{
    struct str out;
    struct err e = {0};
    if (n == 0)
        return;
    const char *line = (const char *)data + 1;
    size_t len = n - 1;
    int size = 5 + data[0];
    str_init(&out);
    int code = vocab_build(&out, &line, &len, 1, size, n % 2 == 0, NULL, &e);
    if (code == 0)
        check(&out, size);
    else if (e.text[0] == '\0' || out.len > 0)
        abort();
    str_free(&out);
}
