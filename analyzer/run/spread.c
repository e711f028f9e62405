#include "analyzer/run/spread.h"

#include <stdbool.h>

#ifdef __linux__
#include <omp.h>
#include <sched.h>

enum { THREADS_MOST = 64 }; /* teams larger than this are left alone */

static bool distinct(const int *core, int threads)
{
    for (int i = 0; i < threads; i++)
        for (int j = 0; j < i; j++)
            if (core[i] == core[j])
                return false;
    return true;
}

/* The first core of `allowed` that no thread is on; -1: none. */
static int free_core(const int *core, int threads, const cpu_set_t *allowed)
{
    for (int c = 0; c < CPU_SETSIZE; c++) {
        bool taken = !CPU_ISSET(c, allowed);
        for (int i = 0; i < threads && !taken; i++)
            taken = core[i] == c;
        if (!taken)
            return c;
    }
    return -1;
}

/* Where each thread should be; false: there are not enough cores. */
static bool share_out(int *core, int threads, const cpu_set_t *allowed)
{
    for (int i = 1; i < threads; i++)
        for (int j = 0; j < i; j++)
            if (core[i] == core[j] && (core[i] = free_core(core, threads, allowed)) < 0)
                return false;
    return true;
}

/* The calling thread goes to `core`, and may leave it at once. */
static void go_to(int core, const cpu_set_t *allowed)
{
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(core, &one);
    if (sched_getcpu() != core && sched_setaffinity(0, sizeof one, &one) == 0)
        sched_setaffinity(0, sizeof *allowed, allowed);
}

void spread_threads(int threads)
{
    int core[THREADS_MOST];
    cpu_set_t allowed;
    if (threads < 2 || threads > THREADS_MOST)
        return;
    for (int i = 0; i < threads; i++)
        core[i] = -1 - i; /* a team may be smaller than asked for */
#pragma omp parallel num_threads(threads)
    core[omp_get_thread_num()] = sched_getcpu();
    if (distinct(core, threads) || sched_getaffinity(0, sizeof allowed, &allowed) != 0 || !share_out(core, threads, &allowed))
        return;
#pragma omp parallel num_threads(threads)
    go_to(core[omp_get_thread_num()], &allowed);
}
#else
void spread_threads(int threads)
{
    (void)threads;
}
#endif
