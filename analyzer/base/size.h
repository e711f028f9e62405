/* Arithmetic on sizes that come from untrusted files: false on overflow. */
#ifndef ANALYZER_BASE_SIZE_H
#define ANALYZER_BASE_SIZE_H

#include <stdbool.h>
#include <stddef.h>

static inline bool size_mul(size_t a, size_t b, size_t *out)
{
    return !__builtin_mul_overflow(a, b, out);
}

static inline bool size_add(size_t a, size_t b, size_t *out)
{
    return !__builtin_add_overflow(a, b, out);
}

#endif
