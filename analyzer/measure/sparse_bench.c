#include "analyzer/measure/sparse_bench.h"

#include <stdlib.h>

#include "analyzer/base/arena.h"
#include "analyzer/base/rng.h"
#include "analyzer/measure/kernel_bench.h"

const double sparse_bench_shares[SPARSE_SHARES] = {0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99};

const struct sparse_load sparse_loads[SPARSE_LOADS] = {{128, 768, 768}, {128, 3072, 768}, {128, 768, 3072},
                                                       {32, 768, 768},  {16, 768, 768},   {1, 768, 768}};

/* Matrices that take turns, as in a model: a processor would learn where the outputs of a single one end. */
enum { MATRICES = 8 };

/* What all contenders work on, and one of them. */
struct room {
    const struct sparse_load *load;
    float *x, *y, *w;
    char *prepared;
    struct arena arena;
};

struct contest {
    const struct room *room;
    const struct linear_kernel *kernel;
    void *panels[MATRICES]; /* owned */
    int next;
};

static void run(void *payload)
{
    struct contest *c = payload;
    const struct sparse_load *l = c->room->load;
    const float *x = c->room->x;
    ptrdiff_t ldx = l->k;
    if (c->kernel->prepare) {
        c->kernel->prepare(c->room->prepared, x, ldx, l->m, l->k, 0);
        x = (const float *)(const void *)c->room->prepared;
        ldx = (ptrdiff_t)(c->kernel->input_bytes(l->k) / sizeof(float));
    }
    c->kernel->run(c->room->y, l->n, x, ldx, c->panels[c->next], NULL, l->m, l->n, l->k, ACT_NONE);
    c->next = (c->next + 1) % MATRICES;
}

static void fill(float *w, size_t n, double zeros, uint64_t seed)
{
    for (size_t i = 0; i < n; i++)
        w[i] = rng_uniform(2 * seed, i) < zeros ? 0 : rng_normal(2 * seed + 1, i);
}

static size_t floats_bytes(int m, int n)
{
    return arena_size((size_t)m * (size_t)n * sizeof(float));
}

static size_t prepared_bytes(const struct linear_kernel *kernel, const struct sparse_load *l)
{
    return kernel->prepare ? arena_size((size_t)l->m * kernel->input_bytes(l->k)) : 0;
}

static int open_room(struct room *r, const struct linear_kernel *sparse, struct err *e)
{
    const struct sparse_load *l = r->load;
    size_t bytes = floats_bytes(l->m, l->k) + floats_bytes(l->m, l->n) + floats_bytes(l->n, l->k) + prepared_bytes(sparse, l);
    TRY(arena_init(&r->arena, bytes, "measuring kernels", e));
    r->x = arena_alloc(&r->arena, (size_t)l->m * (size_t)l->k * sizeof(float));
    r->y = arena_alloc(&r->arena, (size_t)l->m * (size_t)l->n * sizeof(float));
    r->w = arena_alloc(&r->arena, (size_t)l->n * (size_t)l->k * sizeof(float));
    r->prepared = arena_alloc(&r->arena, prepared_bytes(sparse, l));
    fill(r->x, (size_t)l->m * (size_t)l->k, 0, MATRICES);
    return 0;
}

static int pack(struct contest *c, double zeros, struct err *e)
{
    const struct sparse_load *l = c->room->load;
    for (int i = 0; i < MATRICES; i++) {
        fill(c->room->w, (size_t)l->n * (size_t)l->k, zeros, (uint64_t)i);
        size_t bytes = linear_packed_bytes(c->kernel, c->room->w, l->n, l->k);
        c->panels[i] = aligned_alloc(64, bytes);
        if (!c->panels[i])
            return err_set(e, ERR_NOMEM, "no memory for %zu bytes of weights", bytes);
        linear_pack_all(c->kernel, c->panels[i], c->room->w, l->n, l->k);
    }
    return 0;
}

/* Contender 0 is dense, the others sparse. */
static int prepare(struct room *r, struct contest *c, const struct sparse_speed *s, struct err *e)
{
    TRY(open_room(r, s->sparse->fn.linear, e));
    for (int i = 0; i <= SPARSE_SHARES; i++) {
        c[i].room = r;
        c[i].kernel = i ? s->sparse->fn.linear : s->dense->fn.linear;
        TRY(pack(&c[i], i ? sparse_bench_shares[i - 1] : 0, e));
    }
    return 0;
}

static void close_room(struct room *r, struct contest *c)
{
    for (int i = 0; i <= SPARSE_SHARES; i++)
        for (int k = 0; k < MATRICES; k++)
            free(c[i].panels[k]);
    arena_free(&r->arena);
}

int sparse_bench_run(struct sparse_speed *out, const struct sparse_load *load, uint32_t cpu, double seconds,
                     const struct progress *progress, struct err *e)
{
    struct contender contender[1 + SPARSE_SHARES];
    struct contest contest[1 + SPARSE_SHARES] = {{0}};
    struct room room = {.load = load};
    struct race race;
    *out = (struct sparse_speed){.load = load,
                                 .dense = kernel_pick(KERNEL_OP_linear, KERNEL_F32, cpu),
                                 .sparse = kernel_pick(KERNEL_OP_linear, KERNEL_SPARSE, cpu)};
    int code = prepare(&room, contest, out, e);
    for (int i = 0; i <= SPARSE_SHARES; i++)
        contender[i] = (struct contender){run, &contest[i]};
    if (code == 0)
        code = race_run(&race, contender, 1 + SPARSE_SHARES, seconds, 1, progress, e);
    if (code == 0) {
        out->rounds = race.rounds;
        out->dense_ns = race.ns[0];
    }
    for (int i = 0; code == 0 && i < SPARSE_SHARES; i++) {
        out->sparse_ns[i] = race.ns[1 + i];
        out->speedup[i] = race.speedup[1 + i];
    }
    close_room(&room, contest);
    return code;
}

double sparse_break_even(const struct sparse_speed *s)
{
    int i = SPARSE_SHARES - 1;
    if (s->speedup[i].median < 1)
        return 1;
    while (i > 0 && s->speedup[i - 1].median >= 1)
        i--;
    if (i == 0)
        return 0;
    /* times go with what is left, so the line is one of times */
    double below = 1 / s->speedup[i - 1].median, above = 1 / s->speedup[i].median;
    double from = sparse_bench_shares[i - 1], to = sparse_bench_shares[i];
    return from + (to - from) * (below - 1) / (below - above);
}
