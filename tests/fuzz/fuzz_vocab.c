#include <stdlib.h>
#include <string.h>

#include "analyzer/model/tokenizer_parts.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/text.h"

/* A vocab.txt, of which the first three lines are given; behind a NUL byte a text, and behind another one its
 * pair. */
void fuzz_vocab(const uint8_t *data, size_t n)
{
    struct tokenizer *t;
    struct str s;
    struct err e = {0};
    size_t end = fuzz_text_start(data, n);
    if (tokenizer_new(&t, &e) != 0)
        return;
    str_init(&s);
    str_add(&s, "[UNK]\n[CLS]\n[SEP]\n");
    str_add_n(&s, (const char *)data, end);
    if (tokenizer_read_vocab_text(t, s.text, s.len, NULL, &e) == 0)
        fuzz_text(t, (const char *)data + end, n - end);
    else if (e.text[0] == '\0')
        abort();
    str_free(&s);
    tokenizer_free(t);
}
