#include "analyzer/measure/ceilings.h"

#ifdef _OPENMP
#include <omp.h>
#endif
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/arena.h"
#include "analyzer/base/clock.h"
#include "analyzer/measure/machine.h"
#include "kernels/kernels.h"

enum { SLICE_NS = 1000000, MEMORY_LEAST = 64 << 20, MEMORY_MOST = 192 << 20, MEMORY_WINDOW = 16 << 20, READ_ALIGN = 1024 };

/* Bytes that each thread reads again and again, for one level of the memory hierarchy. */
struct level {
    size_t bytes; /* per thread; 0 = not measured */
    size_t window; /* read in one slice, at a moving place */
};

/* A peak kernel, and how many rounds take about SLICE_NS. */
struct compute {
    peak_fn *peak; /* NULL = not measured */
    long rounds;
};

struct ceiling_probe {
    int threads;
    struct compute f32, narrow;
    enum kernel_format format; /* of narrow */
    read_fn *read;
    struct level memory, l2, l3;
    size_t at; /* place of the next memory window */
    struct arena arena;
    const char *buffer; /* [threads][memory.bytes] */
    bool touched;
    volatile float sink; /* sums end here, so that no load can be left out */
};

/* What one thread does in a slice; returns how much of it was done (FLOPs or bytes). */
typedef double work_fn(struct ceiling_probe *p, const struct level *level, size_t at, int thread);

static int thread_number(void)
{
#ifdef _OPENMP
    return omp_get_thread_num();
#else
    return 0;
#endif
}

/* Work a second, all threads together: from the common start to the last end. */
static double rate(struct ceiling_probe *p, work_fn *work, const struct level *level, size_t at)
{
    uint64_t start = UINT64_MAX, end = 0;
    double done = 0;
#pragma omp parallel num_threads(p->threads) reduction(min : start) reduction(max : end) reduction(+ : done)
    {
#pragma omp barrier
        start = clock_ns();
        done = work(p, level, at, thread_number());
        end = clock_ns();
    }
    return end > start ? done * 1e9 / (double)(end - start) : 0;
}

static double multiply_add(struct ceiling_probe *p, const struct level *level, size_t at, int thread)
{
    (void)level, (void)at, (void)thread;
    return p->f32.peak(p->f32.rounds);
}

static double multiply_add_narrow(struct ceiling_probe *p, const struct level *level, size_t at, int thread)
{
    (void)level, (void)at, (void)thread;
    return p->narrow.peak(p->narrow.rounds);
}

static double read_window(struct ceiling_probe *p, const struct level *level, size_t at, int thread)
{
    const char *mine = p->buffer + (size_t)thread * p->memory.bytes + at;
    int repeats = (int)(MEMORY_WINDOW / level->window / 4) + 1;
    float sum = 0;
    for (int i = 0; i < repeats; i++)
        sum += p->read((const float *)(const void *)mine, level->window);
    p->sink = sum;
    return (double)level->window * repeats;
}

static double read_rate(struct ceiling_probe *p, const struct level *level, size_t at)
{
    return level->bytes ? rate(p, read_window, level, at) : 0;
}

const struct kernel *ceiling_kernel(enum kernel_format format, uint32_t machine)
{
    const struct kernel *peak = kernel_pick(KERNEL_OP_peak, kernel_format_factors(format), machine);
    return peak ? peak : kernel_pick(KERNEL_OP_peak, KERNEL_F32, machine);
}

bool ceiling_is_narrow(enum kernel_format format, uint32_t machine)
{
    return ceiling_kernel(format, machine)->format != KERNEL_F32;
}

static struct compute calibrate(enum kernel_format format, uint32_t bits)
{
    struct compute c = {ceiling_kernel(format, bits)->fn.peak, 64};
    for (; c.rounds < 1L << 30; c.rounds *= 2) {
        uint64_t start = clock_ns();
        (void)c.peak(c.rounds);
        if (clock_ns() - start >= SLICE_NS)
            break;
    }
    return c;
}

static size_t rounded(size_t bytes)
{
    return bytes / READ_ALIGN * READ_ALIGN;
}

/* Caches are read in blocks of half their size, so that these fit beside everything else; shared ones are divided. Memory
 * is read window by window over more than the last cache holds, so that a window is gone when its turn comes again. */
static void choose_levels(struct ceiling_probe *p, const struct machine *m)
{
    size_t threads = (size_t)p->threads, total = 3 * (size_t)m->l3_bytes;
    total = total < MEMORY_LEAST ? MEMORY_LEAST : total > MEMORY_MOST ? MEMORY_MOST : total;
    p->memory.bytes = rounded(total / threads);
    p->memory.window = p->memory.bytes < MEMORY_WINDOW ? p->memory.bytes : MEMORY_WINDOW;
    p->l2.window = p->l2.bytes = rounded(m->l2_bytes / 2);
    p->l3.window = p->l3.bytes = rounded(m->l3_bytes / 2 / threads);
    if (p->l3.window > p->memory.bytes || p->l3.window <= 2 * p->l2.window)
        p->l3.bytes = 0;
}

int ceiling_probe_open(struct ceiling_probe **out, int threads, enum kernel_format format, struct err *e)
{
    struct machine m;
    *out = NULL;
    TRY(machine_detect(&m, e));
    struct ceiling_probe *p = calloc(1, sizeof *p);
    if (!p)
        return err_set(e, ERR_NOMEM, "no memory to measure ceilings");
    p->threads = threads;
    p->read = kernel_pick(KERNEL_OP_read, KERNEL_F32, m.cpu_bits)->fn.read;
    choose_levels(p, &m);
    int code = arena_init(&p->arena, (size_t)threads * p->memory.bytes, "the bandwidth test", e);
    if (code != 0) {
        ceiling_probe_close(p);
        return code;
    }
    p->buffer = arena_alloc(&p->arena, (size_t)threads * p->memory.bytes);
    p->f32 = calibrate(KERNEL_F32, m.cpu_bits);
    p->format = ceiling_kernel(format, m.cpu_bits)->format;
    if (ceiling_is_narrow(format, m.cpu_bits))
        p->narrow = calibrate(format, m.cpu_bits);
    *out = p;
    return 0;
}

static void raise_to(double *best, double value)
{
    if (value > *best)
        *best = value;
}

void ceiling_probe_compute(struct ceiling_probe *p, struct ceilings *best)
{
    best->threads = p->threads;
    best->slices++;
    raise_to(&best->f32_flops, rate(p, multiply_add, NULL, 0));
    best->narrow = p->format;
    if (p->narrow.peak)
        raise_to(&best->narrow_flops, rate(p, multiply_add_narrow, NULL, 0));
}

/* Untouched pages are all the same page: give each thread its own before the first reading. */
static void touch(struct ceiling_probe *p)
{
    if (p->touched)
        return;
    p->touched = true;
#pragma omp parallel num_threads(p->threads)
    memset((char *)p->buffer + (size_t)thread_number() * p->memory.bytes, 1, p->memory.bytes);
}

void ceiling_probe_read(struct ceiling_probe *p, struct ceilings *best)
{
    touch(p);
    best->threads = p->threads;
    raise_to(&best->l2_read, read_rate(p, &p->l2, 0));
    raise_to(&best->l3_read, read_rate(p, &p->l3, 0));
    raise_to(&best->memory_read, read_rate(p, &p->memory, p->at));
    p->at = p->at + 2 * p->memory.window <= p->memory.bytes ? p->at + p->memory.window : 0;
}

void ceiling_probe_close(struct ceiling_probe *p)
{
    if (!p)
        return;
    arena_free(&p->arena);
    free(p);
}
