#include "analyzer/base/arena.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

enum { HUGE_PAGE = 2 << 20 };

size_t arena_size(size_t bytes)
{
    return (bytes + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN;
}

int arena_init(struct arena *a, size_t cap, const char *what, struct err *e)
{
    *a = (struct arena){0};
    cap = arena_size(cap ? cap : 1);
    void *p = mmap(NULL, cap, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED)
        return err_set(e, ERR_NOMEM, "%.1f MB for %s could not be reserved: %s", (double)cap / 1e6, what,
                       strerror(errno));
    if (cap >= HUGE_PAGE)
        (void)madvise(p, cap, MADV_HUGEPAGE); /* only speed depends on it */
    a->base = p;
    a->cap = cap;
    return 0;
}

int arena_renew(struct arena *a, size_t cap, const char *what, struct err *e)
{
    a->used = 0;
    if (a->base && a->cap >= cap)
        return 0;
    arena_free(a);
    return arena_init(a, cap + cap / 4, what, e); /* the next one may need a little more */
}

void *arena_alloc(struct arena *a, size_t bytes)
{
    size_t size = arena_size(bytes);
    if (size < bytes || size > a->cap - a->used)
        return NULL;
    void *p = a->base + a->used;
    a->used += size;
    return p;
}

char *arena_text(struct arena *a, const char *s, size_t n)
{
    char *copy = arena_alloc(a, n + 1);
    if (copy) {
        memcpy(copy, s, n);
        copy[n] = '\0';
    }
    return copy;
}

void arena_free(struct arena *a)
{
    if (a->base)
        munmap(a->base, a->cap);
    *a = (struct arena){0};
}
