/* profile: its parts sum to the whole, its numbers are those of the plan. */
#include "tests/unit/unit.h"

#include <math.h>
#include <string.h>

#include "analyzer/measure/machine.h"
#include "analyzer/measure/profile.h"
#include "analyzer/model/model.h"
#include "analyzer/run/weights.h"

struct watcher {
    int snapshots;
    int last_passes;
};

static void watch(void *payload, const struct profile *p)
{
    struct watcher *w = payload;
    w->snapshots++;
    CU_ASSERT_FALSE(p->finished);
    CU_ASSERT_TRUE(p->total.time_ns.n > w->last_passes);
    w->last_passes = p->total.time_ns.n;
}

static void parts_sum_to_the_whole(void)
{
    struct model *m;
    struct weights *w;
    struct profile p;
    struct watcher watcher = {0};
    struct err e = {0};
    struct profile_options options = {{.batch = 2, .seq = 16, .threads = 1}, 0.3, 1e-9, true};
    CU_ASSERT_EQUAL_FATAL(model_open(&m, "preset:bert-tiny", NULL, NULL, &e), 0);
    CU_ASSERT_EQUAL_FATAL(weights_build(&w, m, &(struct weights_options){.cpu = cpu_detect(NULL), .threads = 1}, NULL, &e), 0);
    CU_ASSERT_EQUAL_FATAL(profile_measure(&p, w, &options, watch, &watcher, NULL, &e), 0);
    uint64_t params = 0, macs = 0, layer_macs = 0, step_macs = 0;
    double time = p.unattributed_ns;
    for (int c = 0; c < COMPONENTS; c++) {
        params += p.component[c].params;
        macs += p.component[c].macs;
        time += p.component[c].time_ns.median;
        CU_ASSERT_EQUAL(p.component[c].params, model_param_count(m, (enum component)c));
        CU_ASSERT_EQUAL(p.component[c].time_ns.n, p.total.time_ns.n);
    }
    for (int i = 0; i < p.layers; i++)
        for (int c = 0; c < COMPONENTS; c++)
            layer_macs += p.layer_component[i][c].macs;
    for (int i = 0; i < p.steps; i++)
        step_macs += p.step[i].macs;
    CU_ASSERT_EQUAL(params, model_param_total(m));
    CU_ASSERT_EQUAL(macs, p.total.macs);
    CU_ASSERT_EQUAL(step_macs, p.total.macs);
    CU_ASSERT_EQUAL(layer_macs + 2 * 128 * 128, p.total.macs); /* the pooler is in no layer */
    CU_ASSERT_DOUBLE_EQUAL(time, p.total.time_ns.median, 1);
    CU_ASSERT_TRUE(p.finished && !p.converged && p.total.time_ns.n >= 1);
    CU_ASSERT_TRUE(p.overhead_ratio.n == p.total.time_ns.n && p.overhead_ratio.median > 0);
    CU_ASSERT_TRUE(p.ceilings.f32_flops > 0 && p.ceilings.memory_read > 0);
    CU_ASSERT_TRUE(watcher.snapshots > 0);
    struct profile copy;
    CU_ASSERT_EQUAL_FATAL(profile_copy(&copy, &p, &e), 0);
    CU_ASSERT_TRUE(copy.step != p.step && strcmp(copy.step[2].name, "layer 0: query, key, value") == 0);
    profile_free(&copy);
    profile_free(&p);
    weights_free(w);
    model_free(m);
}

/* Unfused, each activation is a step of its own: without parameters and MACs, in the component of its linear layer. */
static void unfused_shows_activations(void)
{
    struct model *m;
    struct weights *w;
    struct profile fused, apart;
    struct profile_options options = {.workload = {.batch = 1, .seq = 16, .threads = 1}, .budget_s = 0.01};
    CU_ASSERT_EQUAL_FATAL(model_open(&m, "preset:bert-tiny", NULL, NULL, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(weights_build(&w, m, &(struct weights_options){.cpu = cpu_detect(NULL), .threads = 1}, NULL, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(profile_measure(&fused, w, &options, NULL, NULL, NULL, NULL), 0);
    options.workload.unfused = true;
    CU_ASSERT_EQUAL_FATAL(profile_measure(&apart, w, &options, NULL, NULL, NULL, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(apart.steps, fused.steps + 3); /* two layers and the pooler */
    for (int i = 0, k = 0; i < apart.steps; i++) {
        const struct profile_step *s = &apart.step[i];
        bool extra = strcmp(s->op, "activate") == 0;
        CU_ASSERT_EQUAL(s->component, extra ? apart.step[i - 1].component : fused.step[k].component);
        CU_ASSERT_EQUAL(s->macs + s->params, extra ? 0 : fused.step[k].macs + fused.step[k].params);
        CU_ASSERT_TRUE(!extra || s->layer < 0 || s->component == COMPONENT_FEED_FORWARD);
        k += !extra;
    }
    profile_free(&fused);
    profile_free(&apart);
    weights_free(w);
    model_free(m);
}

static void cancel_now(void *payload, const char *what, double done, double total)
{
    (void)what, (void)done, (void)total;
    atomic_store((atomic_bool *)payload, true);
}

static void cancelling_leaves_nothing(void)
{
    struct model *m;
    struct weights *w;
    struct profile p;
    struct err e = {0};
    atomic_bool cancel = false;
    struct progress progress = {cancel_now, &cancel, &cancel};
    struct profile_options options = {{.batch = 1, .seq = 16, .threads = 1}, 60, 0, false};
    CU_ASSERT_EQUAL_FATAL(model_open(&m, "preset:bert-tiny", NULL, NULL, &e), 0);
    CU_ASSERT_EQUAL_FATAL(weights_build(&w, m, &(struct weights_options){.cpu = cpu_detect(NULL), .threads = 1}, NULL, &e), 0);
    CU_ASSERT_EQUAL(profile_measure(&p, w, &options, NULL, NULL, &progress, &e), ERR_CANCELLED);
    CU_ASSERT_PTR_NULL(p.step);
    options.workload.seq = 513;
    CU_ASSERT_EQUAL(profile_measure(&p, w, &options, NULL, NULL, NULL, &e), ERR_USAGE);
    CU_ASSERT_STRING_EQUAL(e.text, "a length of 513 tokens is outside the model's 1..512 positions");
    weights_free(w);
    model_free(m);
}

/* Above the ceiling a figure is a fault, and the caller can tell. */
static void impossible_figures_are_told(void)
{
    struct profile p = {.ceilings = {.f32_flops = 1e9}};
    struct spread one_us = {.median = 1000, .n = 10}, none = {0};
    CU_ASSERT_DOUBLE_EQUAL(profile_flops(500, &one_us), 1e9, 1);
    CU_ASSERT_DOUBLE_EQUAL(profile_ceiling_share(&p, &(struct profile_group){.macs = 500, .time_ns = one_us}), 1, 1e-9);
    CU_ASSERT_TRUE(profile_ceiling_share(&p, &(struct profile_group){.macs = 600, .time_ns = one_us}) > 1);
    CU_ASSERT_TRUE(profile_ceiling_share(&p, &(struct profile_group){.macs = 500, .time_ns = none}) < 0);
    CU_ASSERT_TRUE(profile_ceiling_share(&p, &(struct profile_group){.macs = 0, .time_ns = one_us}) < 0);
}

/* 250 MACs at 1 GFLOP/s and 500 of a narrow format at 4: 500 ns and 250 ns at least. */
static void narrow_has_its_own_ceiling(void)
{
    struct profile p = {.ceilings = {.f32_flops = 1e9, .narrow_flops = 4e9}};
    struct profile_group g = {.macs = 750, .narrow_macs = 500, .time_ns = {.median = 1000, .n = 10}};
    CU_ASSERT_DOUBLE_EQUAL(profile_ceiling_share(&p, &g), 0.75, 1e-12);
    p.ceilings.narrow_flops = 0;
    CU_ASSERT_TRUE(profile_ceiling_share(&p, &g) < 0);
}

CU_TestInfo suite_profile[] = {
    {"parts sum to the whole", parts_sum_to_the_whole},
    {"unfused shows activations", unfused_shows_activations},
    {"cancelling leaves nothing", cancelling_leaves_nothing},
    {"impossible figures are told", impossible_figures_are_told},
    {"a narrow format has its own ceiling", narrow_has_its_own_ceiling},
    CU_TEST_INFO_NULL,
};
