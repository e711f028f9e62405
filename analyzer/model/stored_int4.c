#include <math.h>
#include <string.h>

#include "analyzer/model/stored.h"
#include "kernels/codes.h"
#include "kernels/int4.h"

static size_t scale_bytes(size_t n, size_t k)
{
    return n * (size_t)int4_groups((int)k) * sizeof(uint16_t);
}

static size_t bytes(const float *w, size_t n, size_t k)
{
    (void)w;
    return scale_bytes(n, k) + codes_bytes(n * k, 4);
}

/* Codes `at`.. of a group. */
static bool encode_group(unsigned char *codes, size_t at, const float *w, int size, struct scale s)
{
    for (int i = 0; i < size; i++) {
        int8_t q = scale_quantize(w[i], s);
        if ((float)q * s.scale != w[i])
            return false;
        codes_set(codes, at + (size_t)i, 4, int4_code(q));
    }
    return true;
}

static bool encode(unsigned char *out, const float *w, size_t n, size_t k)
{
    unsigned char *codes = out + scale_bytes(n, k);
    memset(codes, 0, codes_bytes(n * k, 4));
    for (size_t at = 0; at < n * k;)
        for (int g = 0; g < int4_groups((int)k); g++) {
            int size = int4_group_size(g, (int)k);
            struct scale s = int4_scale(w + at, size);
            uint16_t half = bf16_from_f32(s.scale);
            memcpy(out, &half, sizeof half);
            out += sizeof half;
            if (!encode_group(codes, at, w + at, size, s))
                return false;
            at += (size_t)size;
        }
    return true;
}

static int decode(float *w, size_t n, size_t k, const unsigned char *in, size_t size, struct err *e)
{
    const unsigned char *codes = in + scale_bytes(n, k);
    TRY(stored_expect(size, bytes(w, n, k), e));
    for (size_t at = 0; at < n * k;)
        for (int g = 0; g < int4_groups((int)k); g++, in += sizeof(uint16_t)) {
            uint16_t half;
            memcpy(&half, in, sizeof half);
            if (!isfinite(f32_from_bf16(half)))
                return err_set(e, ERR_FORMAT, "the scale of group %d of row %zu is not finite", g, at / k);
            for (int i = 0; i < int4_group_size(g, (int)k); i++, at++)
                w[at] = (float)int4_integer(codes_get(codes, at, 4)) * f32_from_bf16(half);
        }
    return 0;
}

const struct stored stored_int4 = {"int4", KERNEL_INT4, bytes, encode, decode};
