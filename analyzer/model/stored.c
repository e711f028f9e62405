#include "analyzer/model/stored.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/size.h"

static const struct stored *const rows[] = {
#define STORED(NAME, name) &stored_##name,
#include "analyzer/model/stored.def"
#undef STORED
};

const struct stored *stored_find(const char *name)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i]->name, name) == 0)
            return rows[i];
    return NULL;
}

size_t stored_bytes(const struct stored *s, const float *w, size_t n, size_t k)
{
    return s->bytes(w, n, k);
}

int stored_encode(const struct stored *s, void *out, const float *w, size_t n, size_t k, struct err *e)
{
    if (s->encode(out, w, n, k))
        return 0;
    return err_set(e, ERR_UNSUPPORTED, "the numbers are not those of the format %s, or not finite, so %s cannot store them",
                   kernel_format_name(s->format), s->name);
}

int stored_expect(size_t size, size_t want, struct err *e)
{
    return size == want ? 0 : err_set(e, ERR_SHAPE, "there are %zu bytes where the shape needs %zu", size, want);
}

static int check_rounded(const struct stored *s, const float *w, size_t n, size_t k, struct err *e)
{
    int code = 0;
    float *row = malloc(k * sizeof *row);
    if (!row)
        return err_set(e, ERR_NOMEM, "no memory for a row of %zu numbers", k);
    for (size_t i = 0; i < n && code == 0; i++) {
        kernel_format_round(s->format, row, w + i * k, 1, (int)k);
        if (memcmp(row, w + i * k, k * sizeof *row) != 0)
            code = err_set(e, ERR_FORMAT, "row %zu holds numbers that the format %s does not make", i, s->name);
    }
    free(row);
    return code;
}

int stored_decode(const struct stored *s, float *w, size_t n, size_t k, const void *in, size_t size, struct err *e)
{
    size_t count;
    if (!size_mul(n, k, &count) || !size_mul(count, 2 * sizeof(float), &count) || count == 0 || n > INT_MAX || k > INT_MAX)
        return err_set(e, ERR_SHAPE, "%zu by %zu is no shape of a matrix", n, k);
    int code = s->decode(w, n, k, in, size, e);
    if (code == 0)
        code = check_rounded(s, w, n, k, e);
    return code == 0 ? 0 : err_wrap(e, "a matrix stored as %s", s->name);
}
