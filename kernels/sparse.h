/* The weights of a panel that are not zero, front to back in the order in which they are multiplied: block after block of
 * SPARSE_DEPTH inputs, in a block output after output, of an output by ascending input. A weight is a float and the place of
 * its input in the block in 16 bits. */
#ifndef KERNELS_SPARSE_H
#define KERNELS_SPARSE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { SPARSE_PANEL = 32, SPARSE_DEPTH = 96 };

/* Where the parts of a panel lie. */
struct sparse {
    uint32_t *bytes;  /* of the panel: the next one begins there */
    uint32_t *first;  /* [blocks + 1] the first weight of a block */
    uint16_t *count;  /* [blocks][SPARSE_PANEL] weights of an output in a block */
    float *value;     /* [weights] */
    uint16_t *input;  /* [weights] in the block */
};

static inline int sparse_blocks(int k)
{
    return (k - 1) / SPARSE_DEPTH + 1;
}

static inline size_t sparse_head(int k)
{
    size_t blocks = (size_t)sparse_blocks(k);
    return (blocks + 2) * sizeof(uint32_t) + blocks * SPARSE_PANEL * sizeof(uint16_t);
}

static inline size_t sparse_bytes(int k, size_t weights)
{
    return (sparse_head(k) + weights * (sizeof(float) + sizeof(uint16_t)) + 63) / 64 * 64;
}

static inline struct sparse sparse_at(const void *panel, int k, size_t weights)
{
    char *at = (char *)(uintptr_t)panel;
    struct sparse s = {.bytes = (void *)at, .first = (void *)(at + sizeof(uint32_t))};
    s.count = (void *)(s.first + sparse_blocks(k) + 1);
    s.value = (void *)(at + sparse_head(k));
    s.input = (void *)(s.value + weights);
    return s;
}

/* A packed panel. */
static inline struct sparse sparse_open(const void *panel, int k)
{
    return sparse_at(panel, k, ((const uint32_t *)panel)[1 + sparse_blocks(k)]);
}

static inline size_t sparse_count(const float *w, ptrdiff_t ldw, int rows, int k)
{
    size_t weights = 0;
    for (ptrdiff_t j = 0; j < rows; j++)
        for (int i = 0; i < k; i++)
            weights += w[j * ldw + i] != 0;
    return weights;
}

/* linear_kernel.panel_bytes: none is zero. */
static inline size_t sparse_panel_bytes(int k)
{
    return sparse_bytes(k, (size_t)SPARSE_PANEL * (size_t)k);
}

static inline size_t sparse_panel_bytes_of(const float *w, ptrdiff_t ldw, int rows, int k)
{
    return sparse_bytes(k, sparse_count(w, ldw, rows, k));
}

static inline void sparse_pack(void *panel, const float *w, ptrdiff_t ldw, int rows, int k)
{
    size_t weights = sparse_count(w, ldw, rows, k), at = 0;
    struct sparse s = sparse_at(panel, k, weights);
    memset(panel, 0, sparse_bytes(k, weights));
    *s.bytes = (uint32_t)sparse_bytes(k, weights);
    for (int block = 0; block < sparse_blocks(k); block++) {
        int from = block * SPARSE_DEPTH, end = k - from < SPARSE_DEPTH ? k : from + SPARSE_DEPTH;
        for (ptrdiff_t j = 0; j < rows; j++)
            for (int i = from; i < end; i++)
                if (w[j * ldw + i] != 0) {
                    s.value[at] = w[j * ldw + i];
                    s.input[at++] = (uint16_t)(i - from);
                    s.count[block * SPARSE_PANEL + j]++;
                }
        s.first[block + 1] = (uint32_t)at;
    }
}

#endif
