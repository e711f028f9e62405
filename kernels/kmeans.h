/* Weights that are at most KMEANS_TABLE different ones, as codes and the sorted table of them. Numbers are told apart by their
 * bits, so -0 is not 0. */
#ifndef KERNELS_KMEANS_H
#define KERNELS_KMEANS_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "kernels/half.h"

enum { KMEANS_TABLE = 256, KMEANS_SLOTS = 1024 };

struct kmeans {
    int count;
    float value[KMEANS_TABLE];   /* ascending once it is sorted */
    uint32_t key[KMEANS_SLOTS];  /* a hash table: the bits of a number, */
    int16_t index[KMEANS_SLOTS]; /* and where it is in `value`; -1 = free */
};

static inline void kmeans_clear(struct kmeans *t)
{
    t->count = 0;
    memset(t->index, -1, sizeof t->index);
}

/* The slot of a number, or the free one where it belongs. */
static inline unsigned kmeans_slot(const struct kmeans *t, uint32_t bits)
{
    unsigned slot = bits * 0x9e3779b1u >> 22;
    while (t->index[slot] >= 0 && t->key[slot] != bits)
        slot = (slot + 1) % KMEANS_SLOTS;
    return slot;
}

/* False, and nothing is added, if it would be one number too many. */
static inline bool kmeans_add(struct kmeans *t, float x)
{
    unsigned slot = kmeans_slot(t, bits_from_f32(x));
    if (t->index[slot] >= 0)
        return true;
    if (t->count == KMEANS_TABLE)
        return false;
    t->key[slot] = bits_from_f32(x);
    t->index[slot] = (int16_t)t->count;
    t->value[t->count++] = x;
    return true;
}

/* Orders all floats, -0 before 0. */
static inline uint32_t kmeans_order(float x)
{
    uint32_t bits = bits_from_f32(x);
    return bits >> 31 ? ~bits : bits | 0x80000000u;
}

static inline void kmeans_sort(struct kmeans *t)
{
    for (int i = 1; i < t->count; i++) {
        float x = t->value[i];
        int j = i;
        for (; j > 0 && kmeans_order(t->value[j - 1]) > kmeans_order(x); j--)
            t->value[j] = t->value[j - 1];
        t->value[j] = x;
    }
    for (int i = 0; i < t->count; i++)
        t->index[kmeans_slot(t, bits_from_f32(t->value[i]))] = (int16_t)i;
}

/* The code of a number that was added. */
static inline unsigned char kmeans_code(const struct kmeans *t, float x)
{
    return (unsigned char)t->index[kmeans_slot(t, bits_from_f32(x))];
}

/* A panel of the linear rows: the table, then [k, panel] codes. */
static inline size_t kmeans_panel_bytes(int panel, int k)
{
    return (sizeof(float[KMEANS_TABLE]) + (size_t)panel * (size_t)k + 63) / 64 * 64;
}

static inline void kmeans_pack(void *to, const float *w, ptrdiff_t ldw, int rows, int panel, int k)
{
    struct kmeans t;
    unsigned char *codes = (unsigned char *)to + sizeof t.value;
    kmeans_clear(&t);
    for (int c = 0; c < rows; c++)
        for (int i = 0; i < k; i++) {
            bool added = kmeans_add(&t, w[c * ldw + i]);
            assert(added);
            (void)added;
        }
    kmeans_sort(&t);
    memset(to, 0, kmeans_panel_bytes(panel, k));
    memcpy(to, t.value, (size_t)t.count * sizeof *t.value);
    for (int c = 0; c < rows; c++)
        for (int i = 0; i < k; i++)
            codes[i * panel + c] = kmeans_code(&t, w[c * ldw + i]);
}

#endif
