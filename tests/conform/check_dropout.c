/* dropout: the same bits in all variants; how many are kept, and whether what is kept under one seed, index or upper half
 * says anything about another. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/dropout.h"
#include "tests/conform/conform.h"

/* The hash itself; the values come from another program than kernels/dropout.h (integers without a size, cut by hand). */
static void check_hash(void)
{
    static const struct {
        uint64_t seed, index;
        uint32_t hash;
    } known[] = {
        {0x0, 0x0, 0x3feda10eu},
        {0x0, 0x1, 0x8a0bdaaau},
        {0x1, 0x0, 0x619ae732u},
        {0x123456789abcdef0, 0xfedcba9876543210, 0x4300a8aau},
        {0xffffffffffffffff, 0xffffffffffffffff, 0xa33feaa4u},
        {0x2a, 0xffffffff, 0x50f93708u},
        {0x2a, 0x100000000, 0x991e07a1u},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct dropout d = dropout_new(0.5f, known[i].seed, (uint32_t)(known[i].index >> 32));
        at("hash of seed %llx, index %llx", (unsigned long long)known[i].seed, (unsigned long long)known[i].index);
        if (dropout_hash(&d, (uint32_t)known[i].index) != known[i].hash)
            fail("%08x instead of %08x", dropout_hash(&d, (uint32_t)known[i].index), known[i].hash);
    }
}

static float wanted(float x, float p, uint64_t seed, uint64_t index)
{
    struct dropout d = dropout_new(p, seed, (uint32_t)(index >> 32));
    return dropout_hash(&d, (uint32_t)index) < d.below ? 0 : x * (1 / (1 - p));
}

static void check_case(dropout_fn *f, int n, float p, uint64_t first, enum numbers kind, enum placement where,
                       bool in_place)
{
    uint64_t seed = random_u64();
    at("n=%d p=%g first=%llx numbers %d placement %d%s", n, p, (unsigned long long)first, kind, where,
       in_place ? " in place" : "");
    float *x = guard_floats((size_t)n, where), *y = in_place ? x : guard_floats((size_t)n, where), before[256];
    fill(x, (size_t)n, kind);
    if (kind == MIXED)
        x[n / 2] = n % 3 == 0 ? NAN : n % 3 == 1 ? INFINITY : -INFINITY;
    memcpy(before, x, (size_t)n * sizeof *x);
    if (!in_place)
        guard_seal(x);
    f(y, x, (size_t)n, p, seed, first);
    for (int i = 0; i < n; i++) {
        float want = wanted(before[i], p, seed, first + (uint64_t)i);
        if (isnan(want) ? !isnan(y[i]) : memcmp(&y[i], &want, sizeof want) != 0)
            fail("[%d] is %.9g, not %.9g", i, y[i], want);
    }
    guards_release();
}

enum { DRAWS = 1 << 18 };

static const float *mask(dropout_fn *f, float *room, float p, uint64_t seed, uint64_t first)
{
    for (int i = 0; i < DRAWS; i++)
        room[i] = 1;
    f(room, room, DRAWS, p, seed, first);
    return room;
}

/* `count` of n things that each happen with probability p: six standard deviations are left once in 5 10^8. */
static void expect_count(const char *what, double count, double n, double p)
{
    double far = fabs(count - n * p) / sqrt(n * p * (1 - p));
    if (!(far < 6))
        fail("%s: %.0f of %.0f, %.1f standard deviations from %g", what, count, n, far, p);
}

/* Two masks agree where chance alone says so. */
static void expect_apart(const char *what, const float *a, const float *b, int n, double p)
{
    int same = 0;
    for (int i = 0; i < n; i++)
        same += (a[i] == 0) == (b[i] == 0);
    expect_count(what, same, n, p * p + (1 - p) * (1 - p));
}

static void check_chance(dropout_fn *f, float p)
{
    float *room = malloc(2 * sizeof(float[DRAWS])), *other = room + DRAWS;
    uint64_t seed = random_u64();
    at("%d draws, p=%g, seed %llx", (int)DRAWS, p, (unsigned long long)seed);
    const float *m = mask(f, room, p, seed, 0);
    int dropped = 0;
    for (int i = 0; i < DRAWS; i++)
        dropped += m[i] == 0;
    expect_count("dropped", dropped, DRAWS, p);
    for (int lag = 1; lag <= 1024; lag *= 2)
        expect_apart("later elements", m, m + lag, DRAWS - lag, p);
    for (int bit = 0; bit < 64; bit += 3)
        expect_apart("seeds of one bit apart", m, mask(f, other, p, seed ^ UINT64_C(1) << bit, 0), DRAWS, p);
    expect_apart("the next seed", m, mask(f, other, p, seed + 1, 0), DRAWS, p);
    expect_apart("the next seed, one later", m, mask(f, other, p, seed + 1, 1), DRAWS, p);
    for (int bit = 18; bit < 64; bit += 3)
        expect_apart("far elements", m, mask(f, other, p, seed, UINT64_C(1) << bit), DRAWS, p);
    free(room);
}

void check_dropout(const struct kernel *k)
{
    static const int ns[] = {1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 70, 255};
    static const float ps[] = {0, 0.1f, 0.5f, 0.999f};
    static const uint64_t firsts[] = {0, 5, (UINT64_C(1) << 32) - 20, (UINT64_C(7) << 32) - 1, UINT64_MAX - 300};
    unsigned turn = 0;
    check_hash();
    for (size_t b = 0; b < sizeof ns / sizeof *ns; b++)
        for (size_t p = 0; p < sizeof ps / sizeof *ps; p++)
            for (size_t i = 0; i < sizeof firsts / sizeof *firsts; i++)
                for (int kind = 0; kind < NUMBERS; kind++, turn++)
                    check_case(k->fn.dropout, ns[b], ps[p], firsts[i], (enum numbers)kind, turn % 7 % PLACEMENTS,
                               turn % 2);
    check_chance(k->fn.dropout, 0.1f);
    check_chance(k->fn.dropout, 0.5f);
}
