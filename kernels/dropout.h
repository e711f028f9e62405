/* Which elements dropout keeps: a hash of (seed, index), the same for all variants.
 *
 * The mixer of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014) makes two
 * keys of 32 bits from the seed and the upper half of the index; then two rounds, each adding a key, of the 32-bit
 * finalizer of MurmurHash3 (Appleby 2011, fmix32) hash the lower half. One round would only permute the same hashes
 * from seed to seed. An element is dropped if its hash is below p 2^32. */
#ifndef KERNELS_DROPOUT_H
#define KERNELS_DROPOUT_H

#include <stddef.h>
#include <stdint.h>

#define DROPOUT_MULTIPLIER_1 0x85ebca6bu
#define DROPOUT_MULTIPLIER_2 0xc2b2ae35u

struct dropout {
    uint32_t key[2];
    uint32_t below; /* dropped */
    float scale;    /* of what is kept */
};

static inline uint64_t dropout_mix64(uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* For all indices with this upper half. */
static inline struct dropout dropout_new(float p, uint64_t seed, uint32_t upper)
{
    uint64_t keys = dropout_mix64(dropout_mix64(seed + 0x9e3779b97f4a7c15u) + ((uint64_t)upper + 1) * 0x9e3779b97f4a7c15u);
    return (struct dropout){{(uint32_t)keys, (uint32_t)(keys >> 32)}, (uint32_t)((double)p * 0x1p32), 1 / (1 - p)};
}

static inline uint32_t dropout_mix32(uint32_t h)
{
    h = (h ^ h >> 16) * DROPOUT_MULTIPLIER_1;
    h = (h ^ h >> 13) * DROPOUT_MULTIPLIER_2;
    return h ^ h >> 16;
}

static inline uint32_t dropout_hash(const struct dropout *d, uint32_t lower)
{
    return dropout_mix32(dropout_mix32(lower + d->key[0]) + d->key[1]);
}

/* What an element is multiplied with. */
static inline float dropout_factor(const struct dropout *d, uint32_t lower)
{
    return dropout_hash(d, lower) >= d->below ? d->scale : 0;
}

/* The number of key `key` of `keys` for a query. */
static inline uint32_t dropout_index(int query, int keys, int key)
{
    return (uint32_t)query * (uint32_t)keys + (uint32_t)key;
}

/* How many of n elements from `first` on have the same upper half. */
static inline size_t dropout_run(uint64_t first, size_t n)
{
    uint64_t left = (UINT64_C(1) << 32) - (uint32_t)first;
    return n < left ? n : (size_t)left;
}

#endif
