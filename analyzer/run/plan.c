#include "analyzer/run/plan.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/size.h"
#include "analyzer/model/arch.h"
#include "analyzer/model/model.h"
#include "analyzer/run/graph.h"
#include "analyzer/run/op.h"
#include "analyzer/run/weights.h"

/* A value that a graph names; where it is kept is decided once all steps are known. */
struct value {
    size_t bytes;
    int first, last; /* steps that make it and read it last; first -1 = an input */
    size_t offset;   /* in the activations */
};

struct plan_kept {
    enum plan_output what;
    int layer, value;
    const float *data;
};

struct plan_builder {
    struct plan *plan;
    struct step *step;
    int steps, step_cap;
    struct value *value;
    int values, value_cap;
    struct plan_kept *kept;
    int kepts, kept_cap;
    int input; /* value given from outside, or -1 */
    bool failed; /* out of memory */
};

/* Makes room for one more item; false when there is no memory. */
static bool grow(void **items, int count, int *cap, size_t size)
{
    if (count < *cap)
        return true;
    int more = *cap ? 2 * *cap : 64;
    void *p = realloc(*items, (size_t)more * size);
    if (!p)
        return false;
    *items = p;
    *cap = more;
    return true;
}

const struct model *builder_model(const struct plan_builder *b)
{
    return b->plan->weights->model;
}

const struct weights *builder_weights(const struct plan_builder *b)
{
    return b->plan->weights;
}

const struct plan_options *builder_options(const struct plan_builder *b)
{
    return &b->plan->options;
}

const struct plan *builder_plan(const struct plan_builder *b)
{
    return b->plan;
}

static int add_value(struct plan_builder *b, int rows, int cols, int first)
{
    if (!grow((void **)&b->value, b->values, &b->value_cap, sizeof *b->value)) {
        b->failed = true;
        return 0;
    }
    size_t bytes = arena_size(sizeof(float) * (size_t)rows * (size_t)cols);
    b->value[b->values] = (struct value){.bytes = bytes, .first = first, .last = first};
    return b->values++;
}

int builder_input(struct plan_builder *b, int rows, int cols)
{
    b->input = add_value(b, rows, cols, -1);
    return b->input;
}

int builder_step(struct plan_builder *b, const struct step *s, int rows, int cols)
{
    if (!grow((void **)&b->step, b->steps, &b->step_cap, sizeof *b->step)) {
        b->failed = true;
        return 0;
    }
    struct step *added = &b->step[b->steps];
    *added = *s;
    added->rows = rows;
    added->cols = cols;
    added->out = add_value(b, rows, cols, b->steps);
    for (int i = 0; i < STEP_INPUTS; i++)
        if (s->in[i] >= 0 && !b->failed)
            b->value[s->in[i]].last = b->steps;
    b->steps++;
    return added->out;
}

void builder_keep(struct plan_builder *b, enum plan_output what, int layer, int value)
{
    if (!grow((void **)&b->kept, b->kepts, &b->kept_cap, sizeof *b->kept)) {
        b->failed = true;
        return;
    }
    b->kept[b->kepts++] = (struct plan_kept){what, layer, value, NULL};
}

static bool live_together(const struct value *a, const struct value *b)
{
    return a->first <= b->last && b->first <= a->last;
}

/* Lowest offset at which value `i` overlaps no earlier-placed value that is alive at the same time. */
static size_t lowest_offset(const struct plan_builder *b, int i)
{
    size_t offset = 0;
    for (bool moved = true; moved;) {
        moved = false;
        for (int k = 0; k < i; k++) {
            const struct value *v = &b->value[k];
            bool overlap = offset < v->offset + v->bytes && v->offset < offset + b->value[i].bytes;
            if (overlap && live_together(v, &b->value[i])) {
                offset = v->offset + v->bytes;
                moved = true;
            }
        }
    }
    return offset;
}

/* Places all values; returns the bytes of activations a pass needs. */
static size_t map_memory(struct plan_builder *b)
{
    size_t bytes = 0;
    for (int i = 0; i < b->kepts; i++)
        b->value[b->kept[i].value].last = b->steps;
    for (int i = 0; i < b->values; i++) {
        b->value[i].offset = lowest_offset(b, i);
        if (b->value[i].offset + b->value[i].bytes > bytes)
            bytes = b->value[i].offset + b->value[i].bytes;
    }
    return bytes;
}

static void finish_step(struct step *s, const struct plan *p)
{
    s->kernel = s->linear                   ? s->linear->kernel
                : s->op->kernel == KERNEL_OPS ? NULL
                                              : kernel_pick(s->op->kernel, KERNEL_F32, p->weights->cpu);
    struct cost cost = s->op->cost(s, p);
    s->macs = cost.macs;
    s->bytes = cost.bytes;
}

static size_t most_scratch(const struct plan_builder *b)
{
    size_t most = 0;
    for (int i = 0; i < b->steps; i++) {
        size_t bytes = arena_size(b->step[i].op->scratch(&b->step[i], b->plan));
        most = bytes > most ? bytes : most;
    }
    return most;
}

static size_t plan_bytes(const struct plan_builder *b, size_t activations)
{
    const struct plan *p = b->plan;
    size_t tokens = (size_t)p->tokens;
    return arena_size(activations) + arena_size((size_t)b->steps * sizeof *b->step) +
           arena_size((size_t)b->kepts * sizeof *b->kept) + 3 * arena_size(tokens * sizeof(int32_t)) +
           arena_size(((size_t)p->sequences + 1) * sizeof(int)) +
           arena_size((size_t)p->options.threads * p->scratch_bytes);
}

static void point_steps(struct plan_builder *b, char *activations)
{
    struct plan *p = b->plan;
    for (int i = 0; i < p->steps; i++) {
        struct step *s = &p->step[i];
        for (int k = 0; k < STEP_INPUTS; k++)
            s->x[k] = s->in[k] < 0 ? NULL : (const float *)(void *)(activations + b->value[s->in[k]].offset);
        s->y = (float *)(void *)(activations + b->value[s->out].offset);
    }
    for (int i = 0; i < p->kepts; i++)
        p->kept[i].data = (const float *)(void *)(activations + b->value[p->kept[i].value].offset);
    if (b->input >= 0)
        p->input = (float *)(void *)(activations + b->value[b->input].offset);
}

static void set_positions(struct plan *p)
{
    for (int i = 0; i < p->sequences; i++)
        for (int k = p->start[i]; k < p->start[i + 1]; k++)
            p->position[k] = k - p->start[i];
}

/* Moves everything into the plan's arena. `start` is the builder's copy of the offsets. */
static int settle(struct plan_builder *b, struct err *e)
{
    struct plan *p = b->plan;
    const int *start = p->start;
    size_t activations = map_memory(b), tokens = (size_t)p->tokens;
    for (int i = 0; i < b->steps; i++)
        finish_step(&b->step[i], p);
    p->scratch_bytes = most_scratch(b);
    TRY(arena_init(&p->arena, plan_bytes(b, activations), "the activations", e));
    char *base = arena_alloc(&p->arena, activations);
    p->step = arena_alloc(&p->arena, (size_t)b->steps * sizeof *b->step);
    p->kept = arena_alloc(&p->arena, (size_t)b->kepts * sizeof *b->kept);
    p->id = arena_alloc(&p->arena, tokens * sizeof *p->id);
    p->type = arena_alloc(&p->arena, tokens * sizeof *p->type);
    p->position = arena_alloc(&p->arena, tokens * sizeof *p->position);
    int *own = arena_alloc(&p->arena, ((size_t)p->sequences + 1) * sizeof *own);
    p->scratch = arena_alloc(&p->arena, (size_t)p->options.threads * p->scratch_bytes);
    memcpy(own, start, ((size_t)p->sequences + 1) * sizeof *own);
    memcpy(p->step, b->step, (size_t)b->steps * sizeof *b->step);
    if (b->kepts)
        memcpy(p->kept, b->kept, (size_t)b->kepts * sizeof *b->kept);
    p->start = own;
    p->steps = b->steps;
    p->kepts = b->kepts;
    point_steps(b, base);
    set_positions(p);
    return 0;
}

static int build(struct plan_builder *b, struct err *e)
{
    const struct model *m = builder_model(b);
    TRY(m->config.arch->graph(b, e));
    if (b->failed)
        return err_set(e, ERR_NOMEM, "no memory for a plan of %d steps", b->steps);
    return settle(b, e);
}

/* start[0..sequences] from the lengths, checked against the model's positions. */
static int sum_lengths(struct plan *p, int *start, const int *length, struct err *e)
{
    const struct config *c = &p->weights->model->config;
    for (int i = 0; i < p->sequences; i++) {
        if (length[i] < 1 || (!p->options.from_hidden && length[i] > c->positions))
            return err_set(e, ERR_SHAPE, "a sequence of %d tokens does not fit the model's 1..%d positions", length[i],
                           c->positions);
        if (__builtin_add_overflow(start[i], length[i], &start[i + 1]) || start[i + 1] > 1 << 24)
            return err_set(e, ERR_SHAPE, "a batch of more than %d tokens is too large", 1 << 24);
        p->longest = length[i] > p->longest ? length[i] : p->longest;
    }
    p->tokens = start[p->sequences];
    return 0;
}

int plan_build(struct plan **out, const struct weights *w, const int *length, int sequences,
               const struct plan_options *options, struct err *e)
{
    *out = NULL;
    struct plan *p = calloc(1, sizeof *p);
    int *start = calloc((size_t)sequences + 1, sizeof *start);
    struct plan_builder b = {.plan = p, .input = -1};
    int code = p && start ? 0 : err_set(e, ERR_NOMEM, "no memory for a plan");
    if (code == 0) {
        *p = (struct plan){.weights = w, .options = *options, .sequences = sequences, .start = start};
        code = sum_lengths(p, start, length, e);
    }
    if (code == 0)
        code = build(&b, e);
    free(b.step);
    free(b.value);
    free(b.kept);
    free(start);
    if (code != 0)
        plan_free(p);
    else
        *out = p;
    return code;
}

void plan_free(struct plan *p)
{
    if (!p)
        return;
    arena_free(&p->arena);
    free(p);
}

int plan_set_tokens(struct plan *p, const int32_t *id, const int32_t *type, struct err *e)
{
    const struct config *c = &p->weights->model->config;
    for (int i = 0; i < p->tokens; i++) {
        int32_t t = type ? type[i] : 0;
        if (id[i] < 0 || id[i] >= c->vocab)
            return err_set(e, ERR_SHAPE, "token id %d is outside the model's vocabulary of %d", id[i], c->vocab);
        if (t < 0 || (c->types > 0 && t >= c->types))
            return err_set(e, ERR_SHAPE, "token type %d is outside the model's %d types", t, c->types);
        p->id[i] = id[i];
        p->type[i] = t;
    }
    return 0;
}

const float *plan_output(const struct plan *p, enum plan_output what, int layer)
{
    for (int i = 0; i < p->kepts; i++)
        if (p->kept[i].what == what && p->kept[i].layer == layer)
            return p->kept[i].data;
    return NULL;
}

uint64_t plan_macs(const struct plan *p)
{
    uint64_t macs = 0;
    for (int i = 0; i < p->steps; i++)
        macs += p->step[i].macs;
    return macs;
}
