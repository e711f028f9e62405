/* Every kernel row on the sizes of BERT-base: rate, share of the measured peak, times the scalar row, and for other
 * formats of weights times the f32 row that needs the same instruction sets. The peak
 * is that of f32. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/bench/bench.h"

/* What a row is run on: m rows, n outputs or columns, k inputs (of attention: m queries, n keys, k of a
 * head). */
struct load {
    enum kernel_op op;
    int m, n, k;
    double flops, bytes; /* of one run; what is 0 is not shown */
};

static const struct load loads[] = {
    {KERNEL_OP_linear, 128, 768, 768, 2.0 * 128 * 768 * 768, 0},
    {KERNEL_OP_linear, 1, 768, 768, 2.0 * 768 * 768, 0},
    {KERNEL_OP_linear, 8, 3072, 768, 2.0 * 8 * 3072 * 768, 0}, /* 9 MiB of weights as floats */
    {KERNEL_OP_attention, 128, 128, 64, 4.0 * 128 * 128 * 64, 0},
    {KERNEL_OP_attention, 384, 384, 64, 4.0 * 384 * 384 * 64, 0},
    {KERNEL_OP_softmax, 384, 384, 0, 0, 2 * 4.0 * 384 * 384},
    {KERNEL_OP_layernorm, 128, 768, 0, 0, 3 * 4.0 * 128 * 768},
    {KERNEL_OP_activate, 128, 3072, 0, 0, 2 * 4.0 * 128 * 3072},
    {KERNEL_OP_embed, 128, 768, 0, 0, 4 * 4.0 * 128 * 768},
    {KERNEL_OP_peak, 0, 0, 0, 0, 0},
    {KERNEL_OP_read, 1, 4096, 0, 0, 16 * 1024},
    {KERNEL_OP_read, 128, 1024, 0, 0, 512 * 1024},
    {KERNEL_OP_read, 16384, 1024, 0, 0, 64 * 1024 * 1024},
};

struct job {
    const struct kernel *kernel;
    const struct load *load;
    float *a, *b, *c, *out;
    void *extra; /* packed weights, or scratch */
    float *prepared; /* inputs of a linear row that wants them in another form */
    int32_t *id;
};

/* Inputs are prepared in every run, as they are in every step. */
static void run_linear(const struct job *j, int m, int n, int k)
{
    const struct linear_kernel *l = j->kernel->fn.linear;
    if (l->prepare)
        l->prepare(j->prepared, j->a, k, m, k);
    l->run(j->out, n, l->prepare ? j->prepared : j->a,
           l->prepare ? (ptrdiff_t)(l->input_bytes(k) / sizeof(float)) : k, j->extra, j->c, m, n, k, ACT_NONE);
}

static const long PEAK_ROUNDS = 10000;

static void run_job(void *payload)
{
    const struct job *j = payload;
    const struct load *l = j->load;
    int m = l->m, n = l->n, k = l->k;
    switch (l->op) {
    case KERNEL_OP_linear:
        run_linear(j, m, n, k);
        break;
    case KERNEL_OP_attention:
        j->kernel->fn.attention->run(j->out, k, j->a, j->b, j->c, 3 * 12 * k, m, n, k, 0.125f, j->extra);
        break;
    case KERNEL_OP_softmax:
        j->kernel->fn.softmax(j->out, n, m, n);
        break;
    case KERNEL_OP_layernorm:
        j->kernel->fn.layernorm(j->out, j->a, j->b, j->c, j->c, 1e-12f, m, n);
        break;
    case KERNEL_OP_activate:
        j->kernel->fn.activate(j->out, j->a, (size_t)m * (size_t)n, ACT_GELU);
        break;
    case KERNEL_OP_embed:
        j->kernel->fn.embed(j->out, j->a, j->b, j->c, j->id, j->id, j->id, m, n);
        break;
    case KERNEL_OP_peak:
        j->kernel->fn.peak(PEAK_ROUNDS);
        break;
    default:
        j->kernel->fn.read(j->a, (size_t)l->bytes);
    }
}

/* Buffers large enough for any operation: rows of q, k and v are as far apart as in a 12-head model. */
static struct job job_new(const struct kernel *kernel, const struct load *l)
{
    size_t rows = (size_t)(l->m > l->n ? l->m : l->n) + 1, wide = (size_t)(l->n > l->k ? l->n : l->k) + 1;
    size_t all = l->op == KERNEL_OP_attention ? rows * 36 * (size_t)l->k : rows * wide;
    if (l->op == KERNEL_OP_read)
        all = (size_t)l->bytes / sizeof(float);
    struct job j = {.kernel = kernel, .load = l, .out = bench_floats(rows * wide), .a = bench_floats(all)};
    j.b = bench_floats(l->op == KERNEL_OP_read ? 1 : all);
    j.c = bench_floats(l->op == KERNEL_OP_read ? 1 : all);
    j.id = calloc(rows, sizeof *j.id);
    if (l->op == KERNEL_OP_linear)
        j.extra = bench_pack(kernel->fn.linear, j.b, l->n, l->k);
    if (l->op == KERNEL_OP_linear && kernel->fn.linear->input_bytes)
        j.prepared = bench_floats((size_t)l->m * kernel->fn.linear->input_bytes(l->k) / sizeof(float));
    else if (l->op == KERNEL_OP_attention)
        j.extra = bench_floats(kernel->fn.attention->scratch_bytes(l->n, l->k) / sizeof(float));
    return j;
}

static void job_free(struct job *j)
{
    free(j->a);
    free(j->b);
    free(j->c);
    free(j->out);
    free(j->extra);
    free(j->prepared);
    free(j->id);
}

/* The fastest f32 row that needs no more than job `i`; -1 = that is an f32 row itself. */
static int f32_of(const struct job *job, int i)
{
    int best = -1;
    for (int f = 0; job[i].kernel->format != KERNEL_F32 && f < i; f++)
        if (job[f].kernel->format == KERNEL_F32 && (job[f].kernel->needs & ~job[i].kernel->needs) == 0)
            best = f;
    return best;
}

static void print_row(const struct job *job, const struct race *race, int i, double peak)
{
    const struct job *j = &job[i];
    const struct load *l = j->load;
    double flops = l->op == KERNEL_OP_peak ? j->kernel->fn.peak(PEAK_ROUNDS) : l->flops;
    double s = race->seconds[i].median;
    printf("  %-22s %6d %5d %5d  %10.2f us", j->kernel->name, l->m, l->n, l->k, s * 1e6);
    if (flops > 0)
        printf("  %7.1f GFLOP/s  %5.1f %% of peak", flops / s * 1e-9, 100 * flops / s / peak);
    else
        printf("  %7.1f GB/s                   ", l->bytes / s * 1e-9);
    printf("  x %5.1f", race->seconds[0].median / s);
    if (f32_of(job, i) >= 0)
        printf("  x %.2f of f32", race->seconds[f32_of(job, i)].median / s);
    printf("\n");
    fflush(stdout);
}

/* All rows of one operation against each other, the scalar one first; the peak runs beside them. */
static void bench_load(const struct load *l, const struct bench_options *options)
{
    struct job job[CONTENDERS];
    struct contender contender[CONTENDERS];
    struct peak_slice peak;
    struct race race;
    int n = 0;
    for (int i = 0; i < kernels_count && n < CONTENDERS - 1; i++)
        if (kernels[i].op == l->op && (kernels[i].needs & ~options->cpu) == 0) {
            job[n] = job_new(&kernels[i], l);
            contender[n] = (struct contender){run_job, &job[n]};
            n++;
        }
    peak_slice_init(&peak, options->cpu);
    contender[n] = (struct contender){peak_slice_run, &peak};
    race_run(&race, contender, n + 1, options->seconds, 1);
    for (int i = 0; i < n; i++)
        print_row(job, &race, i, peak.flops / race.seconds[n].best);
    for (int i = 0; i < n; i++)
        job_free(&job[i]);
}

void bench_kernels(const struct bench_options *options)
{
    printf("  %-22s %6s %5s %5s\n", "row", "m", "n", "k");
    for (size_t i = 0; i < sizeof loads / sizeof *loads; i++)
        bench_load(&loads[i], options);
}
