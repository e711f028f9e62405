#include <math.h>
#include <string.h>

#include "analyzer/model/stored.h"
#include "kernels/codes.h"
#include "kernels/ternary.h"

static size_t bytes(const float *w, size_t n, size_t k)
{
    (void)w;
    return n * sizeof(float) + codes_bytes(n * k, 2);
}

static bool encode(unsigned char *out, const float *w, size_t n, size_t k)
{
    unsigned char *codes = out + n * sizeof(float);
    memset(codes, 0, codes_bytes(n * k, 2));
    for (size_t j = 0; j < n; j++) {
        struct ternary t = ternary_of(w + j * k, (int)k);
        memcpy(out + j * sizeof t.a, &t.a, sizeof t.a);
        for (size_t at = j * k; at < (j + 1) * k; at++) {
            unsigned code = ternary_code(w[at], t);
            if (ternary_value(code, t.a) != w[at])
                return false;
            codes_set(codes, at, 2, code);
        }
    }
    return true;
}

static int decode(float *w, size_t n, size_t k, const unsigned char *in, size_t size, struct err *e)
{
    const unsigned char *codes = in + n * sizeof(float);
    TRY(stored_expect(size, bytes(w, n, k), e));
    for (size_t j = 0; j < n; j++) {
        float a;
        memcpy(&a, in + j * sizeof a, sizeof a);
        if (!isfinite(a))
            return err_set(e, ERR_FORMAT, "the scale of row %zu is not finite", j);
        for (size_t at = j * k; at < (j + 1) * k; at++) {
            unsigned code = codes_get(codes, at, 2);
            if (code >= TERNARY_CODES)
                return err_set(e, ERR_FORMAT, "row %zu holds a code that stands for nothing", j);
            w[at] = ternary_value(code, a);
        }
    }
    return 0;
}

const struct stored stored_ternary = {"ternary", KERNEL_TERNARY, bytes, encode, decode};
