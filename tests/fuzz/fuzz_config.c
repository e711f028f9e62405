#include <stdlib.h>

#include "analyzer/model/config.h"
#include "tests/fuzz/fuzz.h"

/* A config that was accepted has sizes that a plan can be made of; a refused one leaves nothing and a sentence. */
void fuzz_config(const uint8_t *data, size_t n)
{
    struct config c;
    struct err e = {0};
    if (config_parse(&c, (const char *)data, n, "config.json", &e) != 0) {
        if (c.arch || c.label || c.pruned || e.text[0] == '\0')
            abort();
        return;
    }
    if (!c.arch || c.hidden != c.heads * c.head_size || c.layers < 1 || c.ffn < 1 || c.vocab < 1 || !(c.eps > 0))
        abort();
    for (int i = 0; c.pruned && i < c.layers; i++)
        if (c.pruned[i] < 0 || c.pruned[i] >= c.heads)
            abort();
    config_free(&c);
}
