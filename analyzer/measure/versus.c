#include "analyzer/measure/versus.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/clock.h"
#include "analyzer/run/exec.h"
#include "analyzer/run/plan.h"

enum { PAIRS_LEAST = 5, PAIRS_MOST = 2000, LOOK_EVERY = 5 };

static const double narrow = 0.01; /* width of the interval that is narrow enough */

struct pairs {
    double first[PAIRS_MOST], second[PAIRS_MOST], speedup[PAIRS_MOST], sorted[PAIRS_MOST];
    double first_part[COMPONENTS][PAIRS_MOST], second_part[COMPONENTS][PAIRS_MOST]; /* ns, and shares once the pair is complete */
    uint64_t *clock; /* [steps + 1] of the longer plan; owned */
    int n;
};

/* One pass: its time, and that of each component as element n of part[]. */
static int timed(struct pairs *x, double *ns, double (*part)[PAIRS_MOST], struct plan *p, const struct progress *progress, struct err *e)
{
    uint64_t start = clock_ns();
    int code = exec_run(p, x->clock, progress ? progress->cancel : NULL);
    *ns = (double)(clock_ns() - start);
    if (code != 0)
        return err_set(e, code, "the measurement was cancelled");
    for (int c = 0; c < COMPONENTS; c++)
        part[c][x->n] = 0;
    for (int i = 0; i < p->steps; i++)
        part[p->step[i].component][x->n] += (double)(x->clock[i + 1] - x->clock[i]);
    return 0;
}

static int run_pair(struct pairs *x, struct plan *first, struct plan *second, const struct progress *progress, struct err *e)
{
    int n = x->n;
    if (n % 2)
        TRY(timed(x, &x->second[n], x->second_part, second, progress, e));
    TRY(timed(x, &x->first[n], x->first_part, first, progress, e));
    if (n % 2 == 0)
        TRY(timed(x, &x->second[n], x->second_part, second, progress, e));
    x->speedup[n] = x->first[n] / x->second[n];
    for (int c = 0; c < COMPONENTS; c++) {
        x->first_part[c][n] /= x->first[n];
        x->second_part[c][n] /= x->first[n];
    }
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

static struct versus result(struct pairs *x)
{
    struct versus v = {.first_ns = spread_of(x, x->first), .second_ns = spread_of(x, x->second), .speedup = spread_of(x, x->speedup)};
    for (int c = 0; c < COMPONENTS; c++) {
        v.first_part[c] = spread_of(x, x->first_part[c]).median;
        v.second_part[c] = spread_of(x, x->second_part[c]).median;
    }
    return v;
}

int versus_run(struct versus *out, struct plan *first, struct plan *second, double seconds, const struct progress *progress,
               struct err *e)
{
    int steps = first->steps > second->steps ? first->steps : second->steps;
    struct pairs *x = calloc(1, sizeof *x);
    *out = (struct versus){0};
    if (x)
        x->clock = malloc(((size_t)steps + 1) * sizeof *x->clock);
    int code = x && x->clock ? run_pairs(x, first, second, seconds, progress, e)
                             : err_set(e, ERR_NOMEM, "no memory for %d pairs", PAIRS_MOST);
    if (code == 0)
        *out = result(x);
    if (x)
        free(x->clock);
    free(x);
    return code;
}
