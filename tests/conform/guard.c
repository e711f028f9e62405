/* Buffers between protected pages. */
#include "tests/conform/conform.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { REGIONS = 192 }; /* a check of rows one by one prepares each: more than the row block of any kernel */
static const uint32_t CANARY = 0x7fa5a5a5; /* a NaN as float */

static struct region {
    char *map; /* protected page, data pages, protected page */
    size_t data_bytes;
    float *p;
    size_t n;
} regions[REGIONS];
static int used;

static size_t page_bytes(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

static void put_canaries(float *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        memcpy(p + i, &CANARY, sizeof CANARY);
}

bool is_canary(const float *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (memcmp(p + i, &CANARY, sizeof CANARY) != 0)
            return false;
    return true;
}

float *guard_floats(size_t n, enum placement where)
{
    size_t page = page_bytes(), bytes = (n + 1) * sizeof(float);
    assert(used < REGIONS);
    struct region *r = &regions[used];
    r->data_bytes = (bytes + page - 1) / page * page;
    r->map = mmap(NULL, r->data_bytes + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (r->map == MAP_FAILED || mprotect(r->map + page, r->data_bytes, PROT_READ | PROT_WRITE) != 0) {
        perror("conform: guarded memory");
        abort();
    }
    float *first = (float *)(void *)(r->map + page), *end = first + r->data_bytes / sizeof(float);
    r->p = where == ENDS_AT_GUARD ? end - n : where == STARTS_AT_GUARD ? first : first + 1;
    r->n = n;
    put_canaries(first, (size_t)(end - first));
    used++;
    return r->p;
}

static struct region *find(const void *p)
{
    for (int i = 0; i < used; i++)
        if (regions[i].p == p)
            return &regions[i];
    abort();
}

void guard_seal(const void *p)
{
    struct region *r = find(p);
    if (mprotect(r->map + page_bytes(), r->data_bytes, PROT_READ) != 0)
        abort();
}

void guards_release(void)
{
    for (int i = 0; i < used; i++) {
        struct region *r = &regions[i];
        const float *first = (const float *)(const void *)(r->map + page_bytes());
        const float *end = first + r->data_bytes / sizeof(float);
        if (!is_canary(first, (size_t)(r->p - first)))
            fail("wrote before a buffer");
        if (!is_canary(r->p + r->n, (size_t)(end - r->p) - r->n))
            fail("wrote behind a buffer");
        munmap(r->map, r->data_bytes + 2 * page_bytes());
    }
    used = 0;
}

struct matrix matrix_new(int m, int n, int gap, enum placement where)
{
    struct matrix a = {.ld = n + gap, .m = m, .n = n};
    a.p = guard_floats((size_t)(m - 1) * (size_t)a.ld + (size_t)n, where);
    return a;
}

void matrix_check_gaps(const struct matrix *a)
{
    for (int r = 0; r + 1 < a->m; r++)
        if (!is_canary(a->p + r * a->ld + a->n, (size_t)(a->ld - a->n))) {
            fail("wrote between rows %d and %d", r, r + 1);
            return;
        }
}
