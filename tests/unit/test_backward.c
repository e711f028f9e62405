/* The backward pass as a plan: who writes and who adds, what is alive when, and what changes no bit. That the gradients are
 * right is in tests/golden. */
#include "tests/unit/unit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/model/model.h"
#include "analyzer/run/exec.h"
#include "analyzer/run/gradients.h"
#include "analyzer/run/op.h"
#include "analyzer/run/plan_builder.h"
#include "analyzer/run/weights.h"

enum { HIDDEN = 128, LAYERS = 2, TOKENS = 54, SEQUENCES = 3 };

static const int lengths[SEQUENCES] = {5, 9, 40};

struct fixture {
    struct model *model;
    struct weights *weights;
    struct gradients *gradients;
};

static struct fixture open_fixture(enum kernel_format format)
{
    struct fixture f = {0};
    struct weights_options options = {.cpu = cpu_detect(NULL), .threads = 2, .format = format, .gradients = true};
    CU_ASSERT_EQUAL_FATAL(model_open(&f.model, "preset:bert-tiny", &(struct model_options){.seed = 3}, NULL, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(weights_build(&f.weights, f.model, &options, NULL, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(gradients_new(&f.gradients, f.model, NULL), 0);
    return f;
}

static void close_fixture(struct fixture *f)
{
    gradients_free(f->gradients);
    weights_free(f->weights);
    model_free(f->model);
}

static struct plan *build(const struct fixture *f, struct plan_options options)
{
    struct plan *p;
    struct err e = {0};
    int32_t id[TOKENS], type[TOKENS];
    options.threads = options.threads ? options.threads : 2;
    options.into = options.gradients == PLAN_ALL_GRADIENTS ? f->gradients : NULL;
    CU_ASSERT_EQUAL_FATAL(plan_build(&p, f->weights, lengths, SEQUENCES, &options, &e), 0);
    for (int i = 0; i < TOKENS; i++) {
        id[i] = i * 371 % 30522;
        type[i] = i % 2;
    }
    CU_ASSERT_EQUAL_FATAL(plan_set_tokens(p, id, type, NULL), 0);
    return p;
}

static void seed_gradient(float *dy, size_t n)
{
    for (size_t i = 0; dy && i < n; i++)
        dy[i] = sinf(1.7f * (float)i);
}

static void run(const struct fixture *f, const struct plan *p)
{
    gradients_clear(f->gradients, 2);
    CU_ASSERT_EQUAL_FATAL(exec_run(p, NULL, NULL), 0);
    seed_gradient(plan_gradient(p, PLAN_POOLED, -1), SEQUENCES * HIDDEN);
    for (int layer = -1; layer < LAYERS; layer++)
        seed_gradient(plan_gradient(p, PLAN_HIDDEN, layer), TOKENS * HIDDEN);
    CU_ASSERT_EQUAL_FATAL(exec_backward(p, NULL), 0);
}

/* All that a backward pass gives, in one array: gradients of parameters, heads and neurons. */
static float *results(const struct fixture *f, const struct plan *p, size_t *n)
{
    size_t heads = SEQUENCES * 2, neurons = SEQUENCES * 4 * HIDDEN;
    float *all = malloc((f->gradients->floats + LAYERS * (heads + neurons)) * sizeof *all), *to = all;
    CU_ASSERT_PTR_NOT_NULL_FATAL(all);
    memcpy(to, f->gradients->all, f->gradients->floats * sizeof *to);
    to += f->gradients->floats;
    for (int layer = 0; layer < LAYERS; layer++) {
        const float *head = plan_head_gates(p, layer), *neuron = plan_neuron_gates(p, layer);
        memcpy(to, head, heads * sizeof *to);
        to += heads;
        for (size_t i = 0; i < neurons; i++)
            *to++ = neuron ? neuron[i] : 0;
    }
    *n = (size_t)(to - all);
    return all;
}

/* ---- what is alive when -------------------------------------------------------------------------------------- */

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

static const struct plan_options kinds[] = {
    {.gradients = PLAN_NO_GRADIENTS},
    {.gradients = PLAN_NO_GRADIENTS, .unfused = true, .dropout = 0.1f},
    {.gradients = PLAN_GATE_GRADIENTS},
    {.gradients = PLAN_GATE_GRADIENTS, .neuron_gates = true, .keep_hidden = true},
    {.gradients = PLAN_GATE_GRADIENTS, .from_hidden = true, .keep_hidden = true, .first_layer = 1},
    {.gradients = PLAN_ALL_GRADIENTS},
    {.gradients = PLAN_ALL_GRADIENTS, .dropout = 0.1f, .neuron_gates = true},
    {.gradients = PLAN_ALL_GRADIENTS, .keep_hidden = true, .losses = PLAN_BIT(PLAN_HIDDEN) | PLAN_BIT(PLAN_POOLED)},
    {.gradients = PLAN_ALL_GRADIENTS, .losses = PLAN_BIT(PLAN_HIDDEN)},
};

enum { KINDS = sizeof kinds / sizeof *kinds };

/* Every moment reads what was written for it, with and without layers that are computed again. */
static void moments_read_what_was_written(void)
{
    struct fixture f = open_fixture(KERNEL_F32);
    for (int i = 0; i < KINDS; i++) {
        struct plan_options options = kinds[i];
        struct plan *p = build(&f, options);
        CU_ASSERT_EQUAL(wrong_reads(p), 0);
        CU_ASSERT_EQUAL(p->arena.used, p->arena.cap);
        options.memory_limit = p->activation_bytes - 1;
        plan_free(p);
        if (options.gradients == PLAN_NO_GRADIENTS || options.from_hidden)
            continue;
        p = build(&f, options);
        CU_ASSERT_EQUAL(wrong_reads(p), 0);
        plan_free(p);
    }
    close_fixture(&f);
}

/* Of the backwards that give a value its gradient the first writes, unless the caller did, and the others add. */
static void first_writes_others_add(void)
{
    struct fixture f = open_fixture(KERNEL_F32);
    for (int i = 0; i < KINDS; i++) {
        struct plan *p = build(&f, kinds[i]);
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
    close_fixture(&f);
}

/* Nothing below the lowest gate has a backward, and no weight a gradient. */
static void gates_need_little(void)
{
    struct fixture f = open_fixture(KERNEL_F32);
    struct plan *gates = build(&f, (struct plan_options){.gradients = PLAN_GATE_GRADIENTS});
    struct plan *all = build(&f, (struct plan_options){.gradients = PLAN_ALL_GRADIENTS});
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
    close_fixture(&f);
}

/* ---- what changes no bit ------------------------------------------------------------------------------------- */

/* Gradients of a plan with these options are, bit by bit, those of a plan with the others. */
static void check_same(const struct fixture *f, struct plan_options a, struct plan_options b)
{
    size_t n, m;
    struct plan *p = build(f, a);
    plan_set_seed(p, 7);
    run(f, p);
    float *x = results(f, p, &n);
    plan_free(p);
    p = build(f, b);
    plan_set_seed(p, 7);
    run(f, p);
    float *y = results(f, p, &m);
    plan_free(p);
    CU_ASSERT_EQUAL(memcmp(x, y, n * sizeof *x), 0);
    CU_ASSERT_TRUE(n == m && x[n / 2] == x[n / 2]);
    free(x);
    free(y);
}

static void threads_change_no_gradient(void)
{
    struct fixture f = open_fixture(KERNEL_F32);
    for (int i = 5; i < KINDS; i++)
        for (int threads = 1; threads <= 4; threads++) {
            struct plan_options options = kinds[i];
            options.threads = threads;
            check_same(&f, kinds[i], options);
        }
    close_fixture(&f);
}

static void computing_again_changes_no_gradient(void)
{
    struct fixture f = open_fixture(KERNEL_F32);
    for (int i = 2; i < KINDS; i++) {
        struct plan_options options = kinds[i];
        if (options.from_hidden)
            continue;
        struct plan *p = build(&f, options);
        int moments = p->moments;
        options.memory_limit = p->activation_bytes - 1;
        plan_free(p);
        p = build(&f, options);
        CU_ASSERT_TRUE(p->moments > moments && p->activation_bytes <= options.memory_limit);
        plan_free(p);
        check_same(&f, kinds[i], options);
    }
    close_fixture(&f);
}

static void limits_have_sentences(void)
{
    struct fixture f = open_fixture(KERNEL_F32);
    struct plan_options options = {.threads = 1, .memory_limit = 100000, .gradients = PLAN_GATE_GRADIENTS};
    struct plan *p;
    struct err e = {0};
    char expected[256];
    CU_ASSERT_EQUAL_FATAL(plan_build(&p, f.weights, lengths, SEQUENCES, &options, &e), ERR_NOMEM);
    CU_ASSERT_PTR_NULL(p);
    size_t bytes = strtoul(strstr(e.text, "need ") + 5, NULL, 10);
    snprintf(expected, sizeof expected, "the activations of 54 tokens need %zu bytes, more than the limit of 100000; "
             "take a smaller batch", bytes);
    CU_ASSERT_STRING_EQUAL(e.text, expected);
    options.memory_limit = bytes;
    CU_ASSERT_EQUAL_FATAL(plan_build(&p, f.weights, lengths, SEQUENCES, &options, &e), 0);
    CU_ASSERT_EQUAL(p->activation_bytes, bytes);
    plan_free(p);
    options.memory_limit = bytes - 1;
    CU_ASSERT_EQUAL(plan_build(&p, f.weights, lengths, SEQUENCES, &options, &e), ERR_NOMEM);
    close_fixture(&f);
}

/* Gates alone, or with all parameters: the same gradients of gates. */
static void gates_do_not_depend_on_the_rest(void)
{
    struct fixture f = open_fixture(KERNEL_F32);
    struct plan *gates = build(&f, (struct plan_options){.gradients = PLAN_GATE_GRADIENTS, .neuron_gates = true});
    struct plan *all = build(&f, (struct plan_options){.gradients = PLAN_ALL_GRADIENTS, .neuron_gates = true});
    run(&f, all);
    run(&f, gates);
    for (int layer = LAYERS - 1; layer >= 0; layer--) {
        CU_ASSERT_EQUAL(memcmp(plan_neuron_gates(gates, layer), plan_neuron_gates(all, layer),
                               SEQUENCES * 4 * HIDDEN * sizeof(float)), 0);
        for (int i = 0; i < SEQUENCES * 2; i++) {
            double a = plan_head_gates(gates, layer)[i], b = plan_head_gates(all, layer)[i];
            /* The lowest gates are summed in another order: gamma(sequence x head size) of terms that cancel little. */
            CU_ASSERT_TRUE(layer > 0 ? a == b : fabs(a - b) < 1e-5);
        }
    }
    plan_free(gates);
    plan_free(all);
    close_fixture(&f);
}

static void unfused_gives_the_same_bits(void)
{
    for (int format = 0; format < KERNEL_FORMATS; format++) {
        struct fixture f = open_fixture((enum kernel_format)format);
        struct plan *fused = build(&f, (struct plan_options){.threads = 2});
        struct plan *apart = build(&f, (struct plan_options){.threads = 2, .unfused = true});
        CU_ASSERT_EQUAL(apart->steps, fused->steps + LAYERS + 1);
        CU_ASSERT_EQUAL(plan_macs(apart), plan_macs(fused));
        exec_run(fused, NULL, NULL);
        exec_run(apart, NULL, NULL);
        CU_ASSERT_EQUAL(memcmp(plan_output(fused, PLAN_POOLED, -1), plan_output(apart, PLAN_POOLED, -1),
                               SEQUENCES * HIDDEN * sizeof(float)), 0);
        CU_ASSERT_EQUAL(memcmp(plan_output(fused, PLAN_HIDDEN, LAYERS - 1), plan_output(apart, PLAN_HIDDEN, LAYERS - 1),
                               TOKENS * HIDDEN * sizeof(float)), 0);
        plan_free(fused);
        plan_free(apart);
        close_fixture(&f);
    }
}

/* ---- gates, seeds, weights that change ----------------------------------------------------------------------- */

static float *values(const struct fixture *f, enum role role, int layer)
{
    int param = (int)(model_param(f->model, role, layer) - f->model->param);
    return model_values(f->model, param);
}

static const float *run_hidden(const struct plan *p)
{
    CU_ASSERT_EQUAL_FATAL(exec_run(p, NULL, NULL), 0);
    return plan_output(p, PLAN_HIDDEN, LAYERS - 1);
}

/* A head with gate g is, bit by bit, one whose columns of the output projection are multiplied by g: 0, and a power of two.
 * Weights that were changed in place and packed again are those that the plan then uses. */
static void gates_scale_heads(void)
{
    static const float gates[] = {0, 0.5f, 1};
    for (size_t i = 0; i < 3; i++) {
        struct fixture f = open_fixture(KERNEL_F32);
        CU_ASSERT_EQUAL_FATAL(model_own(f.model, NULL, NULL), 0);
        struct plan *gated = build(&f, (struct plan_options){.threads = 2});
        struct plan *plain = build(&f, (struct plan_options){.threads = 2});
        plan_gates(gated, 0)[1] = gates[i];
        plan_gates(gated, 1)[0] = gates[i];
        run_hidden(gated);
        float *w = values(&f, ROLE_ATTENTION_OUTPUT_WEIGHT, 0), *w1 = values(&f, ROLE_ATTENTION_OUTPUT_WEIGHT, 1);
        for (int row = 0; row < HIDDEN; row++)
            for (int col = 0; col < 64; col++) {
                w[row * HIDDEN + 64 + col] *= gates[i];
                w1[row * HIDDEN + col] *= gates[i];
            }
        weights_refresh(f.weights, 2);
        run_hidden(plain);
        CU_ASSERT_EQUAL(memcmp(plan_output(gated, PLAN_HIDDEN, 1), plan_output(plain, PLAN_HIDDEN, 1),
                               TOKENS * HIDDEN * sizeof(float)), 0);
        plan_free(gated);
        plan_free(plain);
        close_fixture(&f);
    }
}

/* A head that is left out may hold anything. */
static void heads_left_out_are_not_computed(void)
{
    struct fixture f = open_fixture(KERNEL_F32);
    CU_ASSERT_EQUAL_FATAL(model_own(f.model, NULL, NULL), 0);
    values(&f, ROLE_VALUE_BIAS, 1)[0] = NAN; /* of head 0 */
    weights_refresh(f.weights, 2);
    struct plan *p = build(&f, (struct plan_options){.gradients = PLAN_GATE_GRADIENTS});
    run(&f, p);
    CU_ASSERT_TRUE(isnan(plan_output(p, PLAN_POOLED, -1)[0]) && isnan(plan_head_gates(p, 0)[1]));
    plan_gates(p, 1)[0] = 0;
    run(&f, p);
    CU_ASSERT_TRUE(isfinite(plan_output(p, PLAN_POOLED, -1)[0]));
    CU_ASSERT_TRUE(isfinite(plan_head_gates(p, 0)[1]) && plan_head_gates(p, 0)[1] != 0);
    CU_ASSERT_EQUAL(plan_head_gates(p, 1)[0], 0);
    plan_free(p);
    close_fixture(&f);
}

/* sum over rows of w[i,j] dw[i,j]. */
static double column_dot(const float *w, const float *dw, int rows, int cols, int j)
{
    double sum = 0;
    for (int i = 0; i < rows; i++)
        sum += (double)w[(size_t)i * (size_t)cols + (size_t)j] * (double)dw[(size_t)i * (size_t)cols + (size_t)j];
    return sum;
}

/* A factor of an input of a linear layer is a factor of its column of weights, so the gradients of gates are those of
 * weights: sum over sequences of g dL/dg = sum over the gate's columns of w dw. Both sides are sums of the same few
 * thousand products of size 1e-3 or less in another order. */
static void gates_agree_with_weights(void)
{
    struct fixture f = open_fixture(KERNEL_F32);
    CU_ASSERT_EQUAL_FATAL(model_own(f.model, NULL, NULL), 0);
    struct plan *p = build(&f, (struct plan_options){.gradients = PLAN_ALL_GRADIENTS, .neuron_gates = true});
    plan_gates(p, 0)[0] = 0.5f;
    plan_gates(p, 1)[1] = 0;
    run(&f, p);
    for (int layer = 0; layer < LAYERS; layer++) {
        const struct param *out = model_param(f.model, ROLE_ATTENTION_OUTPUT_WEIGHT, layer);
        const struct param *down = model_param(f.model, ROLE_FFN_DOWN_WEIGHT, layer);
        const float *dout = gradients_of(f.gradients, (int)(out - f.model->param));
        const float *ddown = gradients_of(f.gradients, (int)(down - f.model->param));
        for (int head = 0; head < 2; head++) {
            double columns = 0, gates = 0;
            for (int j = 0; j < 64; j++)
                columns += column_dot(values(&f, ROLE_ATTENTION_OUTPUT_WEIGHT, layer), dout, HIDDEN, HIDDEN, 64 * head + j);
            for (int i = 0; i < SEQUENCES; i++)
                gates += (double)plan_head_gates(p, layer)[i * 2 + head] * (double)plan_gates(p, layer)[head];
            CU_ASSERT_TRUE(fabs(columns - gates) < 1e-5);
            CU_ASSERT_EQUAL(columns == 0, plan_gates(p, layer)[head] == 0);
        }
        for (int j = 0; j < 4 * HIDDEN; j++) {
            double gates = 0;
            for (int i = 0; i < SEQUENCES; i++)
                gates += (double)plan_neuron_gates(p, layer)[i * 4 * HIDDEN + j];
            double column = column_dot(values(&f, ROLE_FFN_DOWN_WEIGHT, layer), ddown, HIDDEN, 4 * HIDDEN, j);
            CU_ASSERT_TRUE(fabs(column - gates) < 1e-5);
        }
    }
    plan_free(p);
    close_fixture(&f);
}

static void spoil(const struct linear *l)
{
    if (l->kernel)
        memset(l->panels, 1, l->panel_bytes);
    if (l->bias)
        l->bias[l->n - 1] = 0;
}

/* Weights that are packed again are, bit by bit, those that are packed first, in every format. */
static void refreshed_weights_are_new_weights(void)
{
    for (int format = 0; format < KERNEL_FORMATS; format++) {
        struct fixture f = open_fixture((enum kernel_format)format);
        CU_ASSERT_EQUAL_FATAL(model_own(f.model, NULL, NULL), 0);
        struct weights *first = f.weights;
        for (int i = 0; i < f.model->params; i++)
            for (size_t k = 0; k < tensor_count(&f.model->param[i].tensor); k += 3)
                model_values(f.model, i)[k] *= 1.5f;
        weights_free(first);
        struct weights_options options = {.cpu = cpu_detect(NULL), .threads = 2, .format = (enum kernel_format)format,
                                          .gradients = true};
        CU_ASSERT_EQUAL_FATAL(weights_build(&f.weights, f.model, &options, NULL, NULL), 0);
        size_t bytes = f.weights->arena.used;
        char *packed = malloc(bytes);
        memcpy(packed, f.weights->arena.base, bytes);
        for (int i = 0; i < 2 * f.weights->linears; i++)
            spoil(&f.weights->linear[i]);
        weights_refresh(f.weights, 1);
        size_t skip = (size_t)((char *)f.weights->buffer - f.weights->arena.base) +
                      2 * f.weights->buffer_floats * sizeof(float);
        CU_ASSERT_EQUAL(memcmp(packed + skip, f.weights->arena.base + skip, bytes - skip), 0);
        free(packed);
        close_fixture(&f);
    }
}

/* A pass from the hidden states before a layer gives what the whole pass gives, again and again. */
static void starts_at_any_layer(void)
{
    struct fixture f = open_fixture(KERNEL_F32);
    struct plan *whole = build(&f, (struct plan_options){.keep_hidden = true});
    run_hidden(whole);
    for (int i = 0; i < 2 * (LAYERS + 1); i++) {
        int first = i / 2;
        struct plan *rest = build(&f, (struct plan_options){.from_hidden = true, .first_layer = first,
                                                            .keep_hidden = i % 2});
        memcpy(rest->input, plan_output(whole, PLAN_HIDDEN, first - 1), TOKENS * HIDDEN * sizeof(float));
        for (int round = 0; round < 2; round++) {
            CU_ASSERT_EQUAL_FATAL(exec_run(rest, NULL, NULL), 0);
            CU_ASSERT_EQUAL(memcmp(plan_output(rest, PLAN_POOLED, -1), plan_output(whole, PLAN_POOLED, -1),
                                   SEQUENCES * HIDDEN * sizeof(float)), 0);
        }
        CU_ASSERT_PTR_EQUAL(plan_output(rest, PLAN_HIDDEN, first - 1), i % 2 || first == LAYERS ? rest->input : NULL);
        CU_ASSERT_EQUAL(plan_gates(rest, 0) == NULL, first > 0);
        plan_free(rest);
    }
    struct plan *p;
    struct err e = {0};
    struct plan_options options = {.threads = 1, .first_layer = 1};
    CU_ASSERT_EQUAL(plan_build(&p, f.weights, lengths, SEQUENCES, &options, &e), ERR_SHAPE);
    CU_ASSERT_STRING_EQUAL(e.text, "a pass cannot start at layer 1 of 2 without hidden states");
    plan_free(whole);
    close_fixture(&f);
}

/* A loss on hidden states that is 0 changes nothing, whatever else has a loss. */
static void losses_add_up(void)
{
    struct fixture f = open_fixture(KERNEL_F32);
    struct plan *one = build(&f, (struct plan_options){.gradients = PLAN_GATE_GRADIENTS});
    struct plan *two = build(&f, (struct plan_options){.gradients = PLAN_GATE_GRADIENTS, .keep_hidden = true,
                                                       .losses = PLAN_BIT(PLAN_POOLED) | PLAN_BIT(PLAN_HIDDEN)});
    CU_ASSERT_PTR_NULL(plan_gradient(one, PLAN_HIDDEN, LAYERS - 1));
    CU_ASSERT_PTR_NULL(plan_gradient(two, PLAN_HIDDEN, -1)); /* no gate is below */
    run(&f, one);
    CU_ASSERT_EQUAL_FATAL(exec_run(two, NULL, NULL), 0);
    seed_gradient(plan_gradient(two, PLAN_POOLED, -1), SEQUENCES * HIDDEN);
    for (int layer = 0; layer < LAYERS; layer++)
        memset(plan_gradient(two, PLAN_HIDDEN, layer), 0, TOKENS * HIDDEN * sizeof(float));
    CU_ASSERT_EQUAL_FATAL(exec_backward(two, NULL), 0);
    for (int layer = 0; layer < LAYERS; layer++)
        CU_ASSERT_EQUAL(memcmp(plan_head_gates(one, layer), plan_head_gates(two, layer), SEQUENCES * 2 * sizeof(float)), 0);
    plan_free(one);
    plan_free(two);
    close_fixture(&f);
}

/* A second backward pass adds the same again. */
static void passes_add_up(void)
{
    struct fixture f = open_fixture(KERNEL_F32);
    struct plan *p = build(&f, (struct plan_options){.gradients = PLAN_ALL_GRADIENTS});
    size_t n = f.gradients->floats;
    float *once = malloc(n * sizeof *once), *g = f.gradients->all;
    run(&f, p);
    memcpy(once, g, n * sizeof *once);
    CU_ASSERT_EQUAL_FATAL(exec_run(p, NULL, NULL), 0);
    seed_gradient(plan_gradient(p, PLAN_POOLED, -1), SEQUENCES * HIDDEN);
    CU_ASSERT_EQUAL_FATAL(exec_backward(p, NULL), 0);
    double worst = 0, largest = 0;
    for (size_t i = 0; i < n; i++) {
        worst = fmax(worst, fabs((double)g[i] - 2 * (double)once[i]));
        largest = fmax(largest, fabs((double)once[i]));
    }
    /* At most 54 terms are added one after the other: gamma(54) of the largest. */
    CU_ASSERT_TRUE(worst <= 54 * 0x1p-24 * 54 * largest && largest > 0);
    gradients_clear(f.gradients, 2);
    for (size_t i = 0; i < n; i++)
        CU_ASSERT_TRUE(g[i] == 0);
    free(once);
    plan_free(p);
    close_fixture(&f);
}

/* The seed decides what is dropped, and different places drop differently. */
static void seeds_decide_what_is_dropped(void)
{
    struct fixture f = open_fixture(KERNEL_F32);
    struct plan *p = build(&f, (struct plan_options){.dropout = 0.1f});
    size_t bytes = TOKENS * HIDDEN * sizeof(float);
    float *first = malloc(bytes);
    int streams[64] = {0}, drops = 0;
    for (int i = 0; i < p->steps; i++)
        if (p->step[i].op == &op_dropout) {
            CU_ASSERT_EQUAL(streams[p->step[i].stream]++, 0);
            drops++;
        }
    CU_ASSERT_EQUAL(drops, 1 + 2 * LAYERS); /* no classifier */
    memcpy(first, run_hidden(p), bytes);
    CU_ASSERT_EQUAL(memcmp(first, run_hidden(p), bytes), 0);
    plan_set_seed(p, 1);
    CU_ASSERT_NOT_EQUAL(memcmp(first, run_hidden(p), bytes), 0);
    plan_set_seed(p, 0);
    CU_ASSERT_EQUAL(memcmp(first, run_hidden(p), bytes), 0);
    free(first);
    plan_free(p);
    close_fixture(&f);
}

static void cancelling_ends_a_backward_pass(void)
{
    struct fixture f = open_fixture(KERNEL_F32);
    struct plan *p = build(&f, (struct plan_options){.gradients = PLAN_ALL_GRADIENTS});
    atomic_bool cancel = true;
    CU_ASSERT_EQUAL(exec_run(p, NULL, NULL), 0);
    CU_ASSERT_EQUAL(exec_backward(p, &cancel), ERR_CANCELLED);
    plan_free(p);
    close_fixture(&f);
}

CU_TestInfo suite_backward[] = {
    {"places are disjoint", places_are_disjoint},
    {"moments read what was written", moments_read_what_was_written},
    {"the first writes, the others add", first_writes_others_add},
    {"gates need little", gates_need_little},
    {"threads change no gradient", threads_change_no_gradient},
    {"computing again changes no gradient", computing_again_changes_no_gradient},
    {"limits have sentences", limits_have_sentences},
    {"gates do not depend on the rest", gates_do_not_depend_on_the_rest},
    {"unfused gives the same bits", unfused_gives_the_same_bits},
    {"gates scale heads", gates_scale_heads},
    {"heads left out are not computed", heads_left_out_are_not_computed},
    {"gates agree with weights", gates_agree_with_weights},
    {"refreshed weights are new weights", refreshed_weights_are_new_weights},
    {"starts at any layer", starts_at_any_layer},
    {"losses add up", losses_add_up},
    {"passes add up", passes_add_up},
    {"seeds decide what is dropped", seeds_decide_what_is_dropped},
    {"cancelling ends a backward pass", cancelling_ends_a_backward_pass},
    CU_TEST_INFO_NULL,
};
