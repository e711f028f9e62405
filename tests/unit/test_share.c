/* share: parameters that several layers have in common are there once: in memory, in counts, in files, and when they learn. */
#include "tests/unit/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/compress/apply.h"
#include "analyzer/compress/expand.h"
#include "analyzer/compress/export.h"
#include "analyzer/model/derive.h"
#include "analyzer/model/preset.h"
#include "analyzer/model/save.h"
#include "analyzer/model/shared.h"
#include "analyzer/measure/workload.h"
#include "analyzer/run/exec.h"
#include "analyzer/run/gradients.h"
#include "analyzer/run/plan.h"
#include "analyzer/run/weights.h"
#include "analyzer/train/optimizer.h"
#include "kernels/cpu.h"

enum { LAYERS = 4 };

static struct model *small(void)
{
    struct model *m;
    struct config c;
    CU_ASSERT_EQUAL_FATAL(preset_config(&c, "bert-tiny", NULL), 0);
    c.vocab = 50;
    c.layers = LAYERS;
    c.ffn = 96;
    CU_ASSERT_EQUAL_FATAL(model_make(&m, &c, 5, NULL, NULL), 0);
    config_free(&c);
    return m;
}

static int try_recipe(struct model **out, const struct model *m, const char *text, struct err *e)
{
    struct materials x = {.threads = 2, .cpu = cpu_detect(NULL)};
    struct recipe r;
    int code = recipe_parse(&r, text, strlen(text), "r", e);
    *out = NULL;
    if (code == 0)
        code = recipe_apply(out, m, &r, "r", &x, NULL, e);
    recipe_free(&r);
    return code;
}

static struct model *applied(const struct model *m, const char *text)
{
    struct model *out;
    struct err e = {0};
    if (try_recipe(&out, m, text, &e) != 0)
        printf("\n    said: %s\n", e.text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(out);
    return out;
}

static uint64_t layer_params(const struct model *m)
{
    uint64_t n = 0;
    for (int c = 0; c < COMPONENTS; c++)
        n += model_layer_param_count(m, (enum component)c, 0);
    return n;
}

/* The numbers of a parameter in all layers, one after the other: [layers, n]. */
static float *of_layers(const struct model *m, enum role role, size_t *n)
{
    *n = tensor_count(&model_param(m, role, 0)->tensor);
    float *x = malloc(LAYERS * *n * sizeof *x);
    for (int i = 0; i < LAYERS; i++)
        tensor_read_f32(&model_param(m, role, i)->tensor, 0, *n, x + (size_t)i * *n);
    return x;
}

static void first_or_mean(void)
{
    struct model *m = small(), *first = applied(m, "share layers=1-3"), *mean = applied(m, "share groups=2 from=mean components=ffn");
    size_t n;
    float *was = of_layers(m, ROLE_FFN_UP_WEIGHT, &n), *one = of_layers(first, ROLE_FFN_UP_WEIGHT, &n), *two = of_layers(mean, ROLE_FFN_UP_WEIGHT, &n);
    for (size_t i = 0; i < n; i++) {
        for (size_t layer = 0; layer < LAYERS; layer++)
            CU_ASSERT_EQUAL(one[layer * n + i], was[(layer ? 1 : 0) * n + i]);
        for (size_t layer = 0; layer < LAYERS; layer++) {
            const float *pair = was + layer / 2 * 2 * n + i;
            CU_ASSERT_EQUAL(two[layer * n + i], (float)(((double)pair[0] + (double)pair[n]) / 2));
        }
    }
    for (int i = 0; i < LAYERS; i++) /* other components stay */
        CU_ASSERT_PTR_EQUAL(model_param(mean, ROLE_KEY_WEIGHT, i)->tensor.data, model_param(m, ROLE_KEY_WEIGHT, i)->tensor.data);
    free(was), free(one), free(two);
    model_free(first);
    model_free(mean);
    model_free(m);
}

/* Groups are as even as they can be, and each adds one layer's worth of parameters. */
static void counted_once(void)
{
    struct model *m = small();
    uint64_t layer = layer_params(m), rest = model_param_total(m) - LAYERS * layer;
    for (int groups = 1; groups <= LAYERS + 1; groups++) {
        char text[64];
        snprintf(text, sizeof text, "share groups=%d from=mean", groups);
        struct model *s = applied(m, text);
        CU_ASSERT_EQUAL(model_param_total(s), rest + (uint64_t)(groups < LAYERS ? groups : LAYERS) * layer);
        CU_ASSERT_EQUAL(model_is_compact(s), groups < LAYERS);
        model_free(s);
    }
    model_free(m);
}

static struct weights *packed(const struct model *m, const struct weights *like, bool gradients)
{
    struct weights *w;
    struct weights_options options = {.cpu = cpu_detect(NULL), .threads = 2, .gradients = gradients, .like = like};
    CU_ASSERT_EQUAL_FATAL(weights_build(&w, m, &options, NULL, NULL), 0);
    return w;
}

/* One piece of packed weights for a group; the steps of a plan have as many parameters as the model. */
static void packed_once(void)
{
    struct model *m = small(), *s = applied(m, "share groups=2 from=mean\nint8 components=after");
    struct workload load = {.batch = 1, .seq = 8, .threads = 2};
    for (int k = 0; k < 2; k++) {
        struct weights *whole = packed(m, NULL, false), *w = packed(s, k ? whole : NULL, false);
        struct plan *p;
        uint64_t params = 0;
        for (int site = 0; site < SITE_POOLER; site++)
            for (int i = 0; weights_linear(w, (enum site)site, 0) && i < LAYERS; i++) {
                const struct linear *l = weights_linear(w, (enum site)site, i), *leader = weights_linear(w, (enum site)site, i / 2 * 2);
                CU_ASSERT_PTR_EQUAL(l->panels, leader->panels);
                CU_ASSERT_PTR_EQUAL(l->bias, leader->bias);
                CU_ASSERT_PTR_NOT_EQUAL(l->panels, weights_linear(w, (enum site)site, (i + 2) % LAYERS)->panels);
            }
        CU_ASSERT_EQUAL_FATAL(workload_plan(&p, &load, w, NULL), 0);
        for (int i = 0; i < p->steps; i++)
            params += p->step[i].params;
        CU_ASSERT_EQUAL(params, model_param_total(s));
        plan_free(p);
        weights_free(w);
        weights_free(whole);
    }
    model_free(s);
    model_free(m);
}

/* Later steps keep what is shared as long as they do the same to all of a group. */
static void later_steps(void)
{
    struct model *m = small();
    static const struct {
        const char *step;
        const char *same; /* which layers have the up matrix of an earlier one */
    } cases[] = {
        {"int8", "0101"},
        {"kmeans bits=2", "0101"},
        {"low-rank fraction=0.3", "0101"},
        {"prune-elements fraction=0.5", "0101"},
        {"int8 layers=1", "0001"},
        {"prune-neurons fraction=0.3 by=random layers=2", "0100"},
        {"prune-layers layers=0", "001"},
        {"prune-layers layers=0,3\nint8 layers=1", "00"},
        {"low-rank rank=3 layers=2", "0100"},
        {"share", "0111"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[128], dir[4200], said[LAYERS + 1] = "";
        snprintf(text, sizeof text, "share groups=2 from=mean\n%s", cases[i].step);
        struct model *s = applied(m, text);
        for (int layer = 0; layer < s->config.layers; layer++)
            said[layer] = model_twin(s, (int)(model_param(s, ROLE_FFN_UP_WEIGHT, layer) - s->param)) ? '1' : '0';
        CU_ASSERT_STRING_EQUAL(said, cases[i].same);
        struct exported x;
        struct err e = {0};
        snprintf(dir, sizeof dir, "%s/shared%zu", unit_temp_dir(), i);
        CU_ASSERT_EQUAL(export_model(&x, s, dir, EXPORT_COMPACT, 2, cpu_detect(NULL), NULL, &e), 0);
        CU_ASSERT_STRING_EQUAL(e.text, "");
        struct model *again;
        CU_ASSERT_EQUAL_FATAL(model_open(&again, dir, NULL, NULL, &e), 0);
        CU_ASSERT_EQUAL(model_param_total(again), model_param_total(s));
        CU_ASSERT_EQUAL(again->unused, 0);
        uint64_t bytes = 0;
        CU_ASSERT_EQUAL(model_save_bytes(&bytes, again, &(struct save_options){.compact = true}, &e), 0);
        CU_ASSERT_EQUAL(bytes, x.bytes); /* saved again it is the same file */
        model_free(again);
        model_free(s);
    }
    model_free(m);
}

/* The file of a model whose layers are all the same is smaller by what the others hold, and a dense one holds copies. */
static void stored_once(void)
{
    struct model *m = small(), *s = applied(m, "share");
    struct exported all, once, dense;
    struct err e = {0};
    char dir[4200];
    snprintf(dir, sizeof dir, "%s/all", unit_temp_dir());
    CU_ASSERT_EQUAL(export_model(&all, m, dir, EXPORT_COMPACT, 2, cpu_detect(NULL), NULL, &e), 0);
    snprintf(dir, sizeof dir, "%s/once", unit_temp_dir());
    CU_ASSERT_EQUAL(export_model(&once, s, dir, EXPORT_COMPACT, 2, cpu_detect(NULL), NULL, &e), 0);
    uint64_t numbers = (LAYERS - 1) * layer_params(m) * sizeof(float), names = all.bytes - once.bytes - numbers;
    CU_ASSERT(names > 0 && names < (LAYERS - 1) * 16 * 160);
    snprintf(dir, sizeof dir, "%s/dense", unit_temp_dir());
    CU_ASSERT_EQUAL(export_model(&dense, s, dir, EXPORT_DENSE, 2, cpu_detect(NULL), NULL, &e), 0);
    CU_ASSERT_STRING_EQUAL(e.text, "");
    CU_ASSERT_EQUAL(dense.bytes, all.bytes);
    CU_ASSERT_EQUAL(dense.difference, 0);
    model_free(s);
    model_free(m);
}

/* A backward pass of `m` with a made-up loss. The caller frees what it gives. */
static struct gradients *gradients_of_model(const struct model *m)
{
    struct gradients *g;
    struct plan *p;
    struct weights *w = packed(m, NULL, true);
    CU_ASSERT_EQUAL_FATAL(gradients_new(&g, m, NULL), 0);
    struct plan_options options = {.gradients = PLAN_ALL_GRADIENTS, .into = g};
    CU_ASSERT_EQUAL_FATAL(workload_plan_with(&p, &(struct workload){.batch = 2, .seq = 7, .threads = 2}, NULL, &options, w, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(exec_run(p, NULL, NULL), 0);
    float *dy = plan_gradient(p, PLAN_POOLED, -1);
    for (int i = 0; i < 2 * m->config.hidden; i++)
        dy[i] = sinf((float)i);
    CU_ASSERT_EQUAL_FATAL(exec_backward(p, NULL), 0);
    plan_free(p);
    weights_free(w);
    return g;
}

/* The gradient of what is shared is the sum of the gradients that copies of it have. */
static void gradients_add_up(void)
{
    struct model *m = small(), *s = applied(m, "share"), *copies;
    struct err e = {0};
    char dir[4200];
    snprintf(dir, sizeof dir, "%s/copies", unit_temp_dir());
    CU_ASSERT_EQUAL_FATAL(model_save(s, dir, &(struct save_options){.dtype = DTYPE_F32}, &e), 0);
    CU_ASSERT_EQUAL_FATAL(model_open(&copies, dir, NULL, NULL, &e), 0);
    struct gradients *one = gradients_of_model(s), *all = gradients_of_model(copies);
    for (int i = 0; i < s->params; i++) {
        size_t n = tensor_count(&s->param[i].tensor);
        if (s->param[i].layer != 0)
            continue;
        for (size_t k = 0; k < n; k++) {
            double sum = 0, size = 0;
            for (int layer = 0; layer < LAYERS; layer++) {
                double x = (double)gradients_of(all, (int)(model_param(copies, s->param[i].role, layer) - copies->param))[k];
                sum += x;
                size += fabs(x);
            }
            CU_ASSERT(fabs(sum - (double)gradients_of(one, i)[k]) <= 1e-4 * size + 1e-6); /* sums of 14 products in f32, added in another order */
        }
    }
    gradients_free(one);
    gradients_free(all);
    model_free(copies);
    model_free(s);
    model_free(m);
}

/* A model that owns its numbers shares them too, and a step of the optimizer moves them once. */
static void learned_once(void)
{
    struct model *m = small(), *s = applied(m, "share groups=2"), *t;
    struct optimizer_options options = optimizer_defaults(2, cpu_detect(NULL));
    struct optimizer *o;
    char dir[4200];
    options.decay = 0;
    snprintf(dir, sizeof dir, "%s/learn", unit_temp_dir());
    CU_ASSERT_EQUAL_FATAL(model_save(s, dir, &(struct save_options){.compact = true}, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(model_open(&t, dir, NULL, NULL, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(model_own(t, NULL, NULL), 0);
    CU_ASSERT_EQUAL(model_param_total(t), model_param_total(s));
    CU_ASSERT_EQUAL_FATAL(optimizer_new(&o, t, &options, NULL), 0);
    int up = (int)(model_param(t, ROLE_FFN_UP_WEIGHT, 3) - t->param), leader = (int)(model_param(t, ROLE_FFN_UP_WEIGHT, 2) - t->param);
    float before = model_values(t, leader)[0];
    gradients_of(o->gradients, up)[0] = 0.5f;
    optimizer_step(o, 0.01);
    CU_ASSERT_PTR_EQUAL(model_values(t, up), model_values(t, leader));
    CU_ASSERT_DOUBLE_EQUAL(before - model_values(t, leader)[0], 0.01, 1e-5); /* the first step of Adam is the rate */
    optimizer_free(o);
    model_free(t);
    model_free(s);
    model_free(m);
}

static void refused(void)
{
    static const char *const cases[][2] = {
        {"prune-neurons fraction=0.3 by=random layers=2\nshare", "r: line 2: share: Feed-forward of layers 0 and 2 differ in shape; layers share "
                                                                 "before heads, neurons or ranks of some of them go"},
        {"prune-heads heads=1.0\nshare layers=0-1", "r: line 2: share: Linear before attention of layers 0 and 1 differ in shape; layers share "
                                                    "before heads, neurons or ranks of some of them go"},
        {"low-rank rank=3 layers=0\nshare components=ffn", "r: line 2: share: Feed-forward of layers 0 and 1 differ in shape; layers share "
                                                           "before heads, neurons or ranks of some of them go"},
        {"int8\nshare from=mean", "r: line 2: share: Linear before attention of layers 0 and 1 are quantized or of low rank already and have no "
                                  "mean; share before, or with from=first"},
        {"low-rank rank=3\nshare from=mean", "r: line 2: share: Linear before attention of layers 0 and 1 are quantized or of low rank already "
                                             "and have no mean; share before, or with from=first"},
        {"share layers=4", "r: line 1: share: there is no layer 4 (any more)"},
        {"share groups=0", "r: line 1: groups must be from 1 to 512, not 0"},
    };
    struct model *m = small();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err e = {0};
        struct model *s;
        CU_ASSERT_NOT_EQUAL(try_recipe(&s, m, cases[i][0], &e), 0);
        CU_ASSERT_PTR_NULL(s);
        CU_ASSERT_STRING_EQUAL(e.text, cases[i][1]);
    }
    model_free(m);
}

CU_TestInfo suite_share[] = {
    {"the first layer's numbers, or the mean", first_or_mean},
    {"counted once", counted_once},
    {"packed once", packed_once},
    {"what later steps leave shared", later_steps},
    {"stored once", stored_once},
    {"gradients add up", gradients_add_up},
    {"learned once", learned_once},
    {"refused in one sentence", refused},
    CU_TEST_INFO_NULL,
};
