#include <stdlib.h>

#include "analyzer/data/lines.h"
#include "tests/fuzz/fuzz.h"

/* Lines together are never longer than the input. */
void fuzz_lines(const uint8_t *data, size_t n)
{
    struct lines l;
    size_t total = 0;
    if (lines_split(&l, (const char *)data, n, "input", NULL) != 0)
        return;
    for (int i = 0; i < l.n; i++)
        total += l.line[i].len;
    if (total > n)
        abort();
    lines_free(&l);
}
