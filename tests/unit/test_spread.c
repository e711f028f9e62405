/* spread: threads of a team that share a core go apart. */
#include "tests/unit/unit.h"

#include <omp.h>
#include <sched.h>
#include <stdbool.h>

#include "analyzer/run/spread.h"

enum { THREADS = 2, TRIES = 200 };

/* Both threads end on the core of the first one, free to leave it. */
static void crowd(const cpu_set_t *allowed)
{
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
#pragma omp parallel num_threads(THREADS)
    if (sched_setaffinity(0, sizeof one, &one) == 0)
        sched_setaffinity(0, sizeof *allowed, allowed);
}

static bool apart(void)
{
    int core[THREADS] = {-1, -2};
#pragma omp parallel num_threads(THREADS)
    core[omp_get_thread_num()] = sched_getcpu();
    return core[0] != core[1];
}

/* The system may put them together again in between, or apart by itself. */
static int apart_of_tries(const cpu_set_t *allowed, bool spread)
{
    int times = 0;
    for (int i = 0; i < TRIES; i++) {
        crowd(allowed);
        if (spread)
            spread_threads(THREADS);
        times += apart();
    }
    return times;
}

static void threads_go_apart(void)
{
    cpu_set_t allowed, after;
    CU_ASSERT_EQUAL_FATAL(sched_getaffinity(0, sizeof allowed, &allowed), 0);
    if (CPU_COUNT(&allowed) < THREADS) {
        printf("\n    skipped: this process has one core");
        return;
    }
    int alone = apart_of_tries(&allowed, false), spread = apart_of_tries(&allowed, true);
    printf("\n    apart by themselves %d times of %d, spread %d", alone, TRIES, spread);
    CU_ASSERT_TRUE(spread >= TRIES / 2);
    bool same = true;
#pragma omp parallel num_threads(THREADS) private(after) reduction(&& : same)
    same = sched_getaffinity(0, sizeof after, &after) == 0 && CPU_EQUAL(&after, &allowed);
    CU_ASSERT_TRUE(same);
}

static void teams_that_cannot_are_left_alone(void)
{
    spread_threads(1);
    spread_threads(3 * omp_get_num_procs()); /* more than cores */
    spread_threads(1000);
    CU_PASS("nothing to see");
}

CU_TestInfo suite_spread[] = {
    {"threads go apart", threads_go_apart},
    {"teams that cannot are left alone", teams_that_cannot_are_left_alone},
    CU_TEST_INFO_NULL,
};
