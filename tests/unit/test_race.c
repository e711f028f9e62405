/* races: everybody runs as often as the others, ratios come from within a round, and a race can be stopped. */
#include "tests/unit/unit.h"

#include "analyzer/measure/kernel_bench.h"

struct runner {
    int work; /* thousands of steps */
    long slices;
    volatile double x;
};

static void run(void *payload)
{
    struct runner *r = payload;
    r->slices++;
    for (int i = 0; i < r->work * 1000; i++)
        r->x = r->x * 0.5 + 1;
}

static void races_are_fair(void)
{
    /* each takes longer than a slice, so that a slice is one run */
    struct runner a = {.work = 20000}, b = {.work = 5000};
    struct contender contender[] = {{run, &a}, {run, &b}};
    struct race race;
    struct err e = {0};
    CU_ASSERT_EQUAL_FATAL(race_run(&race, contender, 2, 0.001, 1, NULL, &e), 0);
    CU_ASSERT_EQUAL(race.rounds, 7);
    CU_ASSERT_EQUAL(a.slices, race.rounds + 2);
    CU_ASSERT_EQUAL(b.slices, race.rounds + 2);
    CU_ASSERT_EQUAL(race.speedup[0].low, 1);
    CU_ASSERT_EQUAL(race.speedup[0].high, 1);
    /* a quarter of the work; half of it would be a machine that changes speed by two within most rounds */
    CU_ASSERT_TRUE(race.speedup[1].median > 2 && race.speedup[1].median < 8);
    CU_ASSERT_TRUE(race.ns[1].best <= race.ns[1].low && race.ns[1].low <= race.ns[1].median);
}

static void races_stop(void)
{
    struct runner a = {.work = 1};
    struct contender contender[] = {{run, &a}};
    atomic_bool cancel = true;
    struct progress progress = {.cancel = &cancel};
    struct race race;
    struct err e = {0};
    CU_ASSERT_EQUAL(race_run(&race, contender, 1, 10, 1, &progress, &e), ERR_CANCELLED);
    CU_ASSERT_STRING_EQUAL(e.text, "the measurement was cancelled");
    CU_ASSERT_EQUAL(a.slices, 0);
}

/* Every row of every operation is measured, with a share of the ceiling exactly where it has FLOPs. */
static void every_kernel_is_measured(void)
{
    uint32_t cpu = cpu_detect(NULL);
    int seen = 0, runnable = 0;
    for (int i = 0; i < kernels_count; i++)
        runnable += (kernels[i].needs & ~cpu) == 0;
    for (int op = 0; op < KERNEL_OPS; op++) {
        struct kernel_speed speed[CONTENDERS];
        const struct kernel_load *load = kernel_load_first((enum kernel_op)op);
        struct err e = {0};
        int n = 0;
        CU_ASSERT_PTR_NOT_NULL_FATAL(load);
        CU_ASSERT_EQUAL_FATAL(kernel_bench_run(speed, &n, load, cpu, cpu, 0.001, NULL, &e), 0);
        for (int i = 0; i < n; i++) {
            CU_ASSERT_EQUAL(speed[i].kernel->op, (enum kernel_op)op);
            CU_ASSERT_TRUE((speed[i].flops > 0) != (speed[i].bytes > 0));
            CU_ASSERT_EQUAL(speed[i].ceiling_share >= 0, speed[i].flops > 0);
            CU_ASSERT_TRUE(speed[i].ns.median > 0 && speed[i].speedup.median > 0);
        }
        seen += n;
    }
    CU_ASSERT_EQUAL(seen, runnable);
}

static void a_cap_leaves_rows_out(void)
{
    struct kernel_speed speed[CONTENDERS];
    struct err e = {0};
    int n = 0;
    CU_ASSERT_EQUAL_FATAL(kernel_bench_run(speed, &n, kernel_load_first(KERNEL_OP_softmax), CPU_SCALAR,
                                           cpu_detect(NULL), 0.001, NULL, &e), 0);
    CU_ASSERT_EQUAL(n, 1);
    CU_ASSERT_STRING_EQUAL(speed[0].kernel->isa, "scalar");
}

CU_TestInfo suite_race[] = {
    {"races are fair", races_are_fair},
    {"races stop", races_stop},
    {"every kernel is measured", every_kernel_is_measured},
    {"a cap leaves rows out", a_cap_leaves_rows_out},
    CU_TEST_INFO_NULL,
};
