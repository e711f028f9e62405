/* The linear kernel that would be picked against OpenBLAS sgemm, on the linears of BERT-base and BERT-tiny.
 */
#include <stdio.h>

#include "analyzer/base/rng.h"
#include "analyzer/measure/kernel_bench.h"
#include "tests/bench/bench.h"

#ifndef BENCH_OPENBLAS
int bench_linear(const struct bench_options *options, struct err *e)
{
    (void)options, (void)e;
    printf("  skipped: configure did not find OpenBLAS\n");
    return 0;
}
#else
#include <cblas.h>
#include <stdlib.h>

struct linear_race {
    const struct linear_kernel *linear;
    float *x, *w, *wt, *y; /* [m,k] [n,k] [k,n] [m,n] */
    void *panels;
    int m, n, k, threads;
};

/* As a program would share it out: each thread takes a part of the panels, with all rows. */
static void run_ours(void *payload)
{
    const struct linear_race *r = payload;
    int panel = r->linear->panel, panels = (r->n - 1) / panel + 1;
    size_t bytes = r->linear->panel_bytes(r->k);
#pragma omp parallel for num_threads(r->threads) schedule(static) if (r->threads > 1)
    for (int t = 0; t < r->threads; t++) {
        int first = panels * t / r->threads, end = panels * (t + 1) / r->threads;
        int j = first * panel, n = (end * panel < r->n ? end * panel : r->n) - j;
        if (n > 0)
            r->linear->run(r->y + j, r->n, r->x, r->k, (const char *)r->panels + (size_t)first * bytes, NULL,
                           r->m, n, r->k, ACT_NONE);
    }
}

/* Weights as a checkpoint has them, one row per output. */
static void run_openblas(void *payload)
{
    const struct linear_race *r = payload;
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, r->m, r->n, r->k, 1, r->x, r->k, r->w, r->k, 0, r->y,
                r->n);
}

/* Weights transposed beforehand, one row per input. */
static void run_openblas_transposed(void *payload)
{
    const struct linear_race *r = payload;
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, r->m, r->n, r->k, 1, r->x, r->k, r->wt, r->n, 0,
                r->y, r->n);
}

static void *room(size_t bytes)
{
    return aligned_alloc(64, (bytes + 63) / 64 * 64);
}

static float *floats(size_t n)
{
    float *p = room(n * sizeof *p);
    for (size_t i = 0; p && i < n; i++)
        p[i] = rng_normal(1, i);
    return p;
}

static int linear_race_init(struct linear_race *r, struct err *e)
{
    r->x = floats((size_t)r->m * (size_t)r->k);
    r->w = floats((size_t)r->n * (size_t)r->k);
    r->wt = floats((size_t)r->n * (size_t)r->k);
    r->y = floats((size_t)r->m * (size_t)r->n);
    r->panels = room(linear_packed_bytes(r->linear, NULL, r->n, r->k));
    if (!r->x || !r->w || !r->wt || !r->y || !r->panels)
        return err_set(e, ERR_NOMEM, "no memory for a linear of %d x %d x %d", r->m, r->n, r->k);
    linear_pack_all(r->linear, r->panels, r->w, r->n, r->k);
    return 0;
}

static void linear_race_free(struct linear_race *r)
{
    free(r->x);
    free(r->w);
    free(r->wt);
    free(r->y);
    free(r->panels);
}

static int run_race(const struct bench_options *options, struct linear_race *r, struct ceiling_slice *ceiling,
                    const char *ours, struct err *e)
{
    const struct contender contender[] = {
        {run_ours, r}, {run_openblas, r}, {run_openblas_transposed, r}, {ceiling_slice_run, ceiling}};
    const char *const names[] = {ours, "OpenBLAS [n,k]", "OpenBLAS [k,n]"};
    struct race race;
    char load[48];
    openblas_set_num_threads(r->threads);
    TRY(race_run(&race, contender, 4, options->seconds, r->threads, NULL, e));
    snprintf(load, sizeof load, "%d x %d x %d", r->m, r->n, r->k);
    for (int i = 0; i < 3; i++) {
        double flops = 2e9 * r->m * r->n * r->k / race.ns[i].median;
        bench_report(options, &(struct bench_row){"linear", names[i], load, r->threads, race.rounds, race.ns[i], flops, 0,
                                                  flops / ceiling->best.f32_flops, ours, race.speedup[i], 0});
    }
    return 0;
}

static int bench_shape(const struct bench_options *options, int m, int n, int k, int threads, struct err *e)
{
    const struct kernel *kernel = kernel_pick(KERNEL_OP_linear, KERNEL_F32, machine_bits(&options->machine));
    struct linear_race r = {.linear = kernel->fn.linear, .m = m, .n = n, .k = k, .threads = threads};
    struct ceiling_slice ceiling;
    int code = ceiling_slice_open(&ceiling, threads, e);
    if (code == 0)
        code = linear_race_init(&r, e);
    if (code == 0)
        code = run_race(options, &r, &ceiling, kernel->name, e);
    linear_race_free(&r);
    ceiling_probe_close(ceiling.probe);
    return code;
}

int bench_linear(const struct bench_options *options, struct err *e)
{
    static const int rows[] = {32, 128, 384, 1024};
    static const int nk[][2] = {{2304, 768}, {768, 768}, {3072, 768}, {768, 3072},
                                {384, 128},  {128, 128}, {512, 128},  {128, 512}};
    int most = 1;
#ifdef _OPENMP
    most = options->machine.cores < 2 ? 1 : 2;
#endif
    printf("  OpenBLAS as %s (OPENBLAS_CORETYPE chooses another); weights as [n,k], and transposed outside of the "
           "measurement\n",
           openblas_get_corename());
    for (int threads = 1; threads <= most; threads++)
        for (size_t s = 0; s < sizeof nk / sizeof *nk; s++)
            for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
                TRY(bench_shape(options, rows[i], nk[s][0], nk[s][1], threads, e));
    return 0;
}
#endif
