#include <string.h>

#include "analyzer/model/stored.h"

static size_t map_bytes(size_t count)
{
    return (count + 7) / 8;
}

static bool is_set(const float *w)
{
    uint32_t bits;
    memcpy(&bits, w, sizeof bits);
    return bits != 0;
}

static size_t bytes(const float *w, size_t n, size_t k)
{
    size_t set = 0;
    for (size_t i = 0; i < n * k; i++)
        set += is_set(w + i);
    return map_bytes(n * k) + set * sizeof *w;
}

static bool encode(unsigned char *out, const float *w, size_t n, size_t k)
{
    unsigned char *map = out, *to = out + map_bytes(n * k);
    memset(map, 0, map_bytes(n * k));
    for (size_t i = 0; i < n * k; i++)
        if (is_set(w + i)) {
            map[i / 8] |= (unsigned char)(1 << i % 8);
            memcpy(to, w + i, sizeof *w);
            to += sizeof *w;
        }
    return true;
}

static int decode(float *w, size_t n, size_t k, const unsigned char *in, size_t size, struct err *e)
{
    size_t map = map_bytes(n * k), set = 0;
    if (size < map)
        return stored_expect(size, map, e);
    for (size_t i = 0; i < map; i++)
        set += (size_t)__builtin_popcount(in[i]);
    if (n * k % 8 != 0 && in[map - 1] >> n * k % 8 != 0)
        return err_set(e, ERR_FORMAT, "a bit behind the last number is set");
    TRY(stored_expect(size, map + set * sizeof *w, e));
    const unsigned char *from = in + map;
    for (size_t i = 0; i < n * k; i++) {
        w[i] = 0;
        if (in[i / 8] >> i % 8 & 1) {
            memcpy(w + i, from, sizeof *w);
            from += sizeof *w;
        }
    }
    return 0;
}

const struct stored stored_sparse = {"sparse", KERNEL_F32, bytes, encode, decode};
