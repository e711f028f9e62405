#include <stdlib.h>
#include <string.h>

#include "analyzer/model/tokenizer_parts.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/text.h"

/* A tokenizer.json; behind a NUL byte a text, and behind another one its pair. */
void fuzz_tokenizer(const uint8_t *data, size_t n)
{
    struct tokenizer *t;
    struct err e = {0};
    size_t end = fuzz_text_start(data, n);
    if (tokenizer_new(&t, &e) != 0)
        return;
    if (tokenizer_read_json_text(t, (const char *)data, end, "tokenizer.json", &e) == 0)
        fuzz_text(t, (const char *)data + end, n - end);
    else if (e.text[0] == '\0')
        abort();
    tokenizer_free(t);
}
