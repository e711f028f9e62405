#include <string.h>

#include "analyzer/model/stored.h"

static size_t bytes(const float *w, size_t n, size_t k)
{
    (void)w;
    return n * k * sizeof *w;
}

static bool encode(unsigned char *out, const float *w, size_t n, size_t k)
{
    memcpy(out, w, n * k * sizeof *w);
    return true;
}

static int decode(float *w, size_t n, size_t k, const unsigned char *in, size_t size, struct err *e)
{
    TRY(stored_expect(size, n * k * sizeof *w, e));
    memcpy(w, in, size);
    return 0;
}

const struct stored stored_f32 = {"f32", KERNEL_F32, bytes, encode, decode};
