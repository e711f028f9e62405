/* Passes, forward and backward, and packing changed weights allocate nothing: malloc and its relatives are replaced by ones that count while these run.
 * Sanitizers replace them themselves, so there this is skipped. */
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "analyzer/model/model.h"
#include "analyzer/run/exec.h"
#include "analyzer/run/gradients.h"
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

/* What a trainer does for one batch; -1 after a failure. */
static int run_all(const struct plan *p, struct weights *w)
{
    uint64_t clock[256];
    if (p->steps >= 256 || exec_run(p, clock, NULL) != 0)
        return -1;
    if (p->options.into)
        gradients_clear(p->options.into, p->options.threads);
    if (p->options.gradients == PLAN_NO_GRADIENTS)
        return 0;
    weights_refresh(w, p->options.threads);
    return exec_backward(p, NULL);
}

/* Allocations of one round; -1 after a failure. The first starts the threads and is not counted. */
static int count_round(const struct plan *p, struct weights *w)
{
    if (run_all(p, w) != 0)
        return -1;
    atomic_store(&calls, 0);
    atomic_store(&armed, true);
    int code = run_all(p, w);
    atomic_store(&armed, false);
    return code == 0 ? atomic_load(&calls) : -1;
}

static int check(struct weights *w, const struct plan_options *options, const char *what)
{
    const int length[] = {64, 7, 1};
    struct plan *p = NULL;
    struct err e = {0};
    int32_t id[72] = {0};
    int n = -1;
    if (plan_build(&p, w, length, 3, options, &e) == 0 && plan_set_tokens(p, id, NULL, &e) == 0)
        n = count_round(p, w);
    plan_free(p);
    printf("%d threads, %s: %d allocations %s\n", options->threads, what, n, e.text);
    return n == 0;
}

/* How many of `checks` passed. */
static int check_all(struct weights *w, struct gradients *g, int *checks)
{
    int passed = 0;
    *checks = 0;
    for (int threads = 1; threads <= 2; threads++, *checks += 3) {
        passed += check(w, &(struct plan_options){.threads = threads}, "forward");
        passed += check(w, &(struct plan_options){.threads = threads, .gradients = PLAN_GATE_GRADIENTS,
                                                  .neuron_gates = true}, "gradients of gates");
        passed += check(w, &(struct plan_options){.threads = threads, .gradients = PLAN_ALL_GRADIENTS, .into = g,
                                                  .dropout = 0.1f}, "all gradients");
    }
    return passed;
}

int main(void)
{
    struct model *m = NULL;
    struct weights *w = NULL;
    struct gradients *g = NULL;
    struct err e = {0};
    int passed = 0, checks = 1;
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
    struct weights_options options = {.cpu = cpu_detect(NULL), .threads = 2, .gradients = true};
    if (model_open(&m, "preset:bert-tiny", NULL, NULL, &e) == 0 && weights_build(&w, m, &options, NULL, &e) == 0 &&
        gradients_new(&g, m, &e) == 0)
        passed = check_all(w, g, &checks);
    gradients_free(g);
    weights_free(w);
    model_free(m);
    printf("%d passed, %d failed %s\n", passed, checks - passed, e.text);
    return passed == checks ? 0 : 1;
}
