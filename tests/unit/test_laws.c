/* laws: what every compression method obeys. A method that has no row here fails. */
#include "tests/unit/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "analyzer/compress/apply.h"
#include "analyzer/compress/expand.h"
#include "analyzer/data/encoded.h"
#include "analyzer/model/derive.h"
#include "analyzer/model/preset.h"
#include "analyzer/model/save.h"
#include "analyzer/run/exec.h"
#include "analyzer/run/predict.h"
#include "analyzer/run/rows.h"
#include "analyzer/run/weights.h"
#include "kernels/cpu.h"
#include "tests/unit/recipe_fixture.h"
#include "kernels/half.h"

enum { ROWS = 24, STRENGTHS = 3 };

static const struct law {
    const char *method;
    const char *nothing;             /* a step without an effect */
    const char *strength[STRENGTHS]; /* rising; NULL at the end */
} laws[] = {
    {"f16", "f16 layers=none", {"f16 layers=0", "f16 layers=0-2", "f16"}},
    {"bf16", "bf16 layers=none", {"bf16 layers=3", "bf16 layers=1-3", "bf16 components=all"}},
    {"int8", "int8 layers=none", {"int8 layers=2 components=ffn", "int8 components=ffn", "int8"}},
    {"int8-static", "int8-static layers=none", {"int8-static layers=2 components=ffn rows=8", "int8-static components=ffn calibrate=percentile rows=8",
                                                "share groups=2\nint8-static calibrate=kl rows=8"}},
    {"int4", "int4 layers=none", {"int4 layers=2 components=ffn", "int4 components=ffn", "int4"}},
    {"ternary", "ternary layers=none", {"ternary layers=2 components=ffn", "ternary components=ffn", "ternary"}},
    {"kmeans", "kmeans layers=none", {"kmeans layers=0 bits=8", "kmeans layers=0-2 bits=5", "kmeans bits=2"}},
    {"prune-elements", "prune-elements", {"prune-elements fraction=0.3", "prune-elements fraction=0.5 by=gradient scope=all kernel=sparse",
                                          "prune-elements fraction=0.8 by=wanda scope=row"}},
    {"prune-heads", "prune-heads fraction=0", {"prune-heads heads=0.1,3.0-2", "prune-heads fraction=0.5", "prune-heads fraction=1 iterations=3"}},
    {"prune-neurons", "prune-neurons", {"prune-neurons fraction=0.25 by=magnitude", "prune-neurons fraction=0.5 by=random seed=7",
                                        "prune-neurons fraction=0.9 iterations=2"}},
    {"low-rank", "low-rank", {"low-rank fraction=0.2", "low-rank fraction=0.5",
                              "low-rank rank=5 components=all\nprune-neurons fraction=0.3 iterations=2\nprune-heads heads=0.3,1.1\nint8"}},
    {"share", "share layers=none", {"share layers=1-2", "share groups=2 from=mean\nint8 components=ffn", "share"}},
    {"decouple", "decouple", {"decouple layers=0", "decouple layers=0-2", "decouple layers=all"}},
    {"prune-vocab", "prune-vocab min-count=0", {"prune-vocab", "int8 components=all\nprune-vocab min-count=4",
                                                "prune-vocab min-count=1000\nprune-heads fraction=0.5\nrefit"}},
    {"refit", "refit", {"prune-neurons fraction=0.3 by=magnitude\nrefit", "prune-neurons fraction=0.5 by=magnitude\nrefit components=ffn ridge=0.1",
                        "prune-neurons fraction=0.5 by=magnitude\nprune-heads heads=0.1,2.0-3\nrefit rows=10"}},
    {"search", "search", {"search macs=0.9", "search macs=0.7 rearrange=no", "search macs=0.5 tune=20"}},
    {"prune-layers", "prune-layers", {"prune-layers layers=2", "prune-layers count=2 from=alternate", "prune-layers count=3"}},
};

/* FNV-1a over the numbers of all parameters, ranges of inputs, and which layers are decoupled. */
static uint64_t fingerprint(const struct model *m)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (int i = 0; i < m->params; i++) {
        float *x;
        CU_ASSERT_EQUAL_FATAL(param_copy(&x, &m->param[i], NULL), 0);
        const unsigned char *bytes = (const unsigned char *)x;
        for (size_t k = 0; k < tensor_count(&m->param[i].tensor) * sizeof *x; k++)
            hash = (hash ^ bytes[k]) * 0x100000001b3u;
        hash = (hash ^ (uint64_t)m->param[i].format) * 0x100000001b3u;
        hash = (hash ^ bits_from_f32(m->param[i].input_range)) * 0x100000001b3u;
        free(x);
    }
    for (int i = 0; i < m->config.layers; i++)
        hash = (hash ^ (uint64_t)m->layer[i].decoupled) * 0x100000001b3u;
    return hash;
}

static const struct law *law_of(const struct method *m)
{
    for (size_t i = 0; i < sizeof laws / sizeof *laws; i++)
        if (strcmp(laws[i].method, m->name) == 0)
            return &laws[i];
    printf("\n    %s has no laws\n", m->name);
    return NULL;
}

static void every_method_has_laws(void)
{
    for (int i = 0; i < methods_count; i++)
        CU_ASSERT_PTR_NOT_NULL(law_of(methods[i]));
}

static void nothing_changes_nothing(void)
{
    struct bench b;
    bench_open(&b, ROWS, 2);
    for (size_t i = 0; i < sizeof laws / sizeof *laws; i++) {
        struct model *m = bench_apply(&b, laws[i].nothing);
        CU_ASSERT(bench_same_logits(&b, b.model, m));
        CU_ASSERT_EQUAL(fingerprint(m), fingerprint(b.model));
        model_free(m);
    }
    bench_close(&b);
}

static void same_seed_same_bytes(void)
{
    struct bench b;
    bench_open(&b, ROWS, 2);
    uint64_t before = fingerprint(b.model);
    for (size_t i = 0; i < sizeof laws / sizeof *laws; i++)
        for (int k = 0; k < STRENGTHS && laws[i].strength[k]; k++) {
            struct model *m = bench_apply(&b, laws[i].strength[k]);
            b.materials.threads = 1;
            struct model *again = bench_apply(&b, laws[i].strength[k]);
            b.materials.threads = 2;
            CU_ASSERT_EQUAL(fingerprint(m), fingerprint(again));
            CU_ASSERT_NOT_EQUAL(fingerprint(m), before);
            CU_ASSERT_EQUAL(fingerprint(b.model), before); /* the model it is applied to stays */
            model_free(m);
            model_free(again);
        }
    bench_close(&b);
}

static void more_is_never_larger(void)
{
    struct bench b;
    bench_open(&b, ROWS, 2);
    for (size_t i = 0; i < sizeof laws / sizeof *laws; i++) {
        uint64_t before = model_param_total(b.model);
        for (int k = 0; k < STRENGTHS && laws[i].strength[k]; k++) {
            struct model *m = bench_apply(&b, laws[i].strength[k]);
            CU_ASSERT(model_param_total(m) <= before);
            before = model_param_total(m);
            model_free(m);
        }
    }
    bench_close(&b);
}

/* A compact directory holds the model: opened again it gives the same bits, and its size is what was said before. */
static void saved_and_opened(void)
{
    struct bench b;
    bench_open(&b, ROWS, 2);
    struct save_options options = {.compact = true};
    for (size_t i = 0; i < sizeof laws / sizeof *laws; i++)
        for (int k = 0; k < STRENGTHS && laws[i].strength[k]; k++) {
            struct model *m = bench_apply(&b, laws[i].strength[k]), *again = NULL;
            struct err e = {0};
            char dir[4200], path[4300];
            uint64_t bytes = 0;
            struct stat st;
            snprintf(dir, sizeof dir, "%s/compact", unit_temp_dir());
            CU_ASSERT_EQUAL(model_save_bytes(&bytes, m, &options, &e), 0);
            CU_ASSERT_EQUAL(model_save(m, dir, &options, &e), 0);
            CU_ASSERT_EQUAL(model_open(&again, dir, NULL, NULL, &e), 0);
            if (e.code != 0)
                printf("\n    said: %s\n", e.text);
            CU_ASSERT_PTR_NOT_NULL_FATAL(again);
            CU_ASSERT(bench_same_logits(&b, m, again));
            snprintf(path, sizeof path, "%s/model.safetensors", dir);
            CU_ASSERT_EQUAL_FATAL(stat(path, &st), 0);
            CU_ASSERT_EQUAL((uint64_t)st.st_size, bytes);
            for (int layer = 0; layer < m->config.layers; layer++) {
                CU_ASSERT_EQUAL(again->layer[layer].number, m->layer[layer].number);
                CU_ASSERT_EQUAL(again->layer[layer].decoupled, m->layer[layer].decoupled);
                CU_ASSERT_EQUAL_FATAL(again->layer[layer].heads, m->layer[layer].heads);
                for (int h = 0; h < m->layer[layer].heads; h++)
                    CU_ASSERT_EQUAL(layer_head(&again->layer[layer], h), layer_head(&m->layer[layer], h));
            }
            model_free(again);
            model_free(m);
        }
    bench_close(&b);
}

/* Numbers that no half holds are kept, too. */
static void saved_in_full(void)
{
    struct bench b = {.materials = {.threads = 2, .cpu = cpu_detect(NULL)}};
    struct save_options options = {.compact = true};
    struct err e = {0};
    struct model *again = NULL;
    char dir[4200];
    struct config c;
    CU_ASSERT_EQUAL_FATAL(preset_config(&c, "bert-tiny", &e), 0);
    c.vocab = 50;
    CU_ASSERT_EQUAL_FATAL(model_make(&b.model, &c, 3, NULL, &e), 0);
    struct model *m = bench_apply(&b, "prune-neurons fraction=0.3 by=random\nprune-heads heads=1.0");
    snprintf(dir, sizeof dir, "%s/compact", unit_temp_dir());
    CU_ASSERT_EQUAL(model_save(m, dir, &options, &e), 0);
    CU_ASSERT_EQUAL(model_open(&again, dir, NULL, NULL, &e), 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(again);
    CU_ASSERT_EQUAL(fingerprint(again), fingerprint(m));
    model_free(again);
    model_free(m);
    bench_close(&b);
    config_free(&c);
}

/* With zeros where something is gone it has its old shape, and gives what the smaller model gives. */
static void expanded(void)
{
    struct bench b;
    bench_open(&b, ROWS, 2);
    struct err e = {0};
    struct model *m = bench_apply(&b, "prune-heads heads=0.1,2.0-6\nprune-neurons fraction=0.4 by=magnitude\nprune-layers layers=1\n"
                                        "low-rank fraction=0.3\nprune-heads heads=3.5\nprune-neurons fraction=0.2 by=magnitude"), *whole;
    CU_ASSERT_EQUAL_FATAL(model_expand(&whole, m, &e), 0);
    for (int i = 0; i < whole->params; i++) {
        const struct param *p = &whole->param[i], *from = model_param(b.model, p->role, p->layer);
        CU_ASSERT(tensor_count(&p->tensor) == tensor_count(&from->tensor));
    }
    float *x = bench_logits(&b, m, 2), *y = bench_logits(&b, whole, 2), off = 0;
    for (int i = 0; i < ROWS * 2; i++)
        off = fmaxf(off, fabsf(x[i] - y[i]));
    CU_ASSERT(off < 1e-4f); /* as above */
    free(x);
    free(y);
    model_free(whole);
    model_free(m);
    bench_close(&b);
}

/* Packing the same numbers again changes nothing, and layers that are as before are not packed again. */
static void weights_are_shared(void)
{
    struct bench b;
    bench_open(&b, ROWS, 2);
    struct weights_options options = {.cpu = b.materials.cpu, .threads = 2};
    struct weights *all, *some;
    struct model *m = bench_apply(&b, "prune-layers layers=0\nint8 layers=2\n");
    CU_ASSERT_EQUAL_FATAL(weights_build(&all, b.model, &options, NULL, NULL), 0);
    options.like = all;
    CU_ASSERT_EQUAL_FATAL(weights_build(&some, m, &options, NULL, NULL), 0);
    for (int layer = 0; layer < 3; layer++)
        for (int s = 0; s < SITE_POOLER; s++) {
            const struct linear *mine = weights_linear(some, (enum site)s, layer), *theirs = weights_linear(all, (enum site)s, layer + 1);
            CU_ASSERT_EQUAL(mine == NULL, theirs == NULL);
            if (!mine)
                continue; /* no inner factor */
            CU_ASSERT_EQUAL(mine->panels == theirs->panels, layer != 1);
            CU_ASSERT_EQUAL(mine->kernel->format, layer == 1 ? KERNEL_INT8 : KERNEL_F32);
        }
    float *x = calloc(ROWS * (size_t)m->config.labels, sizeof *x), *y = bench_logits(&b, m, 2);
    struct predict_options predict = {.threads = 2};
    CU_ASSERT_EQUAL_FATAL(predict_logits(x, some, b.rows.row, ROWS, &predict, NULL, NULL), 0);
    CU_ASSERT_EQUAL(memcmp(x, y, ROWS * (size_t)m->config.labels * sizeof *x), 0);
    free(x);
    free(y);
    weights_free(some);
    weights_free(all);
    model_free(m);
    bench_close(&b);
}

/* A head that is gone is a head whose gate is 0. What differs is the order of the sums of its layer's output projection. */
static void a_head_gone_is_a_gate_shut(void)
{
    static const int gone[][2] = {{0, 3}, {0, 4}, {2, 0}, {3, 7}};
    struct bench b;
    bench_open(&b, ROWS, 2);
    struct weights_options options = {.cpu = b.materials.cpu, .threads = 2};
    struct plan_options plan_options = {.threads = 2};
    struct weights *w;
    struct plan *p;
    struct model *m = bench_apply(&b, "prune-heads heads=0.3-4,2.0,3.7");
    CU_ASSERT_EQUAL(m->layer[0].heads, b.model->config.heads - 2);
    CU_ASSERT_EQUAL(layer_head(&m->layer[0], 3), 5);
    CU_ASSERT_EQUAL_FATAL(weights_build(&w, b.model, &options, NULL, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(rows_plan(&p, w, b.rows.row, NULL, ROWS, &plan_options, NULL), 0);
    for (size_t i = 0; i < sizeof gone / sizeof *gone; i++)
        plan_gates(p, gone[i][0])[gone[i][1]] = 0;
    CU_ASSERT_EQUAL_FATAL(exec_run(p, NULL, NULL), 0);
    const float *expected = plan_output(p, PLAN_LOGITS, -1);
    float *got = bench_logits(&b, m, 2), *full = bench_logits(&b, b.model, 2);
    double off = 0, moved = 0;
    for (int i = 0; i < ROWS * m->config.labels; i++) {
        off = fmax(off, fabs((double)got[i] - (double)expected[i]));
        moved = fmax(moved, fabs((double)full[i] - (double)expected[i]));
    }
    CU_ASSERT(off < 1e-4); /* logits of about 10 after 4 layers of sums of 128 products in f32 */
    CU_ASSERT(moved > 1e-2);
    free(got);
    free(full);
    plan_free(p);
    weights_free(w);
    model_free(m);
    bench_close(&b);
}

static void refused_whole(void)
{
    static const char *const cases[][2] = {
        {"int8 layers=9", "r: line 1: int8: there is no layer 9 (any more)"},
        {"int8\nprune-heads heads=1.0-7", "r: line 2: prune-heads: layer 1 would lose all of its 8 heads; one must stay"},
        {"prune-layers layers=1\n\nint8 layers=1", "r: line 3: int8: there is no layer 1 (any more)"},
        {"prune-heads heads=1.2\nprune-heads heads=1.2", "r: line 2: prune-heads: there is no head 1.2 (any more)"},
        {"low-rank rank=128", "r: line 1: low-rank: query, key and value of layer 0, 384 by 128: only a rank up to 95 makes it smaller"},
        {"low-rank fraction=0.5\nlow-rank rank=3", "r: line 2: low-rank: query, key and value of layer 0: of low rank already"},
        {"int8\nlow-rank rank=3", "r: line 2: low-rank: query, key and value of layer 0: in int8 already; factorize before"},
        {"low-rank rank=3 fraction=0.5", "r: line 1: low-rank: either rank= or fraction=, not both"},
        {"int8-static layers=1", "r: line 1: int8-static: this step looks at what the model computes, which needs rows of data"},
        {"refit", "r: line 1: refit: this step looks at what the model computes, which needs rows of data"},
        {"int8 components=after\nrefit", "r: line 2: refit: bert.encoder.layer.0.attention.output.dense.weight of layer 0 is in int8 already; refit before"},
        {"prune-layers count=4", "r: line 1: prune-layers: all 4 layers would go; one must stay"},
        {"prune-heads fraction=0.5", "r: line 1: prune-heads: this step scores heads or neurons by gradient, which needs rows"},
    };
    struct bench b;
    bench_open(&b, ROWS, 2);
    b.materials.data = NULL; /* nothing to look at */
    b.materials.rows = NULL;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct recipe r;
        struct err e = {0};
        struct model *m = b.model;
        CU_ASSERT_EQUAL_FATAL(recipe_parse(&r, cases[i][0], strlen(cases[i][0]), "r", &e), 0);
        CU_ASSERT_NOT_EQUAL(recipe_apply(&m, b.model, &r, "r", &b.materials, NULL, &e), 0);
        CU_ASSERT_PTR_NULL(m);
        if (strncmp(e.text, cases[i][1], strlen(cases[i][1])) != 0)
            printf("\n    said: %s\n", e.text);
        CU_ASSERT_EQUAL(strncmp(e.text, cases[i][1], strlen(cases[i][1])), 0);
        recipe_free(&r);
    }
    bench_close(&b);
}

CU_TestInfo suite_laws[] = {
    {"every method has laws", every_method_has_laws},
    {"a step without an effect leaves all bits", nothing_changes_nothing},
    {"the same seed gives the same bytes", same_seed_same_bytes},
    {"more is never larger", more_is_never_larger},
    {"saved and opened again it is the same", saved_and_opened},
    {"saved without loss", saved_in_full},
    {"zeros stand for what is gone", expanded},
    {"weights that did not change are shared", weights_are_shared},
    {"a head that is gone is a gate that is shut", a_head_gone_is_a_gate_shut},
    {"a bad recipe is refused whole", refused_whole},
    CU_TEST_INFO_NULL,
};
