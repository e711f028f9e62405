#include <stdlib.h>
#include <string.h>

#include "analyzer/model/stored.h"
#include "tests/fuzz/fuzz.h"

static const struct stored *const rows[] = {
#define STORED(NAME, name) &stored_##name,
#include "analyzer/model/stored.def"
#undef STORED
};
enum { ROWS = sizeof rows / sizeof *rows, MOST = 64 };

/* What was read is what the format stands for: written and read again it is the same. */
static void check(const struct stored *s, const float *w, size_t n, size_t k)
{
    static float again[MOST * MOST];
    struct err e = {0};
    size_t size = stored_bytes(s, w, n, k);
    unsigned char *out = malloc(size);
    if (!out || stored_encode(s, out, w, n, k, &e) != 0 || stored_decode(s, again, n, k, out, size, &e) != 0)
        abort();
    for (size_t i = 0; i < n * k; i++)
        if (!(again[i] == w[i]) && (again[i] == again[i] || w[i] == w[i]))
            abort();
    free(out);
}

/* A byte that chooses the form, two for the rows and columns of a matrix, and its bytes. */
void fuzz_stored(const uint8_t *data, size_t n)
{
    static float w[MOST * MOST];
    struct err e = {0};
    if (n < 3)
        return;
    const struct stored *s = rows[data[0] % ROWS];
    size_t height = 1 + data[1] % MOST, width = 1 + data[2] % MOST;
    if (stored_decode(s, w, height, width, data + 3, n - 3, &e) == 0)
        check(s, w, height, width);
    else if (e.text[0] == '\0')
        abort();
}
