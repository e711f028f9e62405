#include "analyzer/data/metric.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/rng.h"
#include "analyzer/measure/stats.h"

enum { BOOTSTRAP_SEED = 2 };

#define METRIC(name) &metric_##name,
const struct metric *const metrics[] = {
#include "analyzer/data/metrics.def"
};
#undef METRIC

const int metrics_count = (int)(sizeof metrics / sizeof *metrics);

struct keyed {
    float key;
    int row;
};

/* Ascending, what is no number last, equal keys by row. */
static int by_key(const void *a, const void *b)
{
    const struct keyed *x = a, *y = b;
    int bad = !!isnan(x->key) - !!isnan(y->key), greater = (x->key > y->key) - (x->key < y->key);
    return bad ? bad : greater ? greater : (x->row > y->row) - (x->row < y->row);
}

static int *sorted_rows(const float *key, int rows)
{
    int *row = malloc(((size_t)rows + 1) * sizeof *row);
    struct keyed *k = malloc(((size_t)rows + 1) * sizeof *k);
    for (int i = 0; row && k && i < rows; i++)
        k[i] = (struct keyed){key[i], i};
    if (row && k)
        qsort(k, (size_t)rows, sizeof *k, by_key);
    for (int i = 0; row && k && i < rows; i++)
        row[i] = k[i].row;
    free(k);
    return row;
}

/* Scores prepared for one metric. */
struct prepared {
    const struct metric *metric;
    const struct scores *scores;
    int *by_target, *by_value; /* owned; NULL unless ranked */
};

static void prepared_free(struct prepared *p)
{
    free(p->by_target);
    free(p->by_value);
}

static int no_memory(const struct scores *s, struct err *e)
{
    return err_set(e, ERR_NOMEM, "no memory for the metrics of %d rows", s->rows);
}

static int prepare(struct prepared *out, const struct metric *m, const struct scores *s, struct err *e)
{
    *out = (struct prepared){.metric = m, .scores = s};
    if (!m->ranked)
        return 0;
    out->by_target = sorted_rows(s->target, s->rows);
    out->by_value = sorted_rows(s->value, s->rows);
    if (out->by_target && out->by_value)
        return 0;
    prepared_free(out);
    return no_memory(s, e);
}

/* What one thread writes on. */
struct room {
    int *times;   /* [rows] */
    double *room; /* see struct sample */
};

static struct room room_new(const struct scores *s)
{
    return (struct room){malloc(((size_t)s->rows + 1) * sizeof(int)),
                         malloc((2 * ((size_t)s->rows + (size_t)s->classes) + 1) * sizeof(double))};
}

static void room_free(struct room *r)
{
    free(r->times);
    free(r->room);
}

static double value_of(const struct prepared *p, const struct room *r)
{
    struct sample s = {p->scores, r->times, p->by_target, p->by_value, r->room};
    return p->metric->value(&s);
}

static void take_each_once(struct room *r, int rows)
{
    for (int i = 0; i < rows; i++)
        r->times[i] = 1;
}

static void take_at_random(struct room *r, int rows, uint64_t seed)
{
    memset(r->times, 0, (size_t)rows * sizeof *r->times);
    for (int i = 0; i < rows; i++)
        r->times[rng_below(seed, (uint64_t)i, (uint32_t)rows)]++;
}

/* Value of `a`, less that of `b` unless it is NULL. */
static double difference(const struct prepared *a, const struct prepared *b, const struct room *r)
{
    return value_of(a, r) - (b ? value_of(b, r) : 0);
}

/* Resamples [METRIC_RESAMPLES]: the same numbers whatever the threads. False without memory. */
static bool resample(double *out, const struct prepared *a, const struct prepared *b, int threads)
{
    int rows = a->scores->rows, failed = 0;
#pragma omp parallel num_threads(threads) reduction(+ : failed)
    {
        struct room r = room_new(a->scores);
        bool good = r.times && r.room;
        failed += !good;
#pragma omp for schedule(static)
        for (int i = 0; i < METRIC_RESAMPLES; i++) {
            if (!good)
                continue;
            take_at_random(&r, rows, rng_u64(BOOTSTRAP_SEED, (uint64_t)i));
            out[i] = difference(a, b, &r);
        }
        room_free(&r);
    }
    return failed == 0;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Percentiles of the resamples in which the metric is defined; no interval if that is less than half of them. */
static void percentiles(struct estimate *out, double *x)
{
    int n = 0;
    for (int i = 0; i < METRIC_RESAMPLES; i++)
        if (!isnan(x[i]))
            x[n++] = x[i];
    qsort(x, (size_t)n, sizeof *x, ascending);
    if (2 * n < METRIC_RESAMPLES)
        return;
    out->low = stats_quantile(x, n, 0.025);
    out->high = stats_quantile(x, n, 0.975);
}

static int point(double *out, const struct prepared *a, const struct prepared *b, struct err *e)
{
    struct room r = room_new(a->scores);
    bool good = r.times && r.room;
    if (good) {
        take_each_once(&r, a->scores->rows);
        *out = difference(a, b, &r);
    }
    room_free(&r);
    return good ? 0 : no_memory(a->scores, e);
}

static int estimate(struct estimate *out, const struct prepared *a, const struct prepared *b, int threads, struct err *e)
{
    double *x = malloc(METRIC_RESAMPLES * sizeof *x);
    int code = x ? point(&out->value, a, b, e) : no_memory(a->scores, e);
    if (code == 0 && !isnan(out->value)) {
        if (resample(x, a, b, threads))
            percentiles(out, x);
        else
            code = no_memory(a->scores, e);
    }
    free(x);
    return code;
}

int metric_value(double *out, const struct metric *m, const struct scores *s, struct err *e)
{
    struct prepared p;
    *out = NAN;
    TRY(prepare(&p, m, s, e));
    int code = s->rows ? point(out, &p, NULL, e) : 0;
    prepared_free(&p);
    return code;
}

int metric_estimate(struct estimate *out, const struct metric *m, const struct scores *s, int threads, struct err *e)
{
    struct prepared p;
    *out = (struct estimate){NAN, NAN, NAN};
    if (m->interval || s->rows == 0) {
        TRY(metric_value(&out->value, m, s, e));
        if (m->interval && s->rows)
            m->interval(out, s->rows);
        return 0;
    }
    TRY(prepare(&p, m, s, e));
    int code = estimate(out, &p, NULL, threads, e);
    prepared_free(&p);
    return code;
}

int metric_difference(struct estimate *out, const struct metric *m, const struct scores *first, const struct scores *second,
                      int threads, struct err *e)
{
    struct prepared a, b;
    *out = (struct estimate){NAN, NAN, NAN};
    if (first->rows == 0)
        return 0;
    TRY(prepare(&a, m, second, e));
    int code = prepare(&b, m, first, e);
    if (code == 0) {
        code = estimate(out, &a, &b, threads, e);
        prepared_free(&b);
    }
    prepared_free(&a);
    return code;
}
