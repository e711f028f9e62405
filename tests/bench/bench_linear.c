/* The linear kernel that would be picked against OpenBLAS sgemm, on the linears of BERT-base and BERT-tiny.
 */
#include <stdio.h>

#include "tests/bench/bench.h"

#ifndef BENCH_OPENBLAS
void bench_linear(const struct bench_options *options)
{
    (void)options;
    printf("  skipped: configure did not find OpenBLAS\n");
}
#else
#include <cblas.h>
#include <stdlib.h>
#ifdef _OPENMP
#include <omp.h>
#endif

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

static struct linear_race linear_race_new(const struct linear_kernel *linear, int m, int n, int k,
                                          int threads)
{
    struct linear_race r = {.linear = linear, .m = m, .n = n, .k = k, .threads = threads};
    r.x = bench_floats((size_t)m * (size_t)k);
    r.w = bench_floats((size_t)n * (size_t)k);
    r.wt = bench_floats((size_t)n * (size_t)k);
    r.y = bench_floats((size_t)m * (size_t)n);
    r.panels = bench_pack(linear, r.w, n, k);
    return r;
}

static void linear_race_free(struct linear_race *r)
{
    free(r->x);
    free(r->w);
    free(r->wt);
    free(r->y);
    free(r->panels);
}

static void bench_shape(const struct bench_options *options, int m, int n, int k, int threads)
{
    const struct kernel *kernel = kernel_pick(KERNEL_OP_linear, KERNEL_F32, options->cpu);
    struct linear_race r = linear_race_new(kernel->fn.linear, m, n, k, threads);
    struct peak_slice peak;
    peak_slice_init(&peak, options->cpu);
    const struct contender contender[] = {
        {run_ours, &r}, {run_openblas, &r}, {run_openblas_transposed, &r}, {peak_slice_run, &peak}};
    struct race race;
    openblas_set_num_threads(threads);
    race_run(&race, contender, 4, options->seconds, threads);
    double gflop = 2e-9 * m * n * k, best = peak.flops * 1e-9 / race.seconds[3].best * threads;
    printf("  %d %5d %5d %5d  %7.1f GFLOP/s %5.1f %%  OpenBLAS %7.1f %7.1f  ratio %.3f [%.3f %.3f]  %.3f "
           "[%.3f %.3f]\n",
           threads, m, n, k, gflop / race.seconds[0].median, 100 * gflop / race.seconds[0].median / best,
           gflop / race.seconds[1].median, gflop / race.seconds[2].median, race.ratio[1].median,
           race.ratio[1].low, race.ratio[1].high, race.ratio[2].median, race.ratio[2].low,
           race.ratio[2].high);
    fflush(stdout);
    linear_race_free(&r);
}

void bench_linear(const struct bench_options *options)
{
    static const int rows[] = {32, 128, 384, 512, 1024};
    static const int nk[][2] = {{2304, 768}, {768, 768}, {3072, 768}, {768, 3072},
                                {384, 128},  {128, 128}, {512, 128},  {128, 512}};
    int most = 1;
#ifdef _OPENMP
    most = omp_get_num_procs() < 2 ? 1 : 2;
#endif
    printf(
        "  %s against OpenBLAS as %s (OPENBLAS_CORETYPE chooses another)\n"
        "  ratio = time of OpenBLAS / ours in the same round, median [quartiles]; above 1 ours is faster;\n"
        "  first with the weights as [n,k], then transposed to [k,n] outside of the measurement\n"
        "  t     m     n     k\n",
        kernel_pick(KERNEL_OP_linear, KERNEL_F32, options->cpu)->name, openblas_get_corename());
    for (int threads = 1; threads <= most; threads++)
        for (size_t s = 0; s < sizeof nk / sizeof *nk; s++)
            for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
                bench_shape(options, rows[i], nk[s][0], nk[s][1], threads);
}
#endif
