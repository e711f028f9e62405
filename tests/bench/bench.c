/* bench [--seconds S] [GROUP...]: runs the groups of benches.def. BERTSCOPE_CPU caps the instruction sets. */
#include "tests/bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "analyzer/base/rng.h"
#include "analyzer/measure/stats.h"

enum { ROUNDS_LEAST = 7, ROUNDS_MOST = 4000 };
static const double SLICE_SECONDS = 2e-3;

static double clock_seconds(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double seconds_of(const struct contender *c, int times, int threads)
{
    clockid_t clock = threads == 1 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC;
    double start = clock_seconds(clock);
    for (int i = 0; i < times; i++)
        c->run(c->payload);
    return (clock_seconds(clock) - start) / times;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static struct quartiles quartiles_of(double *x, int n)
{
    qsort(x, (size_t)n, sizeof *x, by_value);
    return (struct quartiles){stats_quantile(x, n, 0.25), stats_quantile(x, n, 0.5),
                              stats_quantile(x, n, 0.75), x[0]};
}

void race_run(struct race *out, const struct contender *contender, int contenders, double seconds,
              int threads)
{
    static double took[CONTENDERS][ROUNDS_MOST], ratio[CONTENDERS][ROUNDS_MOST];
    int times[CONTENDERS], n = 0;
    for (int i = 0; i < contenders; i++) {
        seconds_of(&contender[i], 1, threads);
        double once = seconds_of(&contender[i], 1, threads);
        times[i] = once > SLICE_SECONDS ? 1 : (int)(SLICE_SECONDS / (once + 1e-9)) + 1;
    }
    double start = clock_seconds(CLOCK_MONOTONIC);
    while (n < ROUNDS_MOST && (n < ROUNDS_LEAST || clock_seconds(CLOCK_MONOTONIC) - start < seconds)) {
        for (int i = 0; i < contenders; i++) {
            int who = (i + n) % contenders;
            took[who][n] = seconds_of(&contender[who], times[who], threads);
        }
        for (int i = 0; i < contenders; i++)
            ratio[i][n] = took[i][n] / took[0][n];
        n++;
    }
    out->rounds = n;
    for (int i = 0; i < contenders; i++) {
        out->seconds[i] = quartiles_of(took[i], n);
        out->ratio[i] = quartiles_of(ratio[i], n);
    }
}

void peak_slice_init(struct peak_slice *p, uint32_t cpu)
{
    p->peak = kernel_pick(KERNEL_OP_peak, KERNEL_F32, cpu)->fn.peak;
    p->rounds = 1000;
    double start;
    do { /* until a slice takes half a millisecond */
        p->rounds *= 2;
        start = clock_seconds(CLOCK_THREAD_CPUTIME_ID);
        p->flops = p->peak(p->rounds);
    } while (clock_seconds(CLOCK_THREAD_CPUTIME_ID) - start < 5e-4);
}

void peak_slice_run(void *payload)
{
    struct peak_slice *p = payload;
    p->peak(p->rounds);
}

static void *room(size_t bytes)
{
    void *p = aligned_alloc(64, (bytes + 63) / 64 * 64);
    if (!p) {
        fprintf(stderr, "bench: no memory for %zu bytes\n", bytes);
        abort();
    }
    return p;
}

float *bench_floats(size_t n)
{
    float *p = room(n * sizeof *p);
    for (size_t i = 0; i < n; i++)
        p[i] = rng_normal(1, i);
    return p;
}

void *bench_pack(const struct linear_kernel *l, const float *w, int n, int k)
{
    int panels = (n - 1) / l->panel + 1;
    char *p = room((size_t)panels * l->panel_bytes(k));
    for (int i = 0; i < panels; i++) {
        int first = i * l->panel, rows = n - first < l->panel ? n - first : l->panel;
        l->pack(p + (size_t)i * l->panel_bytes(k), w + (size_t)first * (size_t)k, k, rows, k);
    }
    return p;
}

static const struct {
    const char *name, *summary;
    void (*run)(const struct bench_options *);
} benches[] = {
#define BENCH(name, summary) {#name, summary, bench_##name},
#include "tests/bench/benches.def"
#undef BENCH
};

enum { BENCHES = sizeof benches / sizeof *benches };

static int usage(void)
{
    fprintf(stderr, "usage: bench [--seconds S] [GROUP...]\n");
    for (int i = 0; i < BENCHES; i++)
        fprintf(stderr, "  %-10s %s\n", benches[i].name, benches[i].summary);
    return 2;
}

static int run_named(const char *name, const struct bench_options *options)
{
    int ran = 0;
    for (int i = 0; i < BENCHES; i++)
        if (!name || strcmp(name, benches[i].name) == 0) {
            printf("%s: %s\n", benches[i].name, benches[i].summary);
            benches[i].run(options);
            ran++;
        }
    return ran;
}

int main(int argc, char **argv)
{
    struct bench_options options = {.cpu = cpu_detect(NULL), .seconds = 0.3};
    const char *cap = getenv("BERTSCOPE_CPU");
    uint32_t mask = (uint32_t)CPU_ALL;
    int i = 1;
    if (i + 1 < argc && strcmp(argv[i], "--seconds") == 0) {
        options.seconds = strtod(argv[i + 1], NULL);
        i += 2;
    }
    if ((cap && !cpu_cap_parse(cap, &mask)) || !(options.seconds > 0))
        return usage();
    options.cpu &= mask;
    if (i == argc)
        run_named(NULL, &options);
    for (; i < argc; i++)
        if (!run_named(argv[i], &options))
            return usage();
    return 0;
}
