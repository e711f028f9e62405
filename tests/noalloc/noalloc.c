/* A forward pass allocates nothing: malloc and its relatives are replaced by ones that count while a pass runs.
 * Sanitizers replace them themselves, so there this is skipped. */
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "analyzer/model/model.h"
#include "analyzer/run/exec.h"
#include "analyzer/run/weights.h"

static atomic_bool armed;
static atomic_int calls;

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);
void *__libc_memalign(size_t align, size_t n);

static void count(void)
{
    if (atomic_load(&armed))
        atomic_fetch_add(&calls, 1);
}

void *malloc(size_t n)
{
    count();
    return __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
    count();
    return __libc_calloc(n, size);
}

void *realloc(void *p, size_t n)
{
    count();
    return __libc_realloc(p, n);
}

int posix_memalign(void **out, size_t align, size_t n)
{
    count();
    *out = __libc_memalign(align, n);
    return *out ? 0 : ENOMEM;
}

void *aligned_alloc(size_t align, size_t n)
{
    count();
    return __libc_memalign(align, n);
}

/* Allocations of one pass; -1 after a failure. The first pass starts the threads and is not counted. */
static int count_pass(const struct plan *p)
{
    uint64_t clock[256];
    if (p->steps >= 256 || exec_run(p, clock, NULL) != 0)
        return -1;
    atomic_store(&calls, 0);
    atomic_store(&armed, true);
    int code = exec_run(p, clock, NULL);
    atomic_store(&armed, false);
    return code == 0 ? atomic_load(&calls) : -1;
}

static int check(const struct weights *w, int threads)
{
    const int length[] = {64, 7, 1};
    struct plan_options options = {.threads = threads};
    struct plan *p = NULL;
    struct err e = {0};
    int32_t id[72] = {0};
    int n = -1;
    if (plan_build(&p, w, length, 3, &options, &e) == 0 && plan_set_tokens(p, id, NULL, &e) == 0)
        n = count_pass(p);
    plan_free(p);
    printf("%d threads: %d allocations in a pass %s\n", threads, n, e.text);
    return n == 0;
}

int main(void)
{
    struct model *m = NULL;
    struct weights *w = NULL;
    struct err e = {0};
    int passed = 0;
#ifdef __clang__
    puts("skipped: clang's OpenMP allocates whenever it starts a team");
    return 77;
#endif
    atomic_store(&armed, true);
    void *volatile probe = malloc(1);
    atomic_store(&armed, false);
    free(probe);
    if (atomic_load(&calls) == 0) {
        puts("skipped: malloc cannot be replaced in this build");
        return 77;
    }
    if (model_open(&m, "preset:bert-tiny", NULL, NULL, &e) == 0 &&
        weights_build(&w, m, &(struct weights_options){.cpu = cpu_detect(NULL), .threads = 2}, NULL, &e) == 0)
        passed = check(w, 1) + check(w, 2);
    weights_free(w);
    model_free(m);
    printf("%d passed, %d failed\n", passed, 2 - passed);
    return passed == 2 ? 0 : 1;
}
