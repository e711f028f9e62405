/* decouple: in these layers the two texts of a pair are as two sequences; forward, backward, cost and files. */
#include "tests/unit/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/compress/apply.h"
#include "analyzer/compress/export.h"
#include "analyzer/compress/forecast.h"
#include "analyzer/compress/trial.h"
#include "analyzer/measure/workload.h"
#include "analyzer/model/derive.h"
#include "analyzer/model/preset.h"
#include "analyzer/model/save.h"
#include "analyzer/run/attention_maps.h"
#include "analyzer/run/exec.h"
#include "analyzer/run/gradients.h"
#include "analyzer/run/hidden.h"
#include "analyzer/run/plan.h"
#include "analyzer/run/predict.h"
#include "analyzer/run/rows.h"
#include "analyzer/run/weights.h"
#include "kernels/cpu.h"

enum { LAYERS = 3, ROWS = 4, MOST = 40, HIDDEN = 128 };

/* Tokens of each row, and of its first text. */
static const int length[ROWS] = {9, 40, 7, 2}, split[ROWS] = {4, 13, 7, 1};

struct pairs {
    struct model *model;
    struct encoding row[ROWS];
    int32_t id[ROWS][MOST], type[ROWS][MOST];
    int tokens;
};

static void pairs_open(struct pairs *x)
{
    struct config c;
    *x = (struct pairs){0};
    CU_ASSERT_EQUAL_FATAL(preset_config(&c, "bert-tiny", NULL), 0);
    c.vocab = 50;
    c.layers = LAYERS;
    c.ffn = 96;
    c.labels = 2;
    CU_ASSERT_EQUAL_FATAL(model_make(&x->model, &c, 5, NULL, NULL), 0);
    config_free(&c);
    for (int i = 0; i < ROWS; i++) {
        for (int k = 0; k < length[i]; k++) {
            x->id[i][k] = (i * 31 + k * 17) % 50;
            x->type[i][k] = k >= split[i];
        }
        x->row[i] = (struct encoding){.id = x->id[i], .type = x->type[i], .n = length[i]};
        x->tokens += length[i];
    }
}

static struct model *applied(const struct model *m, const char *text)
{
    struct materials x = {.threads = 2, .cpu = cpu_detect(NULL)};
    struct recipe r;
    struct model *out = NULL;
    struct err e = {0};
    CU_ASSERT_EQUAL_FATAL(recipe_parse(&r, text, strlen(text), "r", &e), 0);
    if (recipe_apply(&out, m, &r, "r", &x, NULL, &e) != 0)
        printf("\n    said: %s\n", e.text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(out);
    recipe_free(&r);
    return out;
}

static struct weights *packed(const struct model *m, bool gradients)
{
    struct weights *w;
    struct weights_options options = {.cpu = cpu_detect(NULL), .threads = 2, .gradients = gradients};
    CU_ASSERT_EQUAL_FATAL(weights_build(&w, m, &options, NULL, NULL), 0);
    return w;
}

static struct plan *plan_of(const struct pairs *x, const struct weights *w, struct plan_options options)
{
    struct plan *p;
    struct err e = {0};
    options.threads = options.threads ? options.threads : 2;
    if (rows_plan(&p, w, x->row, NULL, ROWS, &options, &e) != 0)
        printf("\n    said: %s\n", e.text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(p);
    return p;
}

/* A pass of the whole model over the texts as sequences of their own, from the hidden states of `from` before layer `first`. */
static struct plan *run_texts(const struct weights *w, const float *from, int first, int tokens)
{
    int each[2 * ROWS], n = 0;
    struct plan *p;
    struct plan_options options = {.threads = 2, .from_hidden = true, .first_layer = first, .keep_hidden = true};
    for (int i = 0; i < ROWS; i++) {
        each[n++] = split[i];
        if (split[i] < length[i])
            each[n++] = length[i] - split[i];
    }
    CU_ASSERT_EQUAL_FATAL(plan_build(&p, w, each, n, &options, NULL), 0);
    memcpy(p->input, from, (size_t)tokens * HIDDEN * sizeof *from);
    CU_ASSERT_EQUAL_FATAL(exec_run(p, NULL, NULL), 0);
    return p;
}

/* The states after the layers that are decoupled are, bit by bit, those of the texts run apart; before and behind nothing else happens. */
static void texts_run_apart(void)
{
    struct pairs x;
    pairs_open(&x);
    struct model *m = applied(x.model, "decouple layers=0-1");
    struct weights *w = packed(x.model, false), *v = packed(m, false);
    size_t bytes = (size_t)x.tokens * HIDDEN * sizeof(float);
    for (int threads = 1; threads <= 3; threads++) {
        struct plan *p = plan_of(&x, v, (struct plan_options){.threads = threads, .keep_hidden = true});
        CU_ASSERT_EQUAL_FATAL(exec_run(p, NULL, NULL), 0);
        struct plan *apart = run_texts(w, plan_output(p, PLAN_HIDDEN, -1), 0, x.tokens);
        for (int layer = 0; layer < 2; layer++)
            CU_ASSERT_EQUAL(memcmp(plan_output(p, PLAN_HIDDEN, layer), plan_output(apart, PLAN_HIDDEN, layer), bytes), 0);
        CU_ASSERT_NOT_EQUAL(memcmp(plan_output(p, PLAN_HIDDEN, 2), plan_output(apart, PLAN_HIDDEN, 2), bytes), 0);
        struct plan *rest = plan_of(&x, w, (struct plan_options){.from_hidden = true, .first_layer = 2});
        memcpy(rest->input, plan_output(p, PLAN_HIDDEN, 1), bytes);
        CU_ASSERT_EQUAL_FATAL(exec_run(rest, NULL, NULL), 0);
        CU_ASSERT_EQUAL(memcmp(plan_output(p, PLAN_LOGITS, -1), plan_output(rest, PLAN_LOGITS, -1), ROWS * 2 * sizeof(float)), 0);
        plan_free(rest);
        plan_free(apart);
        plan_free(p);
    }
    weights_free(w);
    weights_free(v);
    model_free(m);
    model_free(x.model);
}

/* 2 MACs for each pair of tokens that attend, number of a head and head. */
static uint64_t attention_macs(const struct plan *p, int layer)
{
    uint64_t macs = 0;
    for (int i = 0; i < p->steps; i++)
        if (p->step[i].layer == layer && p->step[i].heads > 0)
            macs += p->step[i].macs;
    return macs;
}

static void macs_are_squares_of_texts(void)
{
    struct pairs x;
    pairs_open(&x);
    struct model *m = applied(x.model, "decouple layers=0,2");
    struct weights *w = packed(m, false);
    uint64_t whole = 0, apart = 0, first = 0;
    for (int i = 0; i < ROWS; i++) {
        uint64_t n = (uint64_t)length[i], a = (uint64_t)split[i];
        whole += 2 * n * n * HIDDEN;
        apart += 2 * (a * a + (n - a) * (n - a)) * HIDDEN;
        first += 2 * a * HIDDEN;
    }
    struct plan *p = plan_of(&x, w, (struct plan_options){0});
    CU_ASSERT_EQUAL(attention_macs(p, 0), apart);
    CU_ASSERT_EQUAL(attention_macs(p, 1), whole);
    CU_ASSERT_EQUAL(attention_macs(p, 2), apart);
    plan_free(p);
    p = plan_of(&x, w, (struct plan_options){.pooled_only = true}); /* the first token asks, its own text answers */
    CU_ASSERT_EQUAL(attention_macs(p, 2), first);
    plan_free(p);
    weights_free(w);
    model_free(m);
    model_free(x.model);
}

/* What only first tokens need is the same bits, and rows of one text are as they were. */
static void first_tokens_and_single_texts(void)
{
    struct pairs x;
    pairs_open(&x);
    struct model *m = applied(x.model, "decouple layers=0-2");
    struct weights *w = packed(m, false), *whole = packed(x.model, false);
    struct plan *all = plan_of(&x, w, (struct plan_options){0}), *few = plan_of(&x, w, (struct plan_options){.pooled_only = true}),
                *before = plan_of(&x, whole, (struct plan_options){0});
    struct plan *const plans[] = {all, few, before};
    for (int i = 0; i < 3; i++)
        CU_ASSERT_EQUAL_FATAL(exec_run(plans[i], NULL, NULL), 0);
    const float *a = plan_output(all, PLAN_LOGITS, -1), *b = plan_output(few, PLAN_LOGITS, -1), *c = plan_output(before, PLAN_LOGITS, -1);
    CU_ASSERT_EQUAL(memcmp(a, b, ROWS * 2 * sizeof *a), 0);
    for (int i = 0; i < ROWS; i++)
        CU_ASSERT_EQUAL(memcmp(a + 2 * i, c + 2 * i, 2 * sizeof *a) == 0, split[i] == length[i]);
    for (int i = 0; i < 3; i++)
        plan_free(plans[i]);
    weights_free(w);
    weights_free(whole);
    model_free(m);
    model_free(x.model);
}

/* The sum of the logits times fixed weights. */
static double loss_of(const struct plan *p)
{
    double sum = 0;
    CU_ASSERT_EQUAL_FATAL(exec_run(p, NULL, NULL), 0);
    for (int i = 0; i < ROWS * 2; i++)
        sum += sin(i + 1) * (double)plan_output(p, PLAN_LOGITS, -1)[i];
    return sum;
}

static void run_backward(const struct plan *p)
{
    (void)loss_of(p);
    for (int i = 0; i < ROWS * 2; i++)
        plan_gradient(p, PLAN_LOGITS, -1)[i] = (float)sin(i + 1);
    CU_ASSERT_EQUAL_FATAL(exec_backward(p, NULL), 0);
}

/* Gradients of hidden states below layers that are decoupled are those of the texts run apart, and so are the gradients of parameters. */
static void gradients_of_texts(void)
{
    struct pairs x;
    pairs_open(&x);
    struct model *m = applied(x.model, "decouple layers=0-2");
    struct weights *w = packed(x.model, true), *v = packed(m, true);
    struct gradients *g, *h;
    int each[2 * ROWS], n = 0;
    CU_ASSERT_EQUAL_FATAL(gradients_new(&g, x.model, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(gradients_new(&h, m, NULL), 0);
    struct plan_options options = {.gradients = PLAN_ALL_GRADIENTS, .from_hidden = true, .losses = PLAN_BIT(PLAN_HIDDEN), .into = h};
    struct plan *p = plan_of(&x, v, options), *apart;
    for (int i = 0; i < ROWS; i++) {
        each[n++] = split[i];
        if (split[i] < length[i])
            each[n++] = length[i] - split[i];
    }
    options.into = g;
    options.threads = 2;
    CU_ASSERT_EQUAL_FATAL(plan_build(&apart, w, each, n, &options, NULL), 0);
    struct plan *const plans[] = {p, apart};
    for (int i = 0; i < 2; i++) {
        for (int k = 0; k < x.tokens * HIDDEN; k++)
            plans[i]->input[k] = sinf(0.37f * (float)k);
        CU_ASSERT_EQUAL_FATAL(exec_run(plans[i], NULL, NULL), 0);
        for (int k = 0; k < x.tokens * HIDDEN; k++)
            plan_gradient(plans[i], PLAN_HIDDEN, LAYERS - 1)[k] = cosf(0.11f * (float)k);
        CU_ASSERT_EQUAL_FATAL(exec_backward(plans[i], NULL), 0);
    }
    CU_ASSERT_EQUAL(g->floats, h->floats);
    CU_ASSERT_EQUAL(memcmp(g->all, h->all, g->floats * sizeof(float)), 0);
    for (int layer = 0; layer < LAYERS; layer++) /* of gates: a sequence has the sum of its texts */
        for (int i = 0, k = 0; i < ROWS; i++) {
            int heads = m->layer[layer].heads, texts = split[i] < length[i] ? 2 : 1;
            for (int head = 0; head < heads; head++) {
                float sum = plan_head_gates(apart, layer)[k * heads + head];
                sum += texts > 1 ? plan_head_gates(apart, layer)[(k + 1) * heads + head] : 0;
                CU_ASSERT_EQUAL(plan_head_gates(p, layer)[i * heads + head], sum);
            }
            k += texts;
        }
    plan_free(p);
    plan_free(apart);
    gradients_free(g);
    gradients_free(h);
    weights_free(w);
    weights_free(v);
    model_free(m);
    model_free(x.model);
}

/* Gates of a model whose last layer is decoupled and needs first tokens only, against differences: of step 1/8 of a smooth function in
 * floats, so off by 1e-5 of the logits over 1/4, and by a third derivative times 1/384. */
static void gates_against_differences(void)
{
    struct pairs x;
    const float step = 0.125f;
    pairs_open(&x);
    struct model *m = applied(x.model, "decouple layers=0,2");
    struct weights *w = packed(m, true);
    struct plan *p = plan_of(&x, w, (struct plan_options){.gradients = PLAN_GATE_GRADIENTS, .pooled_only = true});
    double most = 0;
    run_backward(p);
    for (int layer = 0; layer < LAYERS; layer++)
        for (int head = 0; head < m->layer[layer].heads; head++) {
            double got = 0;
            for (int i = 0; i < ROWS; i++)
                got += (double)plan_head_gates(p, layer)[i * m->layer[layer].heads + head];
            struct plan *q = plan_of(&x, w, (struct plan_options){.pooled_only = true});
            plan_gates(q, layer)[head] = 1 + step;
            double up = loss_of(q);
            plan_gates(q, layer)[head] = 1 - step;
            double slope = (up - loss_of(q)) / (2 * (double)step);
            CU_ASSERT_DOUBLE_EQUAL(got, slope, 2e-5 + 0.02 * fabs(slope));
            most = fmax(most, fabs(slope));
            plan_free(q);
        }
    CU_ASSERT(most > 1e-3);
    plan_free(p);
    weights_free(w);
    model_free(m);
    model_free(x.model);
}

/* Compact directories keep it; dense ones cannot. */
static void in_files(void)
{
    struct pairs x;
    char dir[4200];
    struct exported out;
    struct err e = {0};
    pairs_open(&x);
    struct model *m = applied(x.model, "decouple layers=1\nprune-layers layers=0"), *again;
    CU_ASSERT(model_is_compact(m) && !model_is_compact(x.model));
    snprintf(dir, sizeof dir, "%s/decoupled", unit_temp_dir());
    CU_ASSERT_EQUAL(export_model(&out, m, dir, EXPORT_COMPACT, 2, cpu_detect(NULL), NULL, &e), 0);
    CU_ASSERT_EQUAL_FATAL(model_open(&again, dir, NULL, NULL, &e), 0);
    for (int i = 0; i < 2; i++)
        CU_ASSERT_EQUAL(again->layer[i].decoupled, i == 0);
    CU_ASSERT_EQUAL(export_model(&out, m, dir, EXPORT_DENSE, 2, cpu_detect(NULL), NULL, &e), ERR_UNSUPPORTED);
    CU_ASSERT_STRING_EQUAL(e.text, "layer 0 is decoupled: the texts of a pair do not see each other there, which config.json cannot say");
    model_free(again);
    model_free(m);
    model_free(x.model);
}

/* States are taken over up to the first layer that is decoupled. */
static void hidden_states_are_reused(void)
{
    struct pairs x;
    struct hidden_cache cache;
    struct predict_options options = {.threads = 2};
    float want[ROWS * 2], got[ROWS * 2];
    pairs_open(&x);
    struct model *m = applied(x.model, "decouple layers=2");
    struct weights *w = packed(x.model, false), *v = packed(m, false);
    CU_ASSERT_EQUAL(hidden_first_change(m, x.model), 2);
    CU_ASSERT_EQUAL_FATAL(predict_hidden(&cache, x.model, x.row, ROWS, &options, 0, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(predict_logits(want, v, x.row, ROWS, &options, NULL, NULL), 0);
    options.hidden = &cache;
    CU_ASSERT_EQUAL_FATAL(predict_logits(got, w, x.row, ROWS, &options, NULL, NULL), 0);
    CU_ASSERT_NOT_EQUAL(memcmp(want, got, sizeof got), 0);
    CU_ASSERT_EQUAL_FATAL(predict_logits(got, v, x.row, ROWS, &options, NULL, NULL), 0);
    CU_ASSERT_EQUAL(memcmp(want, got, sizeof got), 0);
    hidden_free(&cache);
    weights_free(w);
    weights_free(v);
    model_free(m);
    model_free(x.model);
}

/* A pass of pairs is forecast to be faster, one of single texts as it was. */
static void forecast_of_pairs(void)
{
    struct pairs x;
    struct recipe r;
    static const char text[] = "decouple layers=all";
    struct err e = {0};
    pairs_open(&x);
    CU_ASSERT_EQUAL_FATAL(recipe_parse(&r, text, sizeof text - 1, "r", &e), 0);
    for (int first = 0; first <= 16; first += 16) {
        struct original o;
        struct changed c;
        struct weights *w = packed(x.model, false);
        struct workload load = {.batch = 2, .seq = 64, .threads = 2, .first = first};
        CU_ASSERT_EQUAL_FATAL(original_init(&o, x.model, w, &load, NULL, NULL, &e), 0);
        CU_ASSERT_EQUAL_FATAL(changed_make(&c, &o, &r, "r", NULL, &e), 0);
        uint64_t gone = first ? LAYERS * 2 * 2 * (64 * 64 - 16 * 16 - 48 * 48) * HIDDEN : 0;
        CU_ASSERT_EQUAL(plan_macs(o.plan) - plan_macs(c.plan), gone);
        struct forecast f = forecast_of(&o, c.plan);
        CU_ASSERT_EQUAL(f.by_macs > 1, first > 0);
        changed_free(&c);
        original_free(&o);
        weights_free(w);
    }
    recipe_free(&r);
    model_free(x.model);
}

/* What a token looks at is in its own text, and sums to one. */
static void maps_of_texts(void)
{
    struct pairs x;
    struct attention_maps maps;
    struct attention_options options = {.threads = 2};
    pairs_open(&x);
    struct model *m = applied(x.model, "decouple layers=0");
    struct weights *w = packed(m, false);
    CU_ASSERT_EQUAL_FATAL(attention_maps(&maps, w, &x.row[1], &options, NULL, NULL), 0);
    for (int layer = 0; layer < 2; layer++) {
        const float *map = attention_maps_of(&maps, attention_maps_find(&maps, layer, 1));
        for (int i = 0; i < length[1]; i++) {
            double own = 0, other = 0;
            for (int k = 0; k < length[1]; k++)
                *((i < split[1]) == (k < split[1]) ? &own : &other) += (double)map[i * length[1] + k];
            CU_ASSERT_DOUBLE_EQUAL(own + other, 1, 1e-5);
            CU_ASSERT_EQUAL(other == 0, layer == 0);
        }
    }
    attention_maps_free(&maps);
    weights_free(w);
    model_free(m);
    model_free(x.model);
}

static void bad_splits(void)
{
    struct pairs x;
    struct plan *p;
    struct err e = {0};
    pairs_open(&x);
    struct weights *w = packed(x.model, false);
    struct plan_options options = {.threads = 1, .split = (const int[]){0}};
    CU_ASSERT_EQUAL(plan_build(&p, w, (const int[]){5}, 1, &options, &e), ERR_SHAPE);
    CU_ASSERT_STRING_EQUAL(e.text, "a first text of 0 tokens does not fit a sequence of 5");
    options.split = (const int[]){6};
    CU_ASSERT_EQUAL(plan_build(&p, w, (const int[]){5}, 1, &options, &e), ERR_SHAPE);
    CU_ASSERT_EQUAL(workload_plan(&p, &(struct workload){.batch = 1, .seq = 8, .threads = 1, .first = 8}, w, &e), ERR_USAGE);
    CU_ASSERT_STRING_EQUAL(e.text, "a pair of 8 tokens cannot begin with a text of 8");
    weights_free(w);
    model_free(x.model);
}

CU_TestInfo suite_decouple[] = {
    {"as the texts run apart", texts_run_apart},
    {"MACs are the squares of the texts", macs_are_squares_of_texts},
    {"first tokens, and single texts", first_tokens_and_single_texts},
    {"gradients as those of the texts run apart", gradients_of_texts},
    {"gradients of gates against differences", gates_against_differences},
    {"compact keeps it, dense refuses", in_files},
    {"hidden states are reused", hidden_states_are_reused},
    {"the forecast of a pass of pairs", forecast_of_pairs},
    {"attention maps", maps_of_texts},
    {"splits that do not fit", bad_splits},
    CU_TEST_INFO_NULL,
};
