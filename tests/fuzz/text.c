#include "tests/fuzz/text.h"

#include <stdlib.h>
#include <string.h>

enum { LITTLE = 12, MUCH = 1 << 20 };

size_t fuzz_text_start(const uint8_t *data, size_t n)
{
    const uint8_t *stop = n ? memchr(data, '\0', n) : NULL;
    return stop ? (size_t)(stop - data) : n;
}

static void check(const struct tokenizer *t, const struct encoding *x, int max)
{
    if (x->n > max || x->n < 0)
        abort();
    for (int i = 0; i < x->n; i++)
        if (x->id[i] < 0 || x->id[i] >= tokenizer_vocab(t) || !tokenizer_token(t, x->id[i]))
            abort();
}

static int encode(const struct tokenizer *t, const char *text, size_t n, const char *pair, size_t pair_n,
                  int max, struct encoding *x)
{
    struct err e = {0};
    int code = tokenizer_encode(t, text, n, pair, pair_n, max, x, &e);
    if (code == 0)
        check(t, x, max);
    else if (e.text[0] == '\0' || max == MUCH)
        abort();
    return code;
}

void fuzz_text(const struct tokenizer *t, const char *bytes, size_t n)
{
    struct encoding all = {0}, some = {0};
    if (n)
        bytes++, n--;
    const char *pair = n ? memchr(bytes, '\0', n) : NULL;
    size_t text_n = pair ? (size_t)(pair - bytes) : n;
    if (pair && encode(t, bytes, text_n, pair + 1, n - text_n - 1, MUCH, &all) == 0)
        (void)encode(t, bytes, text_n, pair + 1, n - text_n - 1, LITTLE, &some);
    if (encode(t, bytes, text_n, NULL, 0, MUCH, &all) == 0 &&
        encode(t, bytes, text_n, NULL, 0, LITTLE, &some) == 0 && some.truncated != (all.n > LITTLE))
        abort();
    encoding_free(&all);
    encoding_free(&some);
}
