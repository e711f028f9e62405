/* peak: the operations it says it did are finite and proportional to the rounds, and doing more takes longer.
 */
#include <math.h>
#include <time.h>

#include "tests/conform/conform.h"

static double best_seconds(peak_fn *f, long rounds)
{
    double best = INFINITY;
    for (int i = 0; i < 20; i++) {
        struct timespec a, b;
        clock_gettime(CLOCK_MONOTONIC, &a);
        f(rounds);
        clock_gettime(CLOCK_MONOTONIC, &b);
        best = fmin(best, (double)(b.tv_sec - a.tv_sec) + 1e-9 * (double)(b.tv_nsec - a.tv_nsec));
    }
    return best;
}

void check_peak(const struct kernel *k)
{
    double one = k->fn.peak(1);
    at("1 and 1000 rounds");
    if (!(one >= 2 && one < 1e6) || k->fn.peak(1000) != 1000 * one)
        fail("%g operations in a round, %g in 1000", one, k->fn.peak(1000));
    /* a compiler that left the rounds out would make both equal */
    if (!(best_seconds(k->fn.peak, 100000) > 10 * best_seconds(k->fn.peak, 1000)))
        fail("100000 rounds take no longer than ten times 1000 rounds");
}
