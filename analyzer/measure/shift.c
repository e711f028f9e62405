#include "analyzer/measure/shift.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/rng.h"
#include "analyzer/measure/stats.h"

enum { PAIRS_MOST = 200 }; /* rounds that a Hodges-Lehmann estimate looks at, evenly spread */

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void sort(double *x, int n)
{
    qsort(x, (size_t)n, sizeof *x, ascending);
}

/* The k-th smallest (Hoare 1961); reorders x. */
static double nth(double *x, int n, int k)
{
    for (int low = 0, high = n - 1; low < high;) {
        double pivot = x[low + (high - low) / 2];
        int i = low, j = high;
        while (i <= j) {
            while (x[i] < pivot)
                i++;
            while (x[j] > pivot)
                j--;
            if (i <= j) {
                double t = x[i];
                x[i++] = x[j];
                x[j--] = t;
            }
        }
        if (k > j && k < i)
            break;
        if (k <= j)
            high = j;
        else
            low = i;
    }
    return x[k];
}

static double median_of(double *x, int n)
{
    double upper = nth(x, n, n / 2);
    if (n % 2)
        return upper;
    double lower = x[0]; /* what is left of n / 2 is not larger */
    for (int i = 1; i < n / 2; i++)
        lower = fmax(lower, x[i]);
    return (lower + upper) / 2;
}

/* ---- tests of no shift ----------------------------------------------------------------------------------------- */

/* Sum of t^3 - t over groups of t equal values. */
static double ties(const double *sorted, int n)
{
    double sum = 0;
    for (int i = 0, j; i < n; i = j) {
        for (j = i; j < n && sorted[j] == sorted[i]; j++)
            ;
        double t = j - i;
        sum += t * t * t - t;
    }
    return sum;
}

/* Mean rank, from 1, of a value that is in `sorted`. */
static double rank_in(const double *sorted, int n, double value)
{
    int low = 0, high = n, end;
    while (low < high) {
        int middle = (low + high) / 2;
        if (sorted[middle] < value)
            low = middle + 1;
        else
            high = middle;
    }
    for (end = low; end < n && sorted[end] == value; end++)
        ;
    return (low + 1 + end) / 2.0;
}

static double two_sided(double off, double variance)
{
    if (variance <= 0)
        return 1;
    double z = fmax(0, fabs(off) - 0.5) / sqrt(variance);
    return erfc(z / sqrt(2));
}

double mann_whitney_p(const double *x, int n, const double *y, int m, double *scratch)
{
    double all = n + m, ranks = 0;
    memcpy(scratch, x, (size_t)n * sizeof *x);
    memcpy(scratch + n, y, (size_t)m * sizeof *y);
    sort(scratch, n + m);
    for (int i = 0; i < n; i++)
        ranks += rank_in(scratch, n + m, x[i]);
    double u = ranks - n * (n + 1.0) / 2;
    double variance = (double)n * m / 12 * (all + 1 - ties(scratch, n + m) / (all * (all - 1)));
    return two_sided(u - (double)n * m / 2, variance);
}

double signed_rank_p(const double *difference, int n, double *scratch)
{
    int used = 0;
    double above = 0;
    for (int i = 0; i < n; i++)
        if (difference[i] != 0)
            scratch[used++] = fabs(difference[i]);
    sort(scratch, used);
    for (int i = 0; i < n; i++)
        if (difference[i] > 0)
            above += rank_in(scratch, used, difference[i]);
    double k = used, variance = k * (k + 1) * (2 * k + 1) / 24 - ties(scratch, used) / 48;
    return two_sided(above - k * (k + 1) / 4, variance);
}

void holm_adjust(double *p, int n)
{
    double least = 0;
    for (int step = 0; step < n; step++) {
        int next = -1; /* the smallest that is left; adjusted ones are negative until the end */
        for (int i = 0; i < n; i++)
            if (p[i] >= 0 && (next < 0 || p[i] < p[next]))
                next = i;
        least = fmin(1, fmax(least, (n - step) * p[next]));
        p[next] = -1 - least;
    }
    for (int i = 0; i < n; i++)
        p[i] = -1 - p[i];
}

/* ---- estimates ------------------------------------------------------------------------------------------------- */

/* Room for one comparison: logarithms of both series, and scratch that every piece shares. */
struct work {
    double *x, *y, *scratch, *resampled; /* owned */
    const int *x_launch, *y_launch;
    int n, m;
};

/* Values to draw from: where they are in order, and where each launch begins. */
struct pool {
    double *sorted; /* [n]; owned, like the rest */
    int *rank;      /* [n]: of each value */
    int *first;     /* [launches + 1] */
    int *drawn;     /* [n]: how often the value of this rank */
    int n, launches;
};

static void logs(double *out, const struct series *s)
{
    for (int i = 0; i < s->n; i++)
        out[i] = log(s->x[i]);
}

static int work_open(struct work *w, const struct series *before, const struct series *after, struct err *e)
{
    size_t most = (size_t)PAIRS_MOST * PAIRS_MOST, rounds = (size_t)before->n + (size_t)after->n;
    *w = (struct work){.x_launch = before->launch, .y_launch = after->launch, .n = before->n, .m = after->n};
    w->x = malloc((size_t)before->n * sizeof *w->x);
    w->y = malloc((size_t)after->n * sizeof *w->y);
    w->scratch = malloc((most > rounds ? most : rounds) * sizeof *w->scratch);
    w->resampled = malloc(SHIFT_RESAMPLES * sizeof *w->resampled);
    if (!w->x || !w->y || !w->scratch || !w->resampled)
        return err_set(e, ERR_NOMEM, "no memory to compare %zu rounds", rounds);
    logs(w->x, before);
    logs(w->y, after);
    return 0;
}

static void work_close(struct work *w)
{
    free(w->x);
    free(w->y);
    free(w->scratch);
    free(w->resampled);
}

/* Index i of `count` that are spread evenly over n. */
static int spread_over(int i, int count, int n)
{
    return (int)((int64_t)i * n / count);
}

static int fewer(int n)
{
    return n < PAIRS_MOST ? n : PAIRS_MOST;
}

/* Median of all differences y - x (Hodges, Lehmann 1963). */
static double differences_median(struct work *w)
{
    int n = fewer(w->n), m = fewer(w->m), k = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++)
            w->scratch[k++] = w->y[spread_over(j, m, w->m)] - w->x[spread_over(i, n, w->n)];
    return median_of(w->scratch, k);
}

/* Median of the means of all pairs of values, each with itself too. */
static double walsh_median(struct work *w, const double *d, int rounds)
{
    int n = fewer(rounds), k = 0;
    for (int i = 0; i < n; i++)
        for (int j = i; j < n; j++)
            w->scratch[k++] = (d[spread_over(i, n, rounds)] + d[spread_over(j, n, rounds)]) / 2;
    return median_of(w->scratch, k);
}

struct draws {
    uint64_t seed, i;
};

static int draw(struct draws *d, int n)
{
    return (int)rng_below(d->seed, d->i++, (uint32_t)n);
}

static int pool_open(struct pool *p, const double *x, const int *launch, int n, struct err *e)
{
    *p = (struct pool){.n = n, .launches = launch[n - 1] + 1};
    p->sorted = malloc((size_t)n * sizeof *p->sorted);
    p->rank = malloc((size_t)n * sizeof *p->rank);
    p->drawn = malloc((size_t)n * sizeof *p->drawn);
    p->first = malloc(((size_t)p->launches + 1) * sizeof *p->first);
    if (!p->sorted || !p->rank || !p->drawn || !p->first)
        return err_set(e, ERR_NOMEM, "no memory to compare %d rounds", n);
    memcpy(p->sorted, x, (size_t)n * sizeof *x);
    sort(p->sorted, n);
    for (int i = n - 1; i >= 0; i--) {
        p->rank[i] = (int)rank_in(p->sorted, n, x[i]) - 1;
        p->first[launch[i]] = i;
    }
    p->first[p->launches] = n;
    return 0;
}

static void pool_close(struct pool *p)
{
    free(p->sorted);
    free(p->rank);
    free(p->first);
    free(p->drawn);
}

/* The value below which `count` of those drawn lie. */
static double drawn_value(const struct pool *p, int count)
{
    int i = 0;
    for (int below = p->drawn[0]; below <= count; below += p->drawn[i])
        i++;
    return p->sorted[i];
}

/* Rounds of launches that are drawn with replacement, themselves drawn with replacement, until there are n. */
static double resampled_median(struct pool *p, struct draws *d)
{
    memset(p->drawn, 0, (size_t)p->n * sizeof *p->drawn);
    for (int k = 0; k < p->n;) {
        int one = draw(d, p->launches), from = p->first[one], rounds = p->first[one + 1] - from;
        for (int i = 0; i < rounds && k < p->n; i++, k++)
            p->drawn[p->rank[from + draw(d, rounds)]]++;
    }
    return (drawn_value(p, p->n / 2) + drawn_value(p, (p->n - 1) / 2)) / 2;
}

static void set_interval(struct shift *out, struct work *w)
{
    sort(w->resampled, SHIFT_RESAMPLES);
    out->low = exp(stats_quantile(w->resampled, SHIFT_RESAMPLES, 0.025));
    out->high = exp(stats_quantile(w->resampled, SHIFT_RESAMPLES, 0.975));
}

static void set_medians(struct shift *out, struct work *w)
{
    memcpy(w->scratch, w->x, (size_t)w->n * sizeof *w->x);
    out->before = exp(median_of(w->scratch, w->n));
    memcpy(w->scratch, w->y, (size_t)w->m * sizeof *w->y);
    out->after = exp(median_of(w->scratch, w->m));
    out->n_before = w->n;
    out->n_after = w->m;
}

static int compare_apart(struct shift *out, struct work *w, uint64_t seed, struct err *e)
{
    struct draws d = {seed, 0};
    struct pool x = {.n = 0}, y = {.n = 0};
    set_medians(out, w);
    out->ratio = exp(differences_median(w));
    out->p = mann_whitney_p(w->x, w->n, w->y, w->m, w->scratch);
    int code = pool_open(&x, w->x, w->x_launch, w->n, e);
    if (code == 0)
        code = pool_open(&y, w->y, w->y_launch, w->m, e);
    for (int i = 0; i < SHIFT_RESAMPLES && code == 0; i++) {
        double before = resampled_median(&x, &d);
        w->resampled[i] = resampled_median(&y, &d) - before;
    }
    if (code == 0)
        set_interval(out, w);
    pool_close(&x);
    pool_close(&y);
    return code;
}

static int compare_pairs(struct shift *out, struct work *w, uint64_t seed, struct err *e)
{
    struct draws d = {seed, 0};
    struct pool ratios = {.n = 0};
    set_medians(out, w);
    for (int i = 0; i < w->n; i++)
        w->y[i] -= w->x[i];
    out->ratio = exp(walsh_median(w, w->y, w->n));
    out->p = signed_rank_p(w->y, w->n, w->scratch);
    int code = pool_open(&ratios, w->y, w->x_launch, w->n, e);
    for (int i = 0; i < SHIFT_RESAMPLES && code == 0; i++)
        w->resampled[i] = resampled_median(&ratios, &d);
    if (code == 0)
        set_interval(out, w);
    pool_close(&ratios);
    return code;
}

static int compare(struct shift *out, const struct series *before, const struct series *after, uint64_t seed,
                   int (*how)(struct shift *, struct work *, uint64_t, struct err *), struct err *e)
{
    struct work w;
    int code = work_open(&w, before, after, e);
    if (code == 0)
        code = how(out, &w, seed, e);
    work_close(&w);
    return code;
}

int shift_apart(struct shift *out, const struct series *before, const struct series *after, uint64_t seed,
                struct err *e)
{
    return compare(out, before, after, seed, compare_apart, e);
}

int shift_paired(struct shift *out, const struct series *before, const struct series *after, uint64_t seed,
                 struct err *e)
{
    return compare(out, before, after, seed, compare_pairs, e);
}
