/* latency: the table of step times, and what is predicted from it. Nothing is said about real times. */
#include "tests/unit/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/compress/trial.h"
#include "analyzer/model/model.h"
#include "analyzer/run/plan.h"
#include "analyzer/run/weights.h"
#include "kernels/cpu.h"

static struct model *model;
static struct weights *weights;
static struct original original;

static void setup(void)
{
    struct weights_options options = {.cpu = cpu_detect(NULL), .threads = 2};
    struct workload load = {.batch = 1, .seq = 32, .threads = 2};
    CU_ASSERT_EQUAL_FATAL(model_open(&model, "demo", NULL, NULL, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(weights_build(&weights, model, &options, NULL, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(original_init(&original, model, weights, &load, NULL, NULL, NULL), 0);
}

static void teardown(void)
{
    original_free(&original);
    weights_free(weights);
    model_free(model);
}

static struct changed changed_by(const char *text)
{
    struct recipe r;
    struct changed c;
    CU_ASSERT_EQUAL_FATAL(recipe_parse(&r, text, strlen(text), "latency", NULL), 0);
    CU_ASSERT_EQUAL_FATAL(changed_make(&c, &original, &r, "latency", NULL, NULL), 0);
    recipe_free(&r);
    return c;
}

static struct latency_point *table(int points)
{
    original.latency.points = points;
    original.latency.point = calloc((size_t)points, sizeof *original.latency.point);
    CU_ASSERT_PTR_NOT_NULL_FATAL(original.latency.point);
    return original.latency.point;
}

/* Points at 10 and 30 MACs; nothing is faster than the smallest, and beyond the largest the last line goes on. */
static void linear_between_points(void)
{
    static const double cases[][2] = {{10, 1}, {20, 3}, {30, 5}, {40, 7}, {5, 1}};
    struct step s = {.label = "up", .macs = 1};
    setup();
    struct latency_point *p = table(3);
    p[0] = (struct latency_point){"down", KERNEL_F32, 7, 14, 1};
    p[1] = (struct latency_point){"up", KERNEL_F32, 10, 1, 1};
    p[2] = (struct latency_point){"up", KERNEL_F32, 30, 5, 1};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CU_ASSERT_DOUBLE_EQUAL(latency_at(&original.latency, &s, cases[i][0]), cases[i][1], 1e-12);
    s.label = "down"; /* a single point: in proportion */
    CU_ASSERT_DOUBLE_EQUAL(latency_at(&original.latency, &s, 14), 28, 1e-12);
    s.label = "new"; /* as fast as the others: 20 in 47 */
    CU_ASSERT_DOUBLE_EQUAL(latency_at(&original.latency, &s, 4.7), 2, 1e-12);
    teardown();
}

/* With times that go with MACs, the prediction by times is that by MACs. */
static void times_like_macs(void)
{
    static const char *const recipes[] = {"", "prune-heads heads=1.2-3", "prune-neurons fraction=0.5 by=magnitude", "prune-layers count=2",
                                          "prune-layers layers=1\nprune-neurons fraction=0.3 by=random layers=0"};
    setup();
    struct latency_point *p = table(2 * original.plan->steps);
    int n = 0;
    for (int i = 0; i < original.plan->steps; i++) {
        const struct step *s = &original.plan->step[i];
        bool known = false;
        for (int k = 0; k < n; k++)
            known |= strcmp(p[k].label, s->label) == 0;
        if (known)
            continue;
        double size = latency_size(s);
        p[n++] = (struct latency_point){s->label, KERNEL_F32, 0, 0, 1};
        p[n++] = (struct latency_point){s->label, KERNEL_F32, size, s->macs ? 1e-9 * size : 0, 1};
    }
    original.latency.points = n;
    original.latency.pass_ns = 1000;
    for (size_t i = 0; i < sizeof recipes / sizeof *recipes; i++) {
        struct changed c = changed_by(recipes[i]);
        struct forecast f = forecast_of(&original, c.plan);
        double by_macs = (double)plan_macs(original.plan) / (double)plan_macs(c.plan);
        CU_ASSERT_DOUBLE_EQUAL(f.by_macs, by_macs, 1e-12);
        CU_ASSERT_DOUBLE_EQUAL(f.speedup, by_macs, 1e-9);
        CU_ASSERT_DOUBLE_EQUAL(f.time_ns, 1000 / by_macs, 1e-6);
        CU_ASSERT_DOUBLE_EQUAL(f.ceiling, f.ceiling_by_macs, 1e-9);
        CU_ASSERT(f.ceiling_by_macs >= by_macs);
        changed_free(&c);
    }
    teardown();
}

/* What is touched: the attention of one layer, all linear layers of another one. */
static void ceiling_by_hand(void)
{
    static const struct {
        const char *recipe;
        int layer;
        enum component component[3];
        int components;
    } cases[] = {
        {"prune-heads heads=1.2", 1, {COMPONENT_LINEAR_BEFORE, COMPONENT_ATTENTION, COMPONENT_LINEAR_AFTER}, 3},
        {"int8 layers=2 components=ffn", 2, {COMPONENT_FEED_FORWARD}, 1},
        {"prune-neurons layers=0 fraction=0.1 by=random", 0, {COMPONENT_FEED_FORWARD}, 1},
        {"int8 layers=none", 0, {COMPONENT_OTHER}, 0},
    };
    setup();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct changed c = changed_by(cases[i].recipe);
        double all = (double)plan_macs(original.plan), left = all;
        for (int k = 0; k < original.plan->steps; k++)
            for (int j = 0; j < cases[i].components; j++) {
                const struct step *s = &original.plan->step[k];
                left -= s->layer == cases[i].layer && s->component == cases[i].component[j] ? (double)s->macs : 0;
            }
        struct forecast f = forecast_of(&original, c.plan);
        CU_ASSERT_DOUBLE_EQUAL(f.ceiling_by_macs, all / left, 1e-12);
        CU_ASSERT(!f.timed);
        changed_free(&c);
    }
    teardown();
}

static int runs_of(const struct latency *t)
{
    int runs = 0;
    for (int i = 0; i < t->points; i++)
        runs += t->point[i].runs;
    return runs;
}

/* Only what is needed is measured, and only once. */
static void measured_when_needed(void)
{
    struct latency *t = &original.latency;
    setup();
    struct changed half = changed_by("prune-heads fraction=0.5 by=random"), int8 = changed_by("int8 layers=1");
    CU_ASSERT_EQUAL_FATAL(latency_extend(t, &original, int8.plan, 0, NULL, NULL), 0);
    CU_ASSERT(t->full[KERNEL_INT8] && !t->shares[KERNEL_INT8] && !t->shares[KERNEL_FORMATS]);
    int points = t->points;
    CU_ASSERT_EQUAL_FATAL(latency_extend(t, &original, half.plan, 0, NULL, NULL), 0);
    CU_ASSERT(t->shares[KERNEL_FORMATS] && !t->shares[KERNEL_INT8]);
    CU_ASSERT_EQUAL(t->points, points + 4 * 5); /* five kinds of steps depend on heads or neurons, at four more sizes */
    int runs = runs_of(t);
    CU_ASSERT_EQUAL_FATAL(latency_extend(t, &original, half.plan, 0, NULL, NULL), 0);
    CU_ASSERT_EQUAL(runs_of(t), runs);
    struct forecast f = forecast_of(&original, half.plan);
    CU_ASSERT(f.timed && f.time_ns > 0 && f.speedup > 0 && f.ceiling > 1);
    for (int i = 0; i < t->points; i++)
        CU_ASSERT(t->point[i].share > 0);
    changed_free(&half);
    changed_free(&int8);
    teardown();
}

/* Of a sparse matrix time goes with what is left of it, which is measured with zeros anywhere. */
static void measured_by_zeros(void)
{
    struct latency *t = &original.latency;
    setup();
    struct changed sparse = changed_by("prune-elements fraction=0.9 components=ffn");
    CU_ASSERT_EQUAL_FATAL(latency_extend(t, &original, sparse.plan, 0, NULL, NULL), 0);
    CU_ASSERT(t->full[KERNEL_SPARSE] && t->shares[KERNEL_SPARSE] && !t->shares[KERNEL_FORMATS]);
    double size[32];
    int sizes = 0;
    for (int i = 0; i < t->points; i++)
        if (sizes < 32 && t->point[i].format == KERNEL_SPARSE && strcmp(t->point[i].label, "feed-forward up") == 0)
            size[sizes++] = t->point[i].size;
    CU_ASSERT_FATAL(sizes >= 5);
    CU_ASSERT_EQUAL(size[0], 0);
    for (int i = 0; i < sparse.plan->steps; i++)
        if (sparse.plan->step[i].linear && sparse.plan->step[i].kernel->format == KERNEL_SPARSE) {
            double share = latency_step(t, &sparse.plan->step[i]);
            CU_ASSERT(share > 0 && isfinite(share));
        }
    struct forecast f = forecast_of(&original, sparse.plan);
    CU_ASSERT(f.timed && f.speedup > 0 && f.by_macs > 1.5);
    changed_free(&sparse);
    teardown();
}

CU_TestInfo suite_latency[] = {
    {"linear between points", linear_between_points},
    {"times like MACs", times_like_macs},
    {"ceiling", ceiling_by_hand},
    {"measured when needed, once", measured_when_needed},
    {"measured by zeros", measured_by_zeros},
    CU_TEST_INFO_NULL,
};
