#include "analyzer/measure/race.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include "analyzer/base/clock.h"
#include "analyzer/measure/stats.h"

enum { ROUNDS_LEAST = 7, ROUNDS_MOST = 4000, SLICE_NS = 2000000, PAUSE_NS = 10000000 };

struct track {
    int contenders, threads, rounds;
    int times[CONTENDERS];                 /* runs in a slice */
    double ns[CONTENDERS][ROUNDS_MOST];    /* of one run */
    double sorted[ROUNDS_MOST];
};

static double now_ns(int threads)
{
    struct timespec t;
    clock_gettime(threads == 1 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &t);
    return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}

static void pause_after_threads(int threads)
{
    if (threads > 1)
        nanosleep(&(struct timespec){0, PAUSE_NS}, NULL);
}

static double slice_ns(const struct contender *c, int times, int threads)
{
    pause_after_threads(threads);
    double start = now_ns(threads);
    for (int i = 0; i < times; i++)
        c->run(c->payload);
    return (now_ns(threads) - start) / times;
}

static int warm_up(struct track *t, const struct contender *c, const struct progress *progress, struct err *e)
{
    for (int i = 0; i < t->contenders; i++) {
        if (progress_cancelled(progress))
            return err_set(e, ERR_CANCELLED, "the measurement was cancelled");
        slice_ns(&c[i], 1, t->threads);
        double once = slice_ns(&c[i], 1, t->threads);
        t->times[i] = once > SLICE_NS ? 1 : (int)(SLICE_NS / (once + 1)) + 1;
    }
    return 0;
}

static int run_round(struct track *t, const struct contender *c, const struct progress *progress, struct err *e)
{
    for (int i = 0; i < t->contenders; i++) {
        int who = (i + t->rounds) % t->contenders;
        if (progress_cancelled(progress))
            return err_set(e, ERR_CANCELLED, "the measurement was cancelled");
        t->ns[who][t->rounds] = slice_ns(&c[who], t->times[who], t->threads);
    }
    t->rounds++;
    return 0;
}

struct quartiles quartiles_of(double *x, int n)
{
    stats_spread(x, n); /* sorts */
    return (struct quartiles){stats_quantile(x, n, 0.25), stats_quantile(x, n, 0.5), stats_quantile(x, n, 0.75), x[0]};
}

static void summarize(struct race *out, struct track *t)
{
    out->rounds = t->rounds;
    for (int i = t->contenders - 1; i >= 0; i--) { /* contender 0 is sorted last: the others are compared with it */
        for (int n = 0; n < t->rounds; n++)
            t->sorted[n] = t->ns[0][n] / t->ns[i][n];
        out->speedup[i] = quartiles_of(t->sorted, t->rounds);
        out->ns[i] = quartiles_of(t->ns[i], t->rounds);
    }
}

int race_run(struct race *out, const struct contender *contender, int contenders, double seconds, int threads,
             const struct progress *progress, struct err *e)
{
    assert(contenders >= 1 && contenders <= CONTENDERS);
    struct track *t = calloc(1, sizeof *t);
    if (!t)
        return err_set(e, ERR_NOMEM, "no memory for %d rounds", ROUNDS_MOST);
    t->contenders = contenders;
    t->threads = threads;
    int code = warm_up(t, contender, progress, e);
    uint64_t end = clock_ns() + (uint64_t)(seconds * 1e9);
    while (code == 0 && t->rounds < ROUNDS_MOST && (t->rounds < ROUNDS_LEAST || clock_ns() < end))
        code = run_round(t, contender, progress, e);
    if (code == 0)
        summarize(out, t);
    free(t);
    return code;
}
