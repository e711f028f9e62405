/* plan, weights, executor: costs against published arithmetic, memory, packing without padding. */
#include "tests/unit/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/model/arch.h"
#include "analyzer/model/derive.h"
#include "analyzer/model/model.h"
#include "analyzer/run/exec.h"
#include "analyzer/run/op.h"
#include "analyzer/run/plan.h"
#include "analyzer/run/weights.h"

struct fixture {
    struct model *model;
    struct weights *weights;
};

static struct fixture open_fixture_in(const char *spec, int threads, enum kernel_format format)
{
    struct fixture f = {0};
    struct err e = {0};
    struct model_options options = {.seed = 3};
    CU_ASSERT_EQUAL_FATAL(model_open(&f.model, spec, &options, NULL, &e), 0);
    CU_ASSERT_EQUAL_FATAL(weights_build(&f.weights, f.model, &(struct weights_options){.cpu = cpu_detect(NULL), .threads = threads, .format = format}, NULL, &e), 0);
    return f;
}

static struct fixture open_fixture(const char *spec, int threads)
{
    return open_fixture_in(spec, threads, KERNEL_F32);
}

static void close_fixture(struct fixture *f)
{
    weights_free(f->weights);
    model_free(f->model);
}

static struct plan *build(const struct fixture *f, const int *length, int n, int threads, bool keep)
{
    struct plan_options options = {.threads = threads, .keep_hidden = keep};
    struct err e = {0};
    struct plan *p;
    CU_ASSERT_EQUAL_FATAL(plan_build(&p, f->weights, length, n, &options, &e), 0);
    return p;
}

static uint64_t component_macs(const struct plan *p, enum component c)
{
    uint64_t macs = 0;
    for (int i = 0; i < p->steps; i++)
        if (p->step[i].component == c)
            macs += p->step[i].macs;
    return macs;
}

/* BERT-tiny by hand: h = 128, f = 512, 2 layers, s tokens: 3 h h s, 2 s s h, h h s, 2 h f s a layer. */
static void macs_by_hand(void)
{
    struct fixture f = open_fixture("preset:bert-tiny", 1);
    const int lengths[][2] = {{128, 0}, {1, 0}, {17, 40}};
    for (size_t i = 0; i < 3; i++) {
        int n = lengths[i][1] ? 2 : 1;
        uint64_t s = (uint64_t)(lengths[i][0] + lengths[i][1]);
        uint64_t squares = (uint64_t)(lengths[i][0] * lengths[i][0] + lengths[i][1] * lengths[i][1]);
        struct plan *p = build(&f, lengths[i], n, 1, false);
        CU_ASSERT_EQUAL(component_macs(p, COMPONENT_EMBEDDING), 0);
        CU_ASSERT_EQUAL(component_macs(p, COMPONENT_LINEAR_BEFORE), 2 * 3 * 128 * 128 * s);
        CU_ASSERT_EQUAL(component_macs(p, COMPONENT_ATTENTION), 2 * 2 * squares * 128);
        CU_ASSERT_EQUAL(component_macs(p, COMPONENT_LINEAR_AFTER), 2 * 128 * 128 * s);
        CU_ASSERT_EQUAL(component_macs(p, COMPONENT_FEED_FORWARD), 2 * 2 * 128 * 512 * s);
        CU_ASSERT_EQUAL(component_macs(p, COMPONENT_OTHER), (uint64_t)n * 128 * 128);
        plan_free(p);
    }
    close_fixture(&f);
}

/* Every parameter belongs to exactly one step. */
static void steps_own_all_parameters(void)
{
    static const char *const specs[] = {"preset:bert-tiny", "preset:distilbert"};
    const int length = 5;
    for (size_t i = 0; i < 2; i++) {
        struct fixture f = open_fixture(specs[i], 2);
        struct plan *p = build(&f, &length, 1, 2, false);
        uint64_t params = 0;
        for (int s = 0; s < p->steps; s++)
            params += p->step[s].params;
        CU_ASSERT_EQUAL(params, model_param_total(f.model));
        plan_free(p);
        close_fixture(&f);
    }
}

static void published_parameter_counts(void)
{
    static const struct {
        const char *spec;
        uint64_t params;
    } cases[] = {{"preset:bert-tiny", 4385920}, {"preset:bert-mini", 11170560}, {"preset:distilbert", 66362880}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct model *m;
        CU_ASSERT_EQUAL_FATAL(model_open(&m, cases[i].spec, NULL, NULL, NULL), 0);
        CU_ASSERT_EQUAL(model_param_total(m), cases[i].params);
        model_free(m);
    }
}

/* Two values that are alive at the same time never share memory; the arena is filled to the last byte. */
static void memory_is_exact_and_disjoint(void)
{
    struct fixture f = open_fixture("preset:bert-tiny", 2);
    const int length[] = {3, 64, 17};
    for (int keep = 0; keep < 2; keep++) {
        struct plan *p = build(&f, length, 3, 2, keep);
        CU_ASSERT_EQUAL(p->arena.used, p->arena.cap);
        for (int i = 0; i < p->steps; i++)
            for (int k = 0; k < STEP_INPUTS; k++) {
                const struct step *s = &p->step[i];
                size_t out = (size_t)s->rows * (size_t)s->cols;
                if (s->x[k])
                    CU_ASSERT_TRUE(s->x[k] + 1 <= s->y || s->y + out <= s->x[k]);
            }
        plan_free(p);
    }
    close_fixture(&f);
}

static void set_ramp(struct plan *p, int from)
{
    int32_t id[256], type[256];
    for (int i = 0; i < p->tokens; i++) {
        id[i] = (from + i) * 37 % 30522;
        type[i] = i % 2;
    }
    CU_ASSERT_EQUAL_FATAL(plan_set_tokens(p, id, type, NULL), 0);
}

/* A sequence gives the same bits alone and packed with others: no token sees another sequence. */
static void packing_changes_nothing(void)
{
    struct fixture f = open_fixture("preset:bert-tiny", 2);
    const int together[] = {7, 30, 1}, alone = 30;
    struct plan *p = build(&f, together, 3, 2, false), *q = build(&f, &alone, 1, 2, false);
    int32_t id[38], type[38] = {0};
    for (int i = 0; i < 38; i++)
        id[i] = 1000 + i * 11;
    CU_ASSERT_EQUAL(plan_set_tokens(p, id, type, NULL), 0);
    CU_ASSERT_EQUAL(plan_set_tokens(q, id + 7, type, NULL), 0);
    CU_ASSERT_EQUAL(exec_run(p, NULL, NULL), 0);
    CU_ASSERT_EQUAL(exec_run(q, NULL, NULL), 0);
    const float *packed = plan_output(p, PLAN_HIDDEN, 1) + 7 * 128, *single = plan_output(q, PLAN_HIDDEN, 1);
    double worst = 0;
    for (int i = 0; i < 30 * 128; i++)
        worst = fmax(worst, fabs((double)packed[i] - (double)single[i]));
    /* Values are about 1; tiles may cut the same sums at other places, so a few ulp of accumulated rounding. */
    CU_ASSERT_TRUE(worst < 1e-5);
    plan_free(p);
    plan_free(q);
    close_fixture(&f);
}

/* The same plan gives the same bits with any number of threads. */
static void threads_change_nothing(void)
{
    struct fixture f = open_fixture("preset:bert-tiny", 2);
    const int length[] = {50, 33};
    struct plan *one = build(&f, length, 2, 1, false);
    set_ramp(one, 5);
    exec_run(one, NULL, NULL);
    for (int threads = 2; threads <= 4; threads++) {
        struct plan *p = build(&f, length, 2, threads, false);
        set_ramp(p, 5);
        exec_run(p, NULL, NULL);
        size_t bytes = (size_t)p->tokens * 128 * sizeof(float);
        CU_ASSERT_EQUAL(memcmp(plan_output(p, PLAN_HIDDEN, 1), plan_output(one, PLAN_HIDDEN, 1), bytes), 0);
        plan_free(p);
    }
    plan_free(one);
    close_fixture(&f);
}

/* Starting from the embedding output gives what the whole pass gives. */
static void starts_from_hidden_states(void)
{
    struct fixture f = open_fixture("preset:bert-tiny", 1);
    const int length = 20;
    struct plan *whole = build(&f, &length, 1, 1, true), *rest;
    struct plan_options options = {.threads = 1, .from_hidden = true};
    CU_ASSERT_EQUAL_FATAL(plan_build(&rest, f.weights, &length, 1, &options, NULL), 0);
    set_ramp(whole, 1);
    exec_run(whole, NULL, NULL);
    memcpy(rest->input, plan_output(whole, PLAN_HIDDEN, -1), 20 * 128 * sizeof(float));
    exec_run(rest, NULL, NULL);
    CU_ASSERT_EQUAL(memcmp(plan_output(rest, PLAN_POOLED, -1), plan_output(whole, PLAN_POOLED, -1),
                           128 * sizeof(float)), 0);
    CU_ASSERT_PTR_NULL(plan_output(whole, PLAN_LOGITS, -1));
    plan_free(whole);
    plan_free(rest);
    close_fixture(&f);
}

static void bad_inputs_have_sentences(void)
{
    struct fixture f = open_fixture("preset:bert-tiny", 1);
    struct plan_options options = {.threads = 1};
    struct err e = {0};
    struct plan *p;
    int length = 513;
    CU_ASSERT_EQUAL(plan_build(&p, f.weights, &length, 1, &options, &e), ERR_SHAPE);
    CU_ASSERT_STRING_EQUAL(e.text, "a sequence of 513 tokens does not fit the model's 1..512 positions");
    length = 0;
    CU_ASSERT_EQUAL(plan_build(&p, f.weights, &length, 1, &options, &e), ERR_SHAPE);
    length = 1;
    CU_ASSERT_EQUAL_FATAL(plan_build(&p, f.weights, &length, 1, &options, &e), 0);
    int32_t id = 30522, type = 0;
    CU_ASSERT_EQUAL(plan_set_tokens(p, &id, &type, &e), ERR_SHAPE);
    CU_ASSERT_STRING_EQUAL(e.text, "token id 30522 is outside the model's vocabulary of 30522");
    id = 1;
    type = 2;
    CU_ASSERT_EQUAL(plan_set_tokens(p, &id, &type, &e), ERR_SHAPE);
    CU_ASSERT_STRING_EQUAL(e.text, "token type 2 is outside the model's 2 types");
    plan_free(p);
    close_fixture(&f);
}

static void cancelling_ends_a_pass(void)
{
    struct fixture f = open_fixture("preset:bert-tiny", 1);
    const int length = 8;
    struct plan *p = build(&f, &length, 1, 1, true);
    atomic_bool cancel = true;
    float *written = (float *)(uintptr_t)plan_output(p, PLAN_HIDDEN, -1);
    written[0] = 42; /* no step runs any more, not even the cheap ones */
    CU_ASSERT_EQUAL(exec_run(p, NULL, &cancel), ERR_CANCELLED);
    CU_ASSERT_EQUAL(written[0], 42);
    plan_free(p);
    close_fixture(&f);
}

/* BERT-tiny, query, key and value: 384 x 128 weights and 384 biases; int8 and ternary have a scale for each output, int4 one for 32
 * inputs. What leaves zeros out has as many as are left (test_sparse.c). */
static void formats_have_true_bytes(void)
{
    static const uint64_t bytes[KERNEL_FORMATS] = {[KERNEL_F32] = 384 * 128 * 4 + 384 * 4,
                                                   [KERNEL_BF16] = 384 * 128 * 2 + 384 * 4,
                                                   [KERNEL_F16] = 384 * 128 * 2 + 384 * 4,
                                                   [KERNEL_INT8] = 384 * 128 + 384 * 4 + 384 * 4,
                                                   [KERNEL_INT4] = 384 * 128 / 2 + 384 * 4 * 2 + 384 * 4,
                                                   [KERNEL_TERNARY] = 384 * 128 / 4 + 384 * 4 + 384 * 4};
    for (int f = 0; f < KERNEL_FORMATS; f++) {
        if (!kernel_format_rounds((enum kernel_format)f) || kernel_format_skips((enum kernel_format)f))
            continue;
        struct fixture x = open_fixture_in("preset:bert-tiny", 1, (enum kernel_format)f);
        const struct linear *qkv = weights_linear(x.weights, SITE_QKV, 1);
        const struct linear *pooler = weights_linear(x.weights, SITE_POOLER, -1);
        CU_ASSERT_EQUAL((int)qkv->kernel->format, f);
        CU_ASSERT_EQUAL(qkv->bytes, bytes[f]);
        CU_ASSERT_EQUAL((int)pooler->kernel->format, kernel_format_shares(qkv->kernel->format) ? KERNEL_F32 : f);
        close_fixture(&x);
    }
}

static enum kernel_format attention_format(const struct weights *w, const struct plan_options *options, int layer, uint64_t *macs)
{
    enum kernel_format format = KERNEL_FORMATS;
    const int length = 9;
    struct plan *p;
    CU_ASSERT_EQUAL_FATAL(plan_build(&p, w, &length, 1, options, NULL), 0);
    for (int i = 0; i < p->steps; i++)
        if (p->step[i].op == &op_attention && p->step[i].layer == layer) {
            format = p->step[i].kernel->format;
            *macs = p->step[i].macs;
        }
    plan_free(p);
    return format;
}

/* Attention multiplies bf16 where query, key and value all do and no gradients are wanted, and f32 everywhere else. */
static void attention_follows_its_linear(void)
{
    const struct plan_options forward = {.threads = 1}, gates = {.threads = 1, .gradients = PLAN_GATE_GRADIENTS};
    static const enum role qkv[] = {ROLE_QUERY_WEIGHT, ROLE_KEY_WEIGHT, ROLE_VALUE_WEIGHT};
    uint64_t macs, others;
    struct fixture f = open_fixture("preset:bert-tiny", 1);
    for (int format = 0; format < KERNEL_FORMATS; format++) {
        struct weights_options options = {.cpu = cpu_detect(NULL), .threads = 1, .format = (enum kernel_format)format, .gradients = true};
        struct weights *w;
        if (!kernel_format_rounds(options.format))
            continue;
        CU_ASSERT_EQUAL_FATAL(weights_build(&w, f.model, &options, NULL, NULL), 0);
        CU_ASSERT_EQUAL(attention_format(w, &forward, 1, &macs), format == KERNEL_BF16 ? KERNEL_BF16 : KERNEL_F32);
        CU_ASSERT_EQUAL(attention_format(w, &gates, 1, &others), KERNEL_F32);
        CU_ASSERT(macs == others && macs == 2 * 9 * 9 * 128);
        weights_free(w);
    }
    for (int i = 0; i < 3; i++) { /* one after the other, in layer 1 */
        struct weights *w;
        param_set_format(&f.model->param[model_param(f.model, qkv[i], 1) - f.model->param], KERNEL_BF16);
        CU_ASSERT_EQUAL_FATAL(weights_build(&w, f.model, &(struct weights_options){.cpu = cpu_detect(NULL), .threads = 1}, NULL, NULL), 0);
        CU_ASSERT_EQUAL(attention_format(w, &forward, 1, &macs), i == 2 ? KERNEL_BF16 : KERNEL_F32);
        CU_ASSERT_EQUAL(attention_format(w, &forward, 0, &macs), KERNEL_F32);
        weights_free(w);
    }
    close_fixture(&f);
}

/* What a plan before left in the memory changes nothing, and no memory is had a second time. */
static void plans_hand_on_their_memory(void)
{
    struct fixture f = open_fixture("preset:bert-tiny", 2);
    const int longer[] = {60, 40}, length[] = {50, 33};
    struct arena room = {0};
    struct plan_options options = {.threads = 2, .room = &room};
    struct plan *fresh = build(&f, length, 2, 2, false), *p;
    CU_ASSERT_EQUAL_FATAL(plan_build(&p, f.weights, longer, 2, &options, NULL), 0);
    CU_ASSERT_TRUE(room.base == NULL && p->arena.base != NULL);
    const char *base = p->arena.base;
    plan_free(p);
    CU_ASSERT_PTR_EQUAL_FATAL(room.base, base);
    memset(room.base, 0xff, room.cap); /* floats that are no numbers */
    CU_ASSERT_EQUAL_FATAL(plan_build(&p, f.weights, length, 2, &options, NULL), 0);
    CU_ASSERT_PTR_EQUAL(p->arena.base, base);
    set_ramp(p, 5);
    set_ramp(fresh, 5);
    exec_run(p, NULL, NULL);
    exec_run(fresh, NULL, NULL);
    CU_ASSERT_EQUAL(memcmp(plan_output(p, PLAN_POOLED, -1), plan_output(fresh, PLAN_POOLED, -1), 2 * 128 * sizeof(float)), 0);
    plan_free(p);
    plan_free(fresh);
    arena_free(&room);
    close_fixture(&f);
}

CU_TestInfo suite_plan[] = {
    {"plans hand on their memory", plans_hand_on_their_memory},
    {"formats have their true bytes", formats_have_true_bytes},
    {"formats: attention multiplies bf16 where its linear does, without gradients", attention_follows_its_linear},
    {"MACs by hand", macs_by_hand},
    {"steps own all parameters", steps_own_all_parameters},
    {"published parameter counts", published_parameter_counts},
    {"memory is exact and disjoint", memory_is_exact_and_disjoint},
    {"packing changes nothing", packing_changes_nothing},
    {"threads change nothing", threads_change_nothing},
    {"starts from hidden states", starts_from_hidden_states},
    {"bad inputs have sentences", bad_inputs_have_sentences},
    {"cancelling ends a pass", cancelling_ends_a_pass},
    CU_TEST_INFO_NULL,
};
