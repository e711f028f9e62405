#include <math.h>

#include "analyzer/model/stored.h"
#include "kernels/codes.h"
#include "kernels/kmeans.h"

enum { COUNT_BYTES = 2 };

/* The fewest bits of a code that tell `count` numbers apart, at least one. */
static int bits_for(int count)
{
    int bits = 1;
    while (1 << bits < count)
        bits++;
    return bits;
}

static size_t table_bytes(int count)
{
    return COUNT_BYTES + (size_t)count * sizeof(float);
}

/* False if there are too many different numbers, or one is not finite. */
static bool collect(struct kmeans *t, const float *w, size_t count)
{
    kmeans_clear(t);
    for (size_t i = 0; i < count; i++)
        if (!isfinite(w[i]) || !kmeans_add(t, w[i]))
            return false;
    kmeans_sort(t);
    return true;
}

static size_t bytes(const float *w, size_t n, size_t k)
{
    struct kmeans t;
    collect(&t, w, n * k);
    return table_bytes(t.count) + codes_bytes(n * k, bits_for(t.count));
}

static bool encode(unsigned char *out, const float *w, size_t n, size_t k)
{
    struct kmeans t;
    if (!collect(&t, w, n * k))
        return false;
    unsigned char *codes = out + table_bytes(t.count);
    out[0] = (unsigned char)t.count;
    out[1] = (unsigned char)(t.count >> 8);
    memcpy(out + COUNT_BYTES, t.value, (size_t)t.count * sizeof *t.value);
    memset(codes, 0, codes_bytes(n * k, bits_for(t.count)));
    for (size_t i = 0; i < n * k; i++)
        codes_set(codes, i, bits_for(t.count), kmeans_code(&t, w[i]));
    return true;
}

static int read_table(float *value, int count, const unsigned char *in, struct err *e)
{
    for (int i = 0; i < count; i++) {
        memcpy(value + i, in + (size_t)i * sizeof *value, sizeof *value);
        if (!isfinite(value[i]) || (i > 0 && kmeans_order(value[i]) <= kmeans_order(value[i - 1])))
            return err_set(e, ERR_FORMAT, "number %d of the table is not finite, or not larger than the one before", i);
    }
    return 0;
}

static int decode(float *w, size_t n, size_t k, const unsigned char *in, size_t size, struct err *e)
{
    float value[KMEANS_TABLE];
    if (size < COUNT_BYTES)
        return stored_expect(size, COUNT_BYTES, e);
    int count = in[0] | in[1] << 8, bits = bits_for(count);
    if (count < 1 || count > KMEANS_TABLE)
        return err_set(e, ERR_FORMAT, "a table of %d numbers is not one of 1 to %d", count, KMEANS_TABLE);
    TRY(stored_expect(size, table_bytes(count) + codes_bytes(n * k, bits), e));
    TRY(read_table(value, count, in + COUNT_BYTES, e));
    for (size_t i = 0; i < n * k; i++) {
        unsigned code = codes_get(in + table_bytes(count), i, bits);
        if (code >= (unsigned)count)
            return err_set(e, ERR_FORMAT, "number %zu has code %u, but the table has %d numbers", i, code, count);
        w[i] = value[code];
    }
    return 0;
}

const struct stored stored_kmeans = {"kmeans", KERNEL_KMEANS, bytes, encode, decode};
