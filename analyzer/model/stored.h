/* A matrix as the bytes of a compact file.
 *
 * The numbers w[n,k] are those that a format makes (kernel_format_round); their bytes are the codes and scales they stand for,
 * and decoding gives w again, bit for bit (but for the sign of zeros where the format has none). Numbers are little-endian and
 * unaligned, rows follow each other, and bits are taken from the lowest of a byte on.
 *
 *   f32, bf16, f16   n k numbers
 *   int8             n scales in f32, n k codes of 8 bits; w = code scale, -127 <= code <= 127
 *   int4             for each row, a scale in bf16 for each 32 neighbours (the last may be fewer); n k codes of 4 bits in two's
 *                    complement; w = code scale, -7 <= code <= 7
 *   ternary          n times a in f32, n k codes of 2 bits: 0, 1, 2 for 0, a, -a
 *   kmeans           how many different numbers there are, 1 to 256, in 16 bits; these numbers in f32, ascending; n k codes of as
 *                    many bits as tell them apart, at least 1: which of them
 *   sparse           n k bits, 1 where w is not 0 (bits past the last are 0); those numbers in f32
 */
#ifndef ANALYZER_MODEL_STORED_H
#define ANALYZER_MODEL_STORED_H

#include <stdbool.h>
#include <stddef.h>

#include "analyzer/base/err.h"
#include "kernels/kernels.h"

struct stored {
    const char *name;
    enum kernel_format format; /* that the numbers are in */
    /* What encode writes. */
    size_t (*bytes)(const float *w, size_t n, size_t k);
    /* False if w is not what the format makes. */
    bool (*encode)(unsigned char *out, const float *w, size_t n, size_t k);
    /* `size` bytes from a file. */
    int (*decode)(float *w, size_t n, size_t k, const unsigned char *in, size_t size, struct err *e);
};

#define STORED(NAME, name) extern const struct stored stored_##name;
#include "analyzer/model/stored.def"
#undef STORED

/* NULL if there is none of that name. Formats and what stores their numbers have the same name. */
const struct stored *stored_find(const char *name);

/* What w[n,k] takes; n, k >= 1, in memory. */
size_t stored_bytes(const struct stored *s, const float *w, size_t n, size_t k);

/* Writes stored_bytes() bytes. ERR_UNSUPPORTED if w is not what the format makes. */
WARN_UNUSED int stored_encode(const struct stored *s, void *out, const float *w, size_t n, size_t k, struct err *e);

/* w[n,k] from the bytes of a file, which may hold anything: sizes that do not fit, codes that stand for nothing, and numbers
 * that the format does not make are errors (ERR_SHAPE, ERR_FORMAT), after which w may hold anything. */
WARN_UNUSED int stored_decode(const struct stored *s, float *w, size_t n, size_t k, const void *in, size_t size, struct err *e);

/* For the rows: fails unless `size` is `want`. */
WARN_UNUSED int stored_expect(size_t size, size_t want, struct err *e);

#endif
