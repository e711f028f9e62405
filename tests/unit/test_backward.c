/* The backward pass: what changes no bit of it, and how gates, seeds and changed weights act. That the gradients are right
 * is in tests/golden. */
#include "tests/unit/backward_fixture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* All that a backward pass gives, in one array: gradients of parameters, heads and neurons. */
static float *results(const struct backward_fixture *f, const struct plan *p, size_t *n)
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

/* ---- what changes no bit ------------------------------------------------------------------------------------- */

/* Gradients of a plan with these options are, bit by bit, those of a plan with the others. */
static void check_same(const struct backward_fixture *f, struct plan_options a, struct plan_options b)
{
    size_t n, m;
    struct plan *p = backward_plan(f, a);
    plan_set_seed(p, 7);
    backward_run(f, p);
    float *x = results(f, p, &n);
    plan_free(p);
    p = backward_plan(f, b);
    plan_set_seed(p, 7);
    backward_run(f, p);
    float *y = results(f, p, &m);
    plan_free(p);
    CU_ASSERT_EQUAL(memcmp(x, y, n * sizeof *x), 0);
    CU_ASSERT_TRUE(n == m && x[n / 2] == x[n / 2]);
    free(x);
    free(y);
}

static void threads_change_no_gradient(void)
{
    struct backward_fixture f = backward_open(KERNEL_F32);
    for (int i = BACKWARD_ALL; i < BACKWARD_KINDS; i++)
        for (int threads = 1; threads <= 3; threads += 2) {
            struct plan_options options = backward_kinds[i];
            options.threads = threads;
            check_same(&f, backward_kinds[i], options);
        }
    backward_close(&f);
}

static void computing_again_changes_no_gradient(void)
{
    struct backward_fixture f = backward_open(KERNEL_F32);
    for (int i = BACKWARD_GATES; i < BACKWARD_KINDS; i++) {
        struct plan_options options = backward_kinds[i];
        if (options.from_hidden)
            continue;
        struct plan *p = backward_plan(&f, options);
        int moments = p->moments;
        options.memory_limit = p->activation_bytes - 1;
        plan_free(p);
        p = backward_plan(&f, options);
        CU_ASSERT_TRUE(p->moments > moments && p->activation_bytes <= options.memory_limit);
        plan_free(p);
        check_same(&f, backward_kinds[i], options);
    }
    backward_close(&f);
}

/* Gates alone, or with all parameters: the same gradients of gates. */
static void gates_do_not_depend_on_the_rest(void)
{
    struct backward_fixture f = backward_open(KERNEL_F32);
    struct plan *gates = backward_plan(&f, (struct plan_options){.gradients = PLAN_GATE_GRADIENTS, .neuron_gates = true});
    struct plan *all = backward_plan(&f, (struct plan_options){.gradients = PLAN_ALL_GRADIENTS, .neuron_gates = true});
    backward_run(&f, all);
    backward_run(&f, gates);
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
    backward_close(&f);
}

static void unfused_gives_the_same_bits(void)
{
    for (int format = 0; format < KERNEL_FORMATS; format++) {
        if (!kernel_format_rounds((enum kernel_format)format))
            continue;
        struct backward_fixture f = backward_open((enum kernel_format)format);
        struct plan *fused = backward_plan(&f, (struct plan_options){.threads = 2});
        struct plan *apart = backward_plan(&f, (struct plan_options){.threads = 2, .unfused = true});
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
        backward_close(&f);
    }
}

/* Where only the first tokens of the last layer are computed, they have the same bits; what the others would have given to
 * the gradients is 0, so these are sums of the same terms in another order. */
static void pooled_only_leaves_out_nothing_that_is_read(void)
{
    size_t n, m, other = (size_t)TOKENS - SEQUENCES;
    for (int format = 0; format < KERNEL_FORMATS; format++) {
        if (!kernel_format_rounds((enum kernel_format)format))
            continue;
        struct backward_fixture f = backward_open((enum kernel_format)format);
        struct plan_options options = {.gradients = PLAN_ALL_GRADIENTS, .neuron_gates = true};
        struct plan *all = backward_plan(&f, options);
        options.pooled_only = true;
        struct plan *few = backward_plan(&f, options);
        CU_ASSERT_PTR_NULL(plan_output(few, PLAN_HIDDEN, LAYERS - 1));
        CU_ASSERT_EQUAL(plan_macs(all) - plan_macs(few),
                        other * 9 * HIDDEN * HIDDEN + 2 * HIDDEN * (5 * 4 + 9 * 8 + 40 * 39));
        backward_run(&f, all);
        float *x = results(&f, all, &n);
        backward_run(&f, few);
        float *y = results(&f, few, &m);
        CU_ASSERT_EQUAL(memcmp(plan_output(all, PLAN_POOLED, -1), plan_output(few, PLAN_POOLED, -1),
                               SEQUENCES * HIDDEN * sizeof(float)), 0);
        CU_ASSERT_EQUAL_FATAL(n, m);
        for (size_t i = 0; i < n; i++)
            CU_ASSERT_FATAL(fabs((double)x[i] - (double)y[i]) <= 1e-5 * (1 + fabs((double)x[i])));
        plan_free(all);
        plan_free(few);
        free(x);
        free(y);
        backward_close(&f);
    }
}

/* ---- gates, seeds, weights that change ----------------------------------------------------------------------- */

static float *values(const struct backward_fixture *f, enum role role, int layer)
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
        struct backward_fixture f = backward_open(KERNEL_F32);
            struct plan *gated = backward_plan(&f, (struct plan_options){.threads = 2});
        struct plan *plain = backward_plan(&f, (struct plan_options){.threads = 2});
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
        backward_close(&f);
    }
}

/* A head that is left out may hold anything. */
static void heads_left_out_are_not_computed(void)
{
    struct backward_fixture f = backward_open(KERNEL_F32);
    values(&f, ROLE_VALUE_BIAS, 1)[0] = NAN; /* of head 0 */
    weights_refresh(f.weights, 2);
    struct plan *p = backward_plan(&f, (struct plan_options){.gradients = PLAN_GATE_GRADIENTS});
    backward_run(&f, p);
    CU_ASSERT_TRUE(isnan(plan_output(p, PLAN_POOLED, -1)[0]) && isnan(plan_head_gates(p, 0)[1]));
    plan_gates(p, 1)[0] = 0;
    backward_run(&f, p);
    CU_ASSERT_TRUE(isfinite(plan_output(p, PLAN_POOLED, -1)[0]));
    CU_ASSERT_TRUE(isfinite(plan_head_gates(p, 0)[1]) && plan_head_gates(p, 0)[1] != 0);
    CU_ASSERT_EQUAL(plan_head_gates(p, 1)[0], 0);
    plan_free(p);
    backward_close(&f);
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
    struct backward_fixture f = backward_open(KERNEL_F32);
    struct plan *p = backward_plan(&f, (struct plan_options){.gradients = PLAN_ALL_GRADIENTS, .neuron_gates = true});
    plan_gates(p, 0)[0] = 0.5f;
    plan_gates(p, 1)[1] = 0;
    backward_run(&f, p);
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
    backward_close(&f);
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
        if (!kernel_format_rounds((enum kernel_format)format))
            continue;
        struct backward_fixture f = backward_open((enum kernel_format)format);
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
        backward_close(&f);
    }
}

/* A pass from the hidden states before a layer gives what the whole pass gives, again and again. */
static void starts_at_any_layer(void)
{
    struct backward_fixture f = backward_open(KERNEL_F32);
    struct plan *whole = backward_plan(&f, (struct plan_options){.keep_hidden = true});
    run_hidden(whole);
    for (int i = 0; i < 2 * (LAYERS + 1); i++) {
        int first = i / 2;
        struct plan *rest = backward_plan(&f, (struct plan_options){.from_hidden = true, .first_layer = first,
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
    CU_ASSERT_EQUAL(plan_build(&p, f.weights, backward_lengths, SEQUENCES, &options, &e), ERR_SHAPE);
    CU_ASSERT_STRING_EQUAL(e.text, "a pass cannot start at layer 1 of 2 without hidden states");
    plan_free(whole);
    backward_close(&f);
}

/* A loss on hidden states that is 0 changes nothing, whatever else has a loss. */
static void losses_add_up(void)
{
    struct backward_fixture f = backward_open(KERNEL_F32);
    struct plan *one = backward_plan(&f, (struct plan_options){.gradients = PLAN_GATE_GRADIENTS});
    struct plan *two = backward_plan(&f, (struct plan_options){.gradients = PLAN_GATE_GRADIENTS, .keep_hidden = true,
                                                       .losses = PLAN_BIT(PLAN_POOLED) | PLAN_BIT(PLAN_HIDDEN)});
    CU_ASSERT_PTR_NULL(plan_gradient(one, PLAN_HIDDEN, LAYERS - 1));
    CU_ASSERT_PTR_NULL(plan_gradient(two, PLAN_HIDDEN, -1)); /* no gate is below */
    backward_run(&f, one);
    CU_ASSERT_EQUAL_FATAL(exec_run(two, NULL, NULL), 0);
    backward_seed(plan_gradient(two, PLAN_POOLED, -1), SEQUENCES * HIDDEN);
    for (int layer = 0; layer < LAYERS; layer++)
        memset(plan_gradient(two, PLAN_HIDDEN, layer), 0, TOKENS * HIDDEN * sizeof(float));
    CU_ASSERT_EQUAL_FATAL(exec_backward(two, NULL), 0);
    for (int layer = 0; layer < LAYERS; layer++)
        CU_ASSERT_EQUAL(memcmp(plan_head_gates(one, layer), plan_head_gates(two, layer), SEQUENCES * 2 * sizeof(float)), 0);
    plan_free(one);
    plan_free(two);
    backward_close(&f);
}

/* Where nothing that has a loss depends on a gate its gradient is 0, whatever the memory held. */
static void no_loss_no_gradient(void)
{
    struct backward_fixture f = backward_open(KERNEL_F32);
    struct arena room = {0};
    struct plan_options options = {.gradients = PLAN_GATE_GRADIENTS, .room = &room};
    struct plan *p = backward_plan(&f, options);
    memset(p->arena.base, 1, p->arena.cap); /* the plan can only be freed now */
    plan_free(p);
    options.losses = PLAN_BIT(PLAN_LOGITS); /* BERT-tiny has none */
    p = backward_plan(&f, options);
    CU_ASSERT_PTR_NULL(plan_gradient(p, PLAN_LOGITS, -1));
    backward_run(&f, p);
    for (int layer = 0; layer < LAYERS; layer++)
        for (int i = 0; i < SEQUENCES * 2; i++)
            CU_ASSERT_EQUAL(plan_head_gates(p, layer)[i], 0);
    plan_free(p);
    arena_free(&room);
    backward_close(&f);
}

/* A second backward pass adds the same again. */
static void passes_add_up(void)
{
    struct backward_fixture f = backward_open(KERNEL_F32);
    struct plan *p = backward_plan(&f, (struct plan_options){.gradients = PLAN_ALL_GRADIENTS});
    size_t n = f.gradients->floats;
    float *once = malloc(n * sizeof *once), *g = f.gradients->all;
    backward_run(&f, p);
    memcpy(once, g, n * sizeof *once);
    CU_ASSERT_EQUAL_FATAL(exec_run(p, NULL, NULL), 0);
    backward_seed(plan_gradient(p, PLAN_POOLED, -1), SEQUENCES * HIDDEN);
    CU_ASSERT_EQUAL_FATAL(exec_backward(p, NULL), 0);
    double worst = 0, largest = 0;
    for (size_t i = 0; i < n; i++) {
        worst = fmax(worst, fabs((double)g[i] - 2 * (double)once[i]));
        largest = fmax(largest, fabs((double)once[i]));
    }
    /* At most 54 terms are added one after the other: gamma(54) of the largest. */
    CU_ASSERT_TRUE(worst <= 54 * 0x1p-24 * 54 * largest && largest > 0);
    gradients_clear(f.gradients, 2);
    largest = 0;
    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, fabs((double)g[i]));
    CU_ASSERT_EQUAL(largest, 0);
    free(once);
    plan_free(p);
    backward_close(&f);
}

/* The seed decides what is dropped, and different places drop differently. */
static void seeds_decide_what_is_dropped(void)
{
    struct backward_fixture f = backward_open(KERNEL_F32);
    struct plan *p = backward_plan(&f, (struct plan_options){.dropout = 0.1f});
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
    backward_close(&f);
}

static void cancelling_ends_a_backward_pass(void)
{
    struct backward_fixture f = backward_open(KERNEL_F32);
    struct plan *p = backward_plan(&f, (struct plan_options){.gradients = PLAN_ALL_GRADIENTS});
    atomic_bool cancel = true;
    CU_ASSERT_EQUAL(exec_run(p, NULL, NULL), 0);
    CU_ASSERT_EQUAL(exec_backward(p, &cancel), ERR_CANCELLED);
    plan_free(p);
    backward_close(&f);
}

CU_TestInfo suite_backward[] = {
    {"threads change no gradient", threads_change_no_gradient},
    {"computing again changes no gradient", computing_again_changes_no_gradient},
    {"gates do not depend on the rest", gates_do_not_depend_on_the_rest},
    {"unfused gives the same bits", unfused_gives_the_same_bits},
    {"pooled only leaves out nothing that is read", pooled_only_leaves_out_nothing_that_is_read},
    {"gates scale heads", gates_scale_heads},
    {"heads left out are not computed", heads_left_out_are_not_computed},
    {"gates agree with weights", gates_agree_with_weights},
    {"refreshed weights are new weights", refreshed_weights_are_new_weights},
    {"starts at any layer", starts_at_any_layer},
    {"losses add up", losses_add_up},
    {"no loss, no gradient", no_loss_no_gradient},
    {"passes add up", passes_add_up},
    {"seeds decide what is dropped", seeds_decide_what_is_dropped},
    {"cancelling ends a backward pass", cancelling_ends_a_backward_pass},
    CU_TEST_INFO_NULL,
};
