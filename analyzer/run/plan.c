#include "analyzer/run/plan.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/model/arch.h"
#include "analyzer/model/model.h"
#include "analyzer/run/op.h"
#include "analyzer/run/plan_builder.h"
#include "analyzer/run/weights.h"

static void pick_kernels(const struct kernel **kernel, const struct plan *p)
{
    for (int op = 0; op < KERNEL_OPS; op++)
        kernel[op] = kernel_pick((enum kernel_op)op, KERNEL_F32, p->weights->cpu);
}

static void finish_step(struct step *s, const struct plan *p)
{
    s->kernel = s->linear                   ? s->linear->kernel
                : s->op->kernel == KERNEL_OPS ? NULL
                                              : kernel_pick(s->op->kernel, s->format, p->weights->cpu);
    struct cost cost = s->op->cost(s, p);
    s->macs = cost.macs;
    s->bytes = cost.bytes;
}

static size_t most_scratch(const struct plan_builder *b)
{
    size_t most = 0;
    for (int i = 0; i < b->steps; i++) {
        const struct step *s = &b->step[i];
        size_t forward = arena_size(s->op->scratch(s, b->plan));
        size_t backward = s->backward ? arena_size(s->op->backward_scratch(s, b->plan)) : 0;
        most = forward > most ? forward : most;
        most = backward > most ? backward : most;
    }
    return most;
}

/* ---- memory -------------------------------------------------------------------------------------------------- */

static size_t schedule(struct plan_builder *b, bool again)
{
    plan_schedule(b, again);
    return plan_place(b->value, b->values);
}

/* Decides the moments and the place of every value: layers are computed again only where the limit asks for it. */
static int map_memory(struct plan_builder *b, struct err *e)
{
    const struct plan_options *o = &b->plan->options;
    plan_backward(b);
    size_t bytes = schedule(b, false);
    if (o->memory_limit && bytes > o->memory_limit && o->gradients != PLAN_NO_GRADIENTS)
        bytes = schedule(b, true);
    b->plan->activation_bytes = bytes;
    if (o->memory_limit && bytes > o->memory_limit)
        return err_set(e, ERR_NOMEM, "the activations of %d tokens need %zu bytes, more than the limit of %zu; "
                       "take a smaller batch", b->plan->tokens, bytes, o->memory_limit);
    return 0;
}

static size_t gate_bytes(const struct step *s)
{
    return arena_size((size_t)s->heads * sizeof(float));
}

static size_t gate_gradient_bytes(const struct step *s, const struct plan *p)
{
    bool wanted = p->options.gradients != PLAN_NO_GRADIENTS;
    return wanted ? arena_size((size_t)p->sequences * (size_t)s->gates * sizeof(float)) : 0;
}

static size_t plan_bytes(const struct plan_builder *b)
{
    const struct plan *p = b->plan;
    size_t tokens = (size_t)p->tokens, gates = 0;
    for (int i = 0; i < b->steps; i++)
        gates += gate_bytes(&b->step[i]) + gate_gradient_bytes(&b->step[i], p);
    return arena_size(p->activation_bytes) + arena_size((size_t)b->steps * sizeof *b->step) + gates +
           arena_size((size_t)b->moments * sizeof *b->moment) + arena_size(KERNEL_OPS * sizeof *p->kernel) +
           arena_size((size_t)b->kepts * sizeof *b->kept) + 4 * arena_size(tokens * sizeof(int32_t)) +
           arena_size((size_t)p->options.masked * sizeof *p->masked) +
           2 * arena_size(((size_t)p->sequences + 1) * sizeof(int)) +
           arena_size((size_t)p->options.threads * p->scratch_bytes);
}

static float *point(const struct plan_builder *b, char *activations, int v)
{
    return v < 0 ? NULL : (float *)(void *)(activations + b->value[v].offset);
}

static void point_steps(struct plan_builder *b, char *activations)
{
    struct plan *p = b->plan;
    for (int i = 0; i < p->steps; i++) {
        struct step *s = &p->step[i];
        s->y = point(b, activations, s->out);
        s->dy = point(b, activations, b->value[s->out].gradient);
        for (int k = 0; k < STEP_INPUTS; k++) {
            s->x[k] = point(b, activations, s->in[k]);
            s->dx[k] = s->backward && s->in[k] >= 0 ? point(b, activations, b->value[s->in[k]].gradient) : NULL;
        }
    }
    for (int i = 0; i < p->kepts; i++) {
        p->kept[i].data = point(b, activations, p->kept[i].value);
        p->kept[i].gradient = plan_has_loss(b, i) ? point(b, activations, b->value[p->kept[i].value].gradient) : NULL;
    }
    p->input = point(b, activations, b->input);
}

static void add_gates(struct plan *p)
{
    for (int i = 0; i < p->steps; i++) {
        struct step *s = &p->step[i];
        s->gate = s->heads ? arena_alloc(&p->arena, gate_bytes(s)) : NULL;
        for (int head = 0; head < s->heads; head++)
            s->gate[head] = 1;
        size_t bytes = gate_gradient_bytes(s, p);
        s->dgate = bytes ? memset(arena_alloc(&p->arena, bytes), 0, bytes) : NULL;
    }
}

static void set_positions(struct plan *p)
{
    for (int i = 0; i < p->tokens; i++)
        p->row[i] = i;
    for (int i = 0; i < p->sequences; i++)
        for (int k = p->start[i]; k < p->start[i + 1]; k++)
            p->position[k] = k - p->start[i];
}

/* A copy of `bytes` of the builder in the plan's arena. */
static void *settle_bytes(struct plan *p, const void *from, size_t bytes)
{
    void *own = arena_alloc(&p->arena, bytes);
    return bytes ? memcpy(own, from, bytes) : own;
}

/* Takes the room that the plan before left, if there is one. */
static int take_room(struct plan *p, size_t bytes, struct err *e)
{
    if (!p->options.room)
        return arena_init(&p->arena, bytes, "the activations", e);
    p->arena = *p->options.room;
    *p->options.room = (struct arena){0};
    return arena_renew(&p->arena, bytes, "the activations", e);
}

static void leave_room(struct plan *p)
{
    struct arena *room = p->options.room;
    if (!room || room->base)
        arena_free(&p->arena);
    else
        *room = p->arena;
}

/* Moves everything into the plan's arena; what the builder has is freed by the caller. */
static int settle(struct plan_builder *b, struct err *e)
{
    struct plan *p = b->plan;
    size_t tokens = (size_t)p->tokens;
    TRY(take_room(p, plan_bytes(b), e));
    char *base = arena_alloc(&p->arena, p->activation_bytes);
    p->step = settle_bytes(p, b->step, (size_t)b->steps * sizeof *b->step);
    p->moment = settle_bytes(p, b->moment, (size_t)b->moments * sizeof *b->moment);
    p->kept = settle_bytes(p, b->kept, (size_t)b->kepts * sizeof *b->kept);
    p->kernel = settle_bytes(p, p->kernel, KERNEL_OPS * sizeof *p->kernel);
    p->start = settle_bytes(p, p->start, ((size_t)p->sequences + 1) * sizeof *p->start);
    p->split = settle_bytes(p, p->split, (size_t)p->sequences * sizeof *p->split);
    p->id = arena_alloc(&p->arena, tokens * sizeof *p->id);
    p->type = arena_alloc(&p->arena, tokens * sizeof *p->type);
    p->position = arena_alloc(&p->arena, tokens * sizeof *p->position);
    p->row = arena_alloc(&p->arena, tokens * sizeof *p->row);
    p->masked = arena_alloc(&p->arena, (size_t)p->options.masked * sizeof *p->masked);
    p->scratch = arena_alloc(&p->arena, (size_t)p->options.threads * p->scratch_bytes);
    p->steps = b->steps;
    p->moments = b->moments;
    p->kepts = b->kepts;
    point_steps(b, base);
    add_gates(p);
    set_positions(p);
    return 0;
}

static int build(struct plan_builder *b, struct err *e)
{
    const struct kernel *kernel[KERNEL_OPS];
    struct plan *p = b->plan;
    pick_kernels(kernel, p);
    p->kernel = kernel;
    TRY(p->weights->model->config.arch->graph(b, e));
    if (!b->failed)
        TRY(map_memory(b, e));
    if (b->failed)
        return err_set(e, ERR_NOMEM, "no memory for a plan of %d steps", b->steps);
    for (int i = 0; i < b->steps; i++)
        finish_step(&b->step[i], p);
    p->scratch_bytes = most_scratch(b);
    return settle(b, e);
}

/* split[0..sequences - 1], checked against the lengths; their texts are one each unless something else is said. */
static int take_splits(const struct plan *p, int *split, const int *length, struct err *e)
{
    for (int i = 0; i < p->sequences; i++) {
        split[i] = p->options.split ? p->options.split[i] : length[i];
        if (split[i] < 1 || split[i] > length[i])
            return err_set(e, ERR_SHAPE, "a first text of %d tokens does not fit a sequence of %d", split[i], length[i]);
    }
    return 0;
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
    assert(options->gradients == PLAN_NO_GRADIENTS || w->transposed);
    assert((options->gradients == PLAN_ALL_GRADIENTS) == (options->into != NULL));
    assert(!options->pooled_only || options->masked == 0);
    struct plan *p = calloc(1, sizeof *p);
    int *start = calloc(2 * ((size_t)sequences + 1), sizeof *start), *split = start + sequences + 1;
    struct plan_builder b = {.plan = p, .input = -1};
    int code = p && start ? 0 : err_set(e, ERR_NOMEM, "no memory for a plan");
    if (code == 0) {
        *p = (struct plan){.weights = w, .options = *options, .sequences = sequences, .start = start, .split = split};
        code = sum_lengths(p, start, length, e);
    }
    if (code == 0)
        code = take_splits(p, split, length, e);
    if (code == 0)
        p->options.split = NULL;
    if (code == 0)
        code = build(&b, e);
    free(b.step);
    free(b.value);
    free(b.kept);
    free(b.moment);
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
    leave_room(p);
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

int plan_set_masked(struct plan *p, const int32_t *token, struct err *e)
{
    for (int i = 0; i < p->options.masked; i++) {
        if (token[i] < 0 || token[i] >= p->tokens)
            return err_set(e, ERR_SHAPE, "masked token %d is none of the %d tokens of the batch", token[i], p->tokens);
        p->masked[i] = token[i];
    }
    return 0;
}

void plan_set_seed(struct plan *p, uint64_t seed)
{
    p->seed = seed;
}

/* The step of an operation in a layer; NULL if there is none. */
static const struct step *find_step(const struct plan *p, const struct op *op, int layer)
{
    for (int i = 0; i < p->steps; i++)
        if (p->step[i].op == op && p->step[i].layer == layer)
            return &p->step[i];
    return NULL;
}

float *plan_gates(const struct plan *p, int layer)
{
    const struct step *s = find_step(p, &op_attention, layer);
    return s ? s->gate : NULL;
}

const float *plan_head_gates(const struct plan *p, int layer)
{
    const struct step *s = find_step(p, &op_attention, layer);
    return s ? s->dgate : NULL;
}

const float *plan_neuron_gates(const struct plan *p, int layer)
{
    const struct step *s = find_step(p, &op_activate, layer);
    return s ? s->dgate : NULL;
}

static const struct plan_kept *find_kept(const struct plan *p, enum plan_output what, int layer)
{
    for (int i = 0; i < p->kepts; i++)
        if (p->kept[i].what == what && p->kept[i].layer == layer)
            return &p->kept[i];
    return NULL;
}

const float *plan_output(const struct plan *p, enum plan_output what, int layer)
{
    const struct plan_kept *kept = find_kept(p, what, layer);
    return kept ? kept->data : NULL;
}

float *plan_gradient(const struct plan *p, enum plan_output what, int layer)
{
    const struct plan_kept *kept = find_kept(p, what, layer);
    return kept ? kept->gradient : NULL;
}

uint64_t plan_macs(const struct plan *p)
{
    uint64_t macs = 0;
    for (int i = 0; i < p->steps; i++)
        macs += p->step[i].macs;
    return macs;
}
