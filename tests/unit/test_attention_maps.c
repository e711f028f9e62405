/* attention_maps: against the definition worked out from hidden states and matrices, and what is kept of which heads. */
#include "tests/unit/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/compress/apply.h"
#include "analyzer/compress/recipe.h"
#include "analyzer/model/derive.h"
#include "analyzer/model/model.h"
#include "analyzer/run/attention_maps.h"
#include "analyzer/run/exec.h"
#include "analyzer/run/predict.h"
#include "analyzer/run/rows.h"
#include "analyzer/run/weights.h"
#include "kernels/cpu.h"

enum { THREADS = 2 };

static struct model *model;
static struct weights *weights;
static struct encoding text;

static struct weights *pack(const struct model *m)
{
    struct weights_options options = {.cpu = cpu_detect(NULL), .threads = THREADS};
    struct weights *w;
    CU_ASSERT_EQUAL_FATAL(weights_build(&w, m, &options, NULL, NULL), 0);
    return w;
}

static void setup(void)
{
    static const char words[] = "the film is not bad at all";
    struct err e = {0};
    CU_ASSERT_EQUAL_FATAL(model_open(&model, "demo", NULL, NULL, &e), 0);
    weights = pack(model);
    CU_ASSERT_EQUAL_FATAL(tokenizer_encode(model->tokenizer, words, sizeof words - 1, NULL, 0, 32, &text, &e), 0);
    CU_ASSERT_FATAL(text.n > 5);
}

static void teardown(void)
{
    encoding_free(&text);
    weights_free(weights);
    model_free(model);
    text = (struct encoding){0};
}

static float *numbers(enum role role, int layer)
{
    float *out;
    CU_ASSERT_EQUAL_FATAL(param_copy(&out, model_param(model, role, layer), NULL), 0);
    return out;
}

/* out [tokens, d] = columns [head d, ...) of x W^T + b, in double. */
static void project(double *out, enum role weight, enum role bias, int layer, int head, const float *x)
{
    int d = model->config.head_size, hidden = model->config.hidden;
    float *w = numbers(weight, layer), *b = numbers(bias, layer);
    for (int i = 0; i < text.n * d; i++) {
        int n = head * d + i % d;
        out[i] = (double)b[n];
        for (int k = 0; k < hidden; k++)
            out[i] += (double)w[n * hidden + k] * (double)x[i / d * hidden + k];
    }
    free(w);
    free(b);
}

/* The largest difference of a head's map from softmax(q k^T / sqrt(d)) of the hidden states before its layer. */
static double worst_difference(const float *map, const float *hidden, int layer, int head)
{
    int d = model->config.head_size, n = text.n;
    double *q = calloc((size_t)(n * d), sizeof *q), *k = calloc((size_t)(n * d), sizeof *k), worst = 0;
    project(q, ROLE_QUERY_WEIGHT, ROLE_QUERY_BIAS, layer, head, hidden);
    project(k, ROLE_KEY_WEIGHT, ROLE_KEY_BIAS, layer, head, hidden);
    for (int from = 0; from < n; from++) {
        double share[64], sum = 0;
        for (int to = 0; to < n; to++) {
            double score = 0;
            for (int i = 0; i < d; i++)
                score += q[from * d + i] * k[to * d + i];
            sum += share[to] = exp(score / sqrt(d));
        }
        for (int to = 0; to < n; to++)
            worst = fmax(worst, fabs(share[to] / sum - (double)map[from * n + to]));
    }
    free(q);
    free(k);
    return worst;
}

static void definition(void)
{
    struct attention_options options = {.threads = THREADS};
    struct plan_options keep = {.threads = THREADS, .keep_hidden = true};
    struct attention_maps m;
    struct plan *p;
    struct err e = {0};
    setup();
    CU_ASSERT_EQUAL_FATAL(attention_maps(&m, weights, &text, &options, NULL, &e), 0);
    CU_ASSERT_EQUAL_FATAL(rows_plan(&p, weights, &text, NULL, 1, &keep, &e), 0);
    CU_ASSERT_EQUAL(exec_run(p, NULL, NULL), 0);
    CU_ASSERT_EQUAL(m.heads, model->config.layers * model->config.heads);
    for (int i = 0; i < m.heads; i++) {
        const float *map = attention_maps_of(&m, i);
        CU_ASSERT_EQUAL(attention_maps_find(&m, m.head[i].layer, m.head[i].head), i);
        CU_ASSERT_PTR_NOT_NULL_FATAL(map);
        for (int from = 0; from < m.tokens; from++) {
            double sum = 0;
            for (int to = 0; to < m.tokens; to++)
                sum += (double)map[from * m.tokens + to];
            CU_ASSERT_DOUBLE_EQUAL(sum, 1, 1e-5);
        }
        CU_ASSERT(worst_difference(map, plan_output(p, PLAN_HIDDEN, m.head[i].layer - 1), m.head[i].layer, m.head[i].head) < 1e-4);
    }
    CU_ASSERT_PTR_NULL(attention_maps_of(&m, m.heads));
    CU_ASSERT_EQUAL(attention_maps_find(&m, model->config.layers, 0), -1);
    plan_free(p);
    attention_maps_free(&m);
    teardown();
}

/* The pass that is looked at answers like any other. */
static void answers(void)
{
    struct attention_options options = {.threads = THREADS};
    struct predict_options predict = {.threads = THREADS};
    struct attention_maps m;
    float logits[16];
    setup();
    CU_ASSERT_EQUAL_FATAL(attention_maps(&m, weights, &text, &options, NULL, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(predict_logits(logits, weights, &text, 1, &predict, NULL, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(m.outputs, model->config.labels);
    for (int i = 0; i < m.outputs; i++)
        CU_ASSERT_DOUBLE_EQUAL(m.logits[i], logits[i], 1e-4);
    attention_maps_free(&m);
    teardown();
}

/* Where not all maps fit, those of one layer are kept. */
static void limited(void)
{
    struct attention_options options = {.threads = THREADS, .limit = 1, .layer = 1};
    struct attention_maps m;
    setup();
    CU_ASSERT_EQUAL_FATAL(attention_maps(&m, weights, &text, &options, NULL, NULL), 0);
    CU_ASSERT_EQUAL(m.end - m.first, model->config.heads);
    for (int i = 0; i < m.heads; i++)
        CU_ASSERT_EQUAL(attention_maps_of(&m, i) != NULL, m.head[i].layer == 1);
    attention_maps_free(&m);
    options.layer = 99;
    CU_ASSERT_EQUAL_FATAL(attention_maps(&m, weights, &text, &options, NULL, NULL), 0);
    CU_ASSERT_EQUAL(m.first, m.end);
    attention_maps_free(&m);
    teardown();
}

/* Heads and layers keep their numbers when others go, and those of the first layer look where they did. */
static void pruned(void)
{
    static const char steps[] = "prune-heads heads=0.0\nprune-layers layers=1\n";
    struct attention_options options = {.threads = THREADS};
    struct materials nothing = {.threads = THREADS, .cpu = cpu_detect(NULL)};
    struct attention_maps before, after;
    struct recipe r;
    struct model *changed;
    struct err e = {0};
    setup();
    CU_ASSERT_EQUAL_FATAL(recipe_parse(&r, steps, sizeof steps - 1, "test", &e), 0);
    CU_ASSERT_EQUAL_FATAL(recipe_apply(&changed, model, &r, "test", &nothing, NULL, &e), 0);
    struct weights *w = pack(changed);
    CU_ASSERT_EQUAL_FATAL(attention_maps(&before, weights, &text, &options, NULL, &e), 0);
    CU_ASSERT_EQUAL_FATAL(attention_maps(&after, w, &text, &options, NULL, &e), 0);
    CU_ASSERT_EQUAL(after.heads, before.heads - 1 - model->config.heads);
    CU_ASSERT_EQUAL(attention_maps_find(&after, 0, 0), -1);
    CU_ASSERT_EQUAL(attention_maps_find(&after, 1, 0), -1);
    const float *a = attention_maps_of(&before, attention_maps_find(&before, 0, 1)), *b = attention_maps_of(&after, attention_maps_find(&after, 0, 1));
    CU_ASSERT_FATAL(a && b);
    for (int i = 0; i < text.n * text.n; i++)
        CU_ASSERT_DOUBLE_EQUAL(a[i], b[i], 1e-5);
    attention_maps_free(&before);
    attention_maps_free(&after);
    weights_free(w);
    model_free(changed);
    recipe_free(&r);
    teardown();
}

static void cancelled(void)
{
    struct attention_options options = {.threads = THREADS};
    atomic_bool cancel = true;
    struct progress progress = {.cancel = &cancel};
    struct attention_maps m;
    setup();
    CU_ASSERT_EQUAL(attention_maps(&m, weights, &text, &options, &progress, NULL), ERR_CANCELLED);
    attention_maps_free(&m);
    teardown();
}

CU_TestInfo suite_attention_maps[] = {
    {"the definition, and rows that sum to one", definition},
    {"the answers of the pass", answers},
    {"maps of one layer where all are too many", limited},
    {"heads and layers that are gone", pruned},
    {"cancelled", cancelled},
    CU_TEST_INFO_NULL,
};
