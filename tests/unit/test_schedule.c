/* The schedule of forward and backward: who writes and who adds, and what is alive when. */
#include "tests/unit/backward_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/run/plan_builder.h"

enum { VALUES = 40, END = 40, LINES = 9 };

static uint32_t draw(uint32_t *random, uint32_t below)
{
    *random = *random * 1664525u + 1013904223u;
    return (*random >> 16) % below;
}

static void draw_value(struct value *v, uint32_t *random)
{
    *v = (struct value){.bytes = 64 * (1 + draw(random, LINES)), .spans = 1 + (int)draw(random, VALUE_SPANS)};
    for (int k = 0, free = 0; k < v->spans; k++) {
        int from = free + (int)draw(random, END / 2 - 4);
        v->span[k] = (struct span){from, from + (int)draw(random, 4)};
        free = v->span[k].to + 1;
    }
}

/* Lines that two values own at one time. */
static int shared_lines(const struct value *v, int now)
{
    unsigned char owned[VALUES * LINES] = {0};
    int shared = 0;
    for (int i = 0; i < VALUES; i++)
        for (int k = 0; k < v[i].spans; k++)
            for (size_t line = 0; v[i].span[k].from <= now && now <= v[i].span[k].to && line < v[i].bytes / 64; line++)
                shared += owned[v[i].offset / 64 + line]++ > 0;
    return shared;
}

/* Random lives: no byte has two owners at any time. */
static void places_are_disjoint(void)
{
    uint32_t random = 1;
    for (int round = 0; round < 200; round++) {
        struct value v[VALUES];
        size_t most = 0;
        for (int i = 0; i < VALUES; i++)
            draw_value(&v[i], &random);
        size_t used = plan_place(v, VALUES);
        for (int now = 0; now < END; now++)
            CU_ASSERT_EQUAL(shared_lines(v, now), 0);
        for (int i = 0; i < VALUES; i++)
            most = v[i].offset + v[i].bytes > most ? v[i].offset + v[i].bytes : most;
        CU_ASSERT_EQUAL(used, most);
    }
}

/* Who wrote each 64 bytes of the activations last. */
struct memory {
    const struct plan *plan;
    int *owner; /* of each line: number of a value, or GRADIENT + that; -1 = nobody */
    int wrong;
};

enum { GRADIENT = 1000 };

static void write_lines(struct memory *m, const float *at, size_t floats, int owner)
{
    size_t line = (size_t)((const char *)at - m->plan->arena.base) / 64;
    for (size_t i = 0; i < (floats + 15) / 16; i++)
        m->owner[line + i] = owner;
}

static void read_lines(struct memory *m, const float *at, size_t floats, int owner)
{
    size_t line = (size_t)((const char *)at - m->plan->arena.base) / 64;
    for (size_t i = 0; i < (floats + 15) / 16; i++)
        m->wrong += m->owner[line + i] != owner;
}

static size_t floats_of(const struct plan *p, int value)
{
    for (int i = 0; i < p->steps; i++)
        if (p->step[i].out == value)
            return (size_t)p->step[i].rows * (size_t)p->step[i].cols;
    return TOKENS * HIDDEN;
}

static void follow_forward(struct memory *m, const struct step *s)
{
    for (int k = 0; k < STEP_INPUTS; k++)
        if (s->x[k])
            read_lines(m, s->x[k], floats_of(m->plan, s->in[k]), s->in[k]);
    write_lines(m, s->y, floats_of(m->plan, s->out), s->out);
}

static void follow_backward(struct memory *m, const struct step *s)
{
    unsigned reads = s->op->reads(s);
    read_lines(m, s->dy, floats_of(m->plan, s->out), GRADIENT + s->out);
    if (reads & READS_Y)
        read_lines(m, s->y, floats_of(m->plan, s->out), s->out);
    for (int k = 0; k < STEP_INPUTS; k++) {
        size_t floats = s->x[k] ? floats_of(m->plan, s->in[k]) : 0;
        if (s->x[k] && reads & READS_X(k))
            read_lines(m, s->x[k], floats, s->in[k]);
        if (s->dx[k] && s->adds[k])
            read_lines(m, s->dx[k], floats, GRADIENT + s->in[k]);
        else if (s->dx[k])
            write_lines(m, s->dx[k], floats, GRADIENT + s->in[k]);
    }
}

static void follow_losses(struct memory *m)
{
    const struct plan *p = m->plan;
    for (int i = 0; i < p->kepts; i++) {
        size_t floats = floats_of(p, p->kept[i].value);
        read_lines(m, p->kept[i].data, floats, p->kept[i].value);
        if (p->kept[i].gradient)
            write_lines(m, p->kept[i].gradient, floats, GRADIENT + p->kept[i].value);
    }
}

/* Lines that somebody read although another value had been written there. */
static int wrong_reads(const struct plan *p)
{
    size_t lines = p->arena.used / 64;
    struct memory m = {p, malloc(lines * sizeof(int)), 0};
    CU_ASSERT_PTR_NOT_NULL_FATAL(m.owner);
    for (size_t i = 0; i < lines; i++)
        m.owner[i] = -1;
    if (p->input)
        write_lines(&m, p->input, TOKENS * HIDDEN, p->kept[0].value);
    for (int i = 0; i < p->moments; i++) {
        if (i == p->steps)
            follow_losses(&m);
        if (p->moment[i].backward)
            follow_backward(&m, &p->step[p->moment[i].step]);
        else
            follow_forward(&m, &p->step[p->moment[i].step]);
    }
    for (int i = 0; i < p->kepts; i++)
        read_lines(&m, p->kept[i].data, floats_of(p, p->kept[i].value), p->kept[i].value);
    free(m.owner);
    return m.wrong;
}

/* Every moment reads what was written for it, with and without layers that are computed again. */
static void moments_read_what_was_written(void)
{
    struct backward_fixture f = backward_open(KERNEL_F32);
    for (int i = 0; i < BACKWARD_KINDS; i++) {
        struct plan_options options = backward_kinds[i];
        struct plan *p = backward_plan(&f, options);
        CU_ASSERT_EQUAL(wrong_reads(p), 0);
        CU_ASSERT_EQUAL(p->arena.used, p->arena.cap);
        options.memory_limit = p->activation_bytes - 1;
        plan_free(p);
        if (options.gradients == PLAN_NO_GRADIENTS || options.from_hidden)
            continue;
        p = backward_plan(&f, options);
        CU_ASSERT_EQUAL(wrong_reads(p), 0);
        plan_free(p);
    }
    backward_close(&f);
}

/* Of the backwards that give a value its gradient the first writes, unless the caller did, and the others add. */
static void first_writes_others_add(void)
{
    struct backward_fixture f = backward_open(KERNEL_F32);
    for (int i = 0; i < BACKWARD_KINDS; i++) {
        struct plan *p = backward_plan(&f, backward_kinds[i]);
        bool there[256] = {false};
        for (int k = 0; k < p->kepts; k++)
            there[p->kept[k].value] = p->kept[k].gradient;
        for (int at = p->steps; at < p->moments; at++) {
            const struct step *s = &p->step[p->moment[at].step];
            CU_ASSERT_TRUE(there[s->out]);
            for (int k = 0; k < STEP_INPUTS; k++)
                if (s->dx[k]) {
                    CU_ASSERT_EQUAL(s->adds[k], there[s->in[k]]);
                    there[s->in[k]] = true;
                }
        }
        plan_free(p);
    }
    backward_close(&f);
}

/* Nothing below the lowest gate has a backward, and no weight a gradient. */
static void gates_need_little(void)
{
    struct backward_fixture f = backward_open(KERNEL_F32);
    struct plan *gates = backward_plan(&f, (struct plan_options){.gradients = PLAN_GATE_GRADIENTS});
    struct plan *all = backward_plan(&f, (struct plan_options){.gradients = PLAN_ALL_GRADIENTS});
    for (int i = 0; i < gates->steps; i++) {
        const struct step *s = &gates->step[i];
        bool below = s->layer < 0 && i < gates->steps / 2;
        bool first = s->layer == 0 && s->linear && s->linear->parts == 3;
        CU_ASSERT_EQUAL(s->backward, !below && !first);
        CU_ASSERT_TRUE(all->step[i].backward);
        for (int k = 0; k < STEP_GRADIENTS; k++)
            CU_ASSERT_PTR_NULL(s->dparam[k]);
    }
    CU_ASSERT_TRUE(gates->activation_bytes < all->activation_bytes);
    plan_free(gates);
    plan_free(all);
    backward_close(&f);
}

static void limits_have_sentences(void)
{
    struct backward_fixture f = backward_open(KERNEL_F32);
    struct plan_options options = {.threads = 1, .memory_limit = 100000, .gradients = PLAN_GATE_GRADIENTS};
    struct plan *p;
    struct err e = {0};
    char expected[256];
    CU_ASSERT_EQUAL_FATAL(plan_build(&p, f.weights, backward_lengths, SEQUENCES, &options, &e), ERR_NOMEM);
    CU_ASSERT_PTR_NULL(p);
    size_t bytes = strtoul(strstr(e.text, "need ") + 5, NULL, 10);
    snprintf(expected, sizeof expected, "the activations of 54 tokens need %zu bytes, more than the limit of 100000; "
             "take a smaller batch", bytes);
    CU_ASSERT_STRING_EQUAL(e.text, expected);
    options.memory_limit = bytes;
    CU_ASSERT_EQUAL_FATAL(plan_build(&p, f.weights, backward_lengths, SEQUENCES, &options, &e), 0);
    CU_ASSERT_EQUAL(p->activation_bytes, bytes);
    plan_free(p);
    options.memory_limit = bytes - 1;
    CU_ASSERT_EQUAL(plan_build(&p, f.weights, backward_lengths, SEQUENCES, &options, &e), ERR_NOMEM);
    backward_close(&f);
}

CU_TestInfo suite_schedule[] = {
    {"places are disjoint", places_are_disjoint},
    {"moments read what was written", moments_read_what_was_written},
    {"the first writes, the others add", first_writes_others_add},
    {"gates need little", gates_need_little},
    {"limits have sentences", limits_have_sentences},
    CU_TEST_INFO_NULL,
};
