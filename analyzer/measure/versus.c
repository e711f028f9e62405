#include "analyzer/measure/versus.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/clock.h"
#include "analyzer/run/exec.h"

enum { PAIRS_LEAST = 5, PAIRS_MOST = 2000, LOOK_EVERY = 5 };

static const double narrow = 0.01; /* width of the interval that is narrow enough */

struct pairs {
    double first[PAIRS_MOST], second[PAIRS_MOST], speedup[PAIRS_MOST], sorted[PAIRS_MOST];
    int n;
};

static int timed(double *ns, struct plan *p, const struct progress *progress, struct err *e)
{
    uint64_t start = clock_ns();
    int code = exec_run(p, NULL, progress ? progress->cancel : NULL);
    *ns = (double)(clock_ns() - start);
    return code == 0 ? 0 : err_set(e, code, "the measurement was cancelled");
}

static int run_pair(struct pairs *x, struct plan *first, struct plan *second, const struct progress *progress, struct err *e)
{
    bool turned = x->n % 2;
    TRY(timed(turned ? &x->second[x->n] : &x->first[x->n], turned ? second : first, progress, e));
    TRY(timed(turned ? &x->first[x->n] : &x->second[x->n], turned ? first : second, progress, e));
    x->speedup[x->n] = x->first[x->n] / x->second[x->n];
    x->n++;
    return 0;
}

static struct spread spread_of(struct pairs *x, const double *values)
{
    memcpy(x->sorted, values, (size_t)x->n * sizeof *x->sorted);
    return stats_spread(x->sorted, x->n);
}

static bool enough(struct pairs *x, double elapsed_s, double seconds)
{
    if (x->n < PAIRS_LEAST)
        return false;
    if (x->n >= PAIRS_MOST || elapsed_s >= seconds)
        return true;
    if (x->n % LOOK_EVERY)
        return false;
    struct spread s = spread_of(x, x->speedup);
    return s.n >= 6 && spread_relative_ci(&s) <= narrow;
}

static int run_pairs(struct pairs *x, struct plan *first, struct plan *second, double seconds, const struct progress *progress,
                     struct err *e)
{
    uint64_t start = clock_ns();
    double elapsed = 0;
    TRY(run_pair(x, first, second, progress, e));
    x->n = 0;
    while (!enough(x, elapsed, seconds)) {
        TRY(run_pair(x, first, second, progress, e));
        elapsed = (double)(clock_ns() - start) * 1e-9;
        TRY(progress_step(progress, "measuring", elapsed, seconds, e));
    }
    return 0;
}

int versus_run(struct versus *out, struct plan *first, struct plan *second, double seconds, const struct progress *progress,
               struct err *e)
{
    struct pairs *x = calloc(1, sizeof *x);
    *out = (struct versus){0};
    if (!x)
        return err_set(e, ERR_NOMEM, "no memory for %d pairs", PAIRS_MOST);
    int code = run_pairs(x, first, second, seconds, progress, e);
    if (code == 0)
        *out = (struct versus){spread_of(x, x->first), spread_of(x, x->second), spread_of(x, x->speedup)};
    free(x);
    return code;
}
