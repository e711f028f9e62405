#include "analyzer/measure/kernel_bench.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/arena.h"
#include "analyzer/base/clock.h"
#include "analyzer/base/rng.h"
#include "analyzer/measure/ceilings.h"

const struct kernel_load kernel_loads[] = {
    {KERNEL_OP_linear, 128, 768, 768, 2.0 * 128 * 768 * 768, 0},
    {KERNEL_OP_linear, 1, 768, 768, 2.0 * 768 * 768, 0},
    {KERNEL_OP_linear, 8, 3072, 768, 2.0 * 8 * 3072 * 768, 0}, /* 9 MiB of weights as floats */
    {KERNEL_OP_attention, 128, 128, 64, 4.0 * 128 * 128 * 64, 0},
    {KERNEL_OP_attention, 384, 384, 64, 4.0 * 384 * 384 * 64, 0},
    {KERNEL_OP_softmax, 384, 384, 0, 0, 2 * 4.0 * 384 * 384},
    {KERNEL_OP_layernorm, 128, 768, 0, 0, 3 * 4.0 * 128 * 768},
    {KERNEL_OP_activate, 128, 3072, 0, 0, 2 * 4.0 * 128 * 3072},
    {KERNEL_OP_embed, 128, 768, 0, 0, 4 * 4.0 * 128 * 768},
    {KERNEL_OP_transpose, 128, 768, 0, 0, 2 * 4.0 * 128 * 768},
    {KERNEL_OP_activate_grad, 128, 3072, 0, 0, 3 * 4.0 * 128 * 3072},
    {KERNEL_OP_layernorm_grad, 128, 768, 0, 0, 3 * 4.0 * 128 * 768},
    {KERNEL_OP_attention_grad, 128, 128, 64, 10.0 * 128 * 128 * 64, 0},
    {KERNEL_OP_attention_grad, 384, 384, 64, 10.0 * 384 * 384 * 64, 0},
    {KERNEL_OP_embed_grad, 128, 768, 0, 0, 7 * 4.0 * 128 * 768},
    {KERNEL_OP_sum_rows, 128, 768, 0, 0, 4.0 * 128 * 768},
    {KERNEL_OP_dot_rows, 128, 3072, 0, 0, 2 * 4.0 * 128 * 3072},
    {KERNEL_OP_add, 768, 768, 0, 0, 3 * 4.0 * 768 * 768},
    {KERNEL_OP_square_sum, 768, 768, 0, 0, 4.0 * 768 * 768},
    {KERNEL_OP_dropout, 128, 768, 0, 0, 2 * 4.0 * 128 * 768},
    {KERNEL_OP_adamw, 768, 768, 0, 0, 7 * 4.0 * 768 * 768},
    {KERNEL_OP_peak, 0, 0, 0, 0, 0},
    {KERNEL_OP_read, 1, 4096, 0, 0, 16 * 1024},
    {KERNEL_OP_read, 128, 1024, 0, 0, 512 * 1024},
    {KERNEL_OP_read, 16384, 1024, 0, 0, 64 * 1024 * 1024},
};

const int kernel_loads_count = sizeof kernel_loads / sizeof *kernel_loads;

enum { HEADS = 12, PEAK_SLICE_NS = 500000 };

const struct kernel_load *kernel_load_first(enum kernel_op op)
{
    for (int i = 0; i < kernel_loads_count; i++)
        if (kernel_loads[i].op == op)
            return &kernel_loads[i];
    return NULL;
}

const char *kernel_load_text(const struct kernel_load *l, char *out, size_t size)
{
    if (l->op == KERNEL_OP_read)
        snprintf(out, size, "%.0f KiB", l->bytes / 1024);
    else if (l->m == 0)
        snprintf(out, size, "-");
    else if (l->k == 0)
        snprintf(out, size, "%d x %d", l->m, l->n);
    else
        snprintf(out, size, "%d x %d x %d", l->m, l->n, l->k);
    return out;
}

/* ---- one row and what it works on ---------------------------------------------------------------------------- */

/* The numbers are shared by all rows of a race; packed weights and scratch are a row's own. */
struct numbers {
    float *a, *b, *c, *out;
    int32_t *id;
};

struct job {
    const struct kernel *kernel;
    const struct kernel_load *load;
    const struct numbers *x;
    void *extra;     /* packed weights, or scratch */
    float *prepared; /* inputs of a linear row that wants them in another form */
    long rounds; /* of a peak row */
    double flops; /* of one run */
};

/* Inputs are prepared in every run, as they are in every step. */
static void run_linear(const struct job *j, int m, int n, int k)
{
    const struct linear_kernel *l = j->kernel->fn.linear;
    const float *x = j->x->a;
    ptrdiff_t ldx = k;
    if (l->prepare) {
        l->prepare(j->prepared, x, k, m, k, 0);
        x = j->prepared;
        ldx = (ptrdiff_t)(l->input_bytes(k) / sizeof(float));
    }
    l->run(j->x->out, n, x, ldx, j->extra, j->x->c, m, n, k, ACT_NONE);
}

static void run_attention(const struct job *j, int m, int n, int k)
{
    const struct numbers *x = j->x;
    j->kernel->fn.attention->run(x->out, k, x->a, x->b, x->c, 3 * HEADS * k, m, n, k, 0.125f, NULL, j->extra);
}

static void run_softmax(const struct job *j, int m, int n, int k)
{
    (void)k;
    j->kernel->fn.softmax(j->x->out, n, m, n);
}

static void run_layernorm(const struct job *j, int m, int n, int k)
{
    const struct numbers *x = j->x;
    (void)k;
    j->kernel->fn.layernorm(x->out, x->a, x->b, x->c, x->c, 1e-12f, m, n);
}

static void run_activate(const struct job *j, int m, int n, int k)
{
    (void)k;
    j->kernel->fn.activate(j->x->out, j->x->a, (size_t)m * (size_t)n, ACT_GELU);
}

static void run_embed(const struct job *j, int m, int n, int k)
{
    const struct numbers *x = j->x;
    (void)k;
    j->kernel->fn.embed(x->out, x->a, x->b, x->c, x->id, x->id, x->id, m, n);
}

static void run_transpose(const struct job *j, int m, int n, int k)
{
    (void)k;
    j->kernel->fn.transpose(j->x->out, m, j->x->a, n, m, n);
}

static void run_activate_grad(const struct job *j, int m, int n, int k)
{
    (void)k;
    j->kernel->fn.activate_grad(j->x->out, j->x->a, j->x->b, (size_t)m * (size_t)n, ACT_GELU);
}

static void run_layernorm_grad(const struct job *j, int m, int n, int k)
{
    const struct numbers *x = j->x;
    (void)k;
    j->kernel->fn.layernorm_grad(x->out, x->c, x->c + n, x->a, x->b, NULL, x->c + 2 * n, 1e-12f, m, n);
}

/* The numbers need not belong together. */
static void run_attention_grad(const struct job *j, int m, int n, int k)
{
    const struct numbers *x = j->x;
    ptrdiff_t ld = 3 * HEADS * k;
    float *dq = x->out, *dk = dq + HEADS * k, *dv = dk + HEADS * k;
    j->kernel->fn.attention_grad->run(dq, dk, dv, ld, x->a, x->b, x->c, ld, x->a + k, x->b + k, ld, m, n, k, 0.125f,
                                      NULL, j->extra);
}

static void run_embed_grad(const struct job *j, int m, int n, int k)
{
    const struct numbers *x = j->x;
    (void)k;
    j->kernel->fn.embed_grad(x->out, x->b, x->c, n, x->a, x->id, x->id, x->id, m, n);
}

static void run_sum_rows(const struct job *j, int m, int n, int k)
{
    (void)k;
    j->kernel->fn.sum_rows(j->x->out, j->x->a, n, m, n);
}

static void run_dot_rows(const struct job *j, int m, int n, int k)
{
    (void)k;
    j->kernel->fn.dot_rows(j->x->out, j->x->a, j->x->b, n, m, n);
}

static void run_add(const struct job *j, int m, int n, int k)
{
    (void)k;
    j->kernel->fn.add(j->x->out, j->x->a, (size_t)m * (size_t)n);
}

static void run_square_sum(const struct job *j, int m, int n, int k)
{
    (void)k;
    j->kernel->fn.square_sum(j->x->a, (size_t)m * (size_t)n);
}

static void run_dropout(const struct job *j, int m, int n, int k)
{
    (void)k;
    j->kernel->fn.dropout(j->x->out, j->x->a, (size_t)m * (size_t)n, 0.1f, 1, 0);
}

/* beta2 = 0: no square root of what was never a square */
static void run_adamw(const struct job *j, int m, int n, int k)
{
    const struct numbers *x = j->x;
    const struct adamw h = {1e-5f, 0.9f, 0, 1e-8f, 0.01f, 1, 1, 1};
    (void)k;
    j->kernel->fn.adamw(x->out, x->b, x->c, x->a, (size_t)m * (size_t)n, &h);
}

static void run_peak(const struct job *j, int m, int n, int k)
{
    (void)m, (void)n, (void)k;
    j->kernel->fn.peak(j->rounds);
}

static void run_read(const struct job *j, int m, int n, int k)
{
    (void)m, (void)n, (void)k;
    j->kernel->fn.read(j->x->a, (size_t)j->load->bytes);
}

static void run_job(void *payload)
{
    static void (*const run[KERNEL_OPS])(const struct job *, int, int, int) = {
#define KERNEL_OP(name, summary) run_##name,
#include "kernels/ops.def"
#undef KERNEL_OP
    };
    const struct job *j = payload;
    run[j->kernel->op](j, j->load->m, j->load->n, j->load->k);
}

/* Enough rounds for half a millisecond. */
static void calibrate(struct job *j)
{
    uint64_t start;
    j->rounds = 1000;
    do {
        j->rounds *= 2;
        start = clock_ns();
        j->flops = j->kernel->fn.peak(j->rounds);
    } while (clock_ns() - start < PEAK_SLICE_NS && j->rounds < 1L << 40);
}

/* ---- memory -------------------------------------------------------------------------------------------------- */

static int panels_of(const struct linear_kernel *l, int n)
{
    return (n - 1) / l->panel + 1;
}

static size_t panel_bytes_of(const struct linear_kernel *l, const float *w, int rows, int k)
{
    return l->panel_bytes_of ? l->panel_bytes_of(w, k, rows, k) : l->panel_bytes(k);
}

size_t linear_packed_bytes(const struct linear_kernel *l, const float *w, int n, int k)
{
    size_t bytes = 0;
    for (int i = 0; i < panels_of(l, n); i++) {
        int first = i * l->panel, rows = n - first < l->panel ? n - first : l->panel;
        bytes += w ? panel_bytes_of(l, w + (size_t)first * (size_t)k, rows, k) : l->panel_bytes(k);
    }
    return bytes;
}

void linear_pack_all(const struct linear_kernel *l, void *panels, const float *w, int n, int k)
{
    char *panel = panels;
    for (int i = 0; i < panels_of(l, n); i++) {
        int first = i * l->panel, rows = n - first < l->panel ? n - first : l->panel;
        const float *from = w + (size_t)first * (size_t)k;
        l->pack(panel, from, k, rows, k);
        panel += panel_bytes_of(l, from, rows, k);
    }
}

static size_t extra_bytes(const struct kernel *k, const struct kernel_load *l)
{
    if (k->op == KERNEL_OP_linear)
        return linear_packed_bytes(k->fn.linear, NULL, l->n, l->k);
    if (k->op == KERNEL_OP_attention_grad)
        return k->fn.attention_grad->scratch_bytes(l->n, l->k);
    return k->op == KERNEL_OP_attention ? k->fn.attention->scratch_bytes(l->n, l->k) : 0;
}

static size_t prepared_bytes(const struct kernel *k, const struct kernel_load *l)
{
    bool wanted = k->op == KERNEL_OP_linear && k->fn.linear->prepare;
    return wanted ? (size_t)l->m * k->fn.linear->input_bytes(l->k) : 0;
}

/* Floats of each input: rows of q, k and v are as far apart as in a model of 12 heads. */
static size_t input_floats(const struct kernel_load *l)
{
    size_t rows = (size_t)(l->m > l->n ? l->m : l->n) + 1, wide = (size_t)(l->n > l->k ? l->n : l->k) + 1;
    bool heads = l->op == KERNEL_OP_attention || l->op == KERNEL_OP_attention_grad;
    return heads ? rows * 3 * HEADS * (size_t)l->k : rows * wide;
}

/* 256 different numbers, which every format takes for weights. */
static void fill(float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        x[i] = rng_normal(1, rng_below(2, i, 256));
}

static size_t numbers_bytes(const struct kernel_load *l)
{
    if (l->op == KERNEL_OP_read)
        return arena_size((size_t)l->bytes);
    size_t floats = input_floats(l), rows = (size_t)l->m + 1;
    return 4 * arena_size(floats * sizeof(float)) + arena_size(rows * sizeof(int32_t));
}

static void numbers_init(struct numbers *x, const struct kernel_load *l, struct arena *arena)
{
    if (l->op == KERNEL_OP_read) {
        x->a = arena_alloc(arena, (size_t)l->bytes);
        memset(x->a, 0x3f, (size_t)l->bytes); /* pages that were never written are all the same page */
        return;
    }
    size_t floats = input_floats(l);
    float **all[] = {&x->a, &x->b, &x->c, &x->out};
    for (int i = 0; i < 4; i++) {
        *all[i] = arena_alloc(arena, floats * sizeof(float));
        fill(*all[i], floats);
    }
    x->id = arena_alloc(arena, ((size_t)l->m + 1) * sizeof *x->id);
    for (int i = 0; i <= l->m; i++)
        x->id[i] = i;
}

static void job_init(struct job *j, struct arena *arena)
{
    const struct kernel_load *l = j->load;
    if (j->kernel->op == KERNEL_OP_peak)
        calibrate(j);
    else
        j->flops = l->flops;
    j->extra = arena_alloc(arena, extra_bytes(j->kernel, l));
    j->prepared = arena_alloc(arena, prepared_bytes(j->kernel, l));
    if (j->kernel->op == KERNEL_OP_linear)
        linear_pack_all(j->kernel->fn.linear, j->extra, j->x->b, l->n, l->k);
}

/* ---- the race ------------------------------------------------------------------------------------------------ */

struct bench {
    struct job job[CONTENDERS]; /* rows first, then ceilings */
    int rows, jobs;
    int ceiling[CONTENDERS]; /* of row i: which job */
    struct numbers numbers;
    struct arena arena;
};

static int add_job(struct bench *b, const struct kernel *k, const struct kernel_load *l)
{
    b->job[b->jobs] = (struct job){.kernel = k, .load = l, .x = &b->numbers};
    return b->jobs++;
}

static void choose_jobs(struct bench *b, const struct kernel_load *l, uint32_t cpu, uint32_t machine)
{
    for (int i = 0; i < kernels_count && b->jobs < CONTENDERS - KERNEL_FORMATS; i++)
        if (kernels[i].op == l->op && (kernels[i].needs & ~cpu) == 0)
            add_job(b, &kernels[i], l);
    b->rows = b->jobs;
    for (int i = 0; i < b->rows; i++) {
        const struct kernel *peak = ceiling_kernel(b->job[i].kernel->format, machine);
        int at = 0; /* a ceiling that is a row itself is its own */
        while (at < b->jobs && b->job[at].kernel != peak)
            at++;
        b->ceiling[i] = at < b->jobs ? at : add_job(b, peak, l);
    }
}

static int prepare(struct bench *b, const struct kernel_load *l, struct err *e)
{
    size_t bytes = numbers_bytes(l);
    for (int i = 0; i < b->jobs; i++)
        bytes += arena_size(extra_bytes(b->job[i].kernel, l)) + arena_size(prepared_bytes(b->job[i].kernel, l));
    TRY(arena_init(&b->arena, bytes, "measuring kernels", e));
    numbers_init(&b->numbers, l, &b->arena);
    for (int i = 0; i < b->jobs; i++)
        job_init(&b->job[i], &b->arena);
    return 0;
}

static struct quartiles scaled(struct quartiles q, double by)
{
    return (struct quartiles){q.low * by, q.median * by, q.high * by, q.best * by};
}

/* The fastest f32 row that needs no more than row `i` of another format; -1 = it is an f32 row itself. */
static int f32_of(const struct bench *b, int i)
{
    int best = -1;
    for (int f = 0; b->job[i].kernel->format != KERNEL_F32 && f < b->rows; f++)
        if (b->job[f].kernel->format == KERNEL_F32 && (b->job[f].kernel->needs & ~b->job[i].kernel->needs) == 0)
            best = f;
    return best;
}

/* What row `i` did in one run, in runs of the first row. */
static double work_of(const struct bench *b, int i)
{
    return b->job[0].flops > 0 ? b->job[i].flops / b->job[0].flops : 1;
}

static struct kernel_speed speed_of(const struct bench *b, const struct race *race, int i)
{
    const struct job *j = &b->job[i], *peak = &b->job[b->ceiling[i]];
    struct kernel_speed s = {.kernel = j->kernel, .load = j->load, .rounds = race->rounds, .ns = race->ns[i]};
    int f32 = f32_of(b, i);
    s.speedup = scaled(race->speedup[i], work_of(b, i));
    if (f32 >= 0)
        s.over_f32 = s.speedup.median / (race->speedup[f32].median * work_of(b, f32));
    s.flops = j->flops * 1e9 / s.ns.median;
    s.bytes = j->load->bytes * 1e9 / s.ns.median;
    s.ceiling_share = j->flops > 0 ? s.flops / (peak->flops * 1e9 / race->ns[b->ceiling[i]].best) : -1;
    return s;
}

int kernel_bench_run(struct kernel_speed *out, int *n, const struct kernel_load *load, uint32_t cpu, uint32_t machine,
                     double seconds, const struct progress *progress, struct err *e)
{
    struct contender contender[CONTENDERS];
    struct bench b = {.jobs = 0};
    struct race race;
    choose_jobs(&b, load, cpu, machine);
    int code = prepare(&b, load, e);
    for (int i = 0; i < b.jobs; i++)
        contender[i] = (struct contender){run_job, &b.job[i]};
    if (code == 0)
        code = race_run(&race, contender, b.jobs, seconds, 1, progress, e);
    for (int i = 0; code == 0 && i < b.rows; i++)
        out[i] = speed_of(&b, &race, i);
    *n = code == 0 ? b.rows : 0;
    arena_free(&b.arena);
    return code;
}
