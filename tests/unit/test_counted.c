/* Counters: with a source whose numbers are known, and with those of this machine. */
#include "tests/unit/unit.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/model/model.h"
#include "analyzer/run/weights.h"
#include "reports/counters_report.h"
#include "tests/unit/counted_fixture.h"

static const struct counted_options options = {.workload = {.batch = 1, .seq = 4, .threads = 2}, .budget_s = 0.02};

static struct model *model;
static struct weights *weights;

static void open_model(void)
{
    struct err e = {0};
    CU_ASSERT_EQUAL_FATAL(model_open(&model, unit_source("tests/golden/bert"), NULL, NULL, &e), 0);
    CU_ASSERT_EQUAL_FATAL(weights_build(&weights, model, &(struct weights_options){.cpu = cpu_detect(NULL), .threads = 2}, NULL, &e), 0);
}

static void close_model(void)
{
    weights_free(weights);
    model_free(model);
}

/* Whether there is a team of two at all. */
static int team(void)
{
    int n = 1;
#ifdef _OPENMP
#pragma omp parallel num_threads(2)
#pragma omp single
    n = 2;
#endif
    return n;
}

/* Measures with the fake for the processor's counters and the system's for the others. */
static int measure(struct counted *out, struct fake_counters *f, struct err *e)
{
    struct counter_sources s = {.n = 2, .reason = ""};
    s.source[0] = fake_counters(f);
    CU_ASSERT_EQUAL_FATAL(counters_system(&s.source[1], options.workload.threads, NULL), 0);
    f->missing |= ~0u << COUNTER_TASK_CLOCK;
    int code = counted_measure(out, weights, &options, &s, NULL, e);
    counters_close(&s);
    return code;
}

static double in_step(int k)
{
    return 2 * (k + 1) * FAKE_UNIT + 1; /* of threads 0 and 1 */
}

static void known_numbers_are_summed(void)
{
    struct fake_counters f = {.together = 3};
    struct counted c;
    if (team() < 2) {
        printf("\n    skipped: built without OpenMP ");
        return;
    }
    open_model();
    CU_ASSERT_EQUAL_FATAL(measure(&c, &f, NULL), 0);
    CU_ASSERT_EQUAL(f.wrong, 0);
    CU_ASSERT_EQUAL(c.groups, 4); /* 8 counters by threes, and the system's */
    CU_ASSERT_EQUAL(c.spoiled, 0);
    CU_ASSERT_TRUE(counted_hardware(&c) && c.overhead_ratio.n > 0 && c.passes >= 4);
    for (int k = 0; k <= COUNTER_FP_OPERATIONS; k++) {
        double parts = 0;
        for (int i = 0; i < COMPONENTS; i++)
            parts += c.component[i].count[k].spread.median;
        CU_ASSERT_DOUBLE_EQUAL(c.step[0].group.count[k].spread.median, in_step(k), 1e-9);
        CU_ASSERT_DOUBLE_EQUAL(c.reading.count[k].spread.median, in_step(k), 1e-9); /* the fake counts readings */
        CU_ASSERT_DOUBLE_EQUAL(c.total.count[k].spread.median, c.steps * in_step(k), 1e-6);
        CU_ASSERT_DOUBLE_EQUAL(parts, c.steps * in_step(k), 1e-6);
        CU_ASSERT_DOUBLE_EQUAL(c.thread[1][k] - c.thread[0][k], c.steps, 1e-6);
        CU_ASSERT_STRING_EQUAL(c.missing[k], "");
    }
    CU_ASSERT_DOUBLE_EQUAL(counted_per(&c.total, COUNTER_INSTRUCTIONS, COUNTER_CYCLES), in_step(1) / in_step(0), 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(counted_bytes_per_cycle(&c.total), (double)c.total.bytes / (c.steps * in_step(0)), 1e-9);
    CU_ASSERT_TRUE(counted_has(&c, COUNTER_TASK_CLOCK) && c.total.count[COUNTER_TASK_CLOCK].mean > 0);
    counted_free(&c);
    close_model();
}

static void what_goes_backwards_is_left_out(void)
{
    struct fake_counters f = {.wraps_every = 2};
    struct counted c;
    open_model();
    CU_ASSERT_EQUAL_FATAL(measure(&c, &f, NULL), 0);
    CU_ASSERT_EQUAL(c.groups, 2);
    CU_ASSERT_TRUE(c.spoiled > 0 || f.passes < 2);
    CU_ASSERT_DOUBLE_EQUAL(c.step[0].group.count[0].spread.p99, in_step(0), 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(c.step[0].group.count[0].mean, in_step(0), 1e-9);
    counted_free(&c);
    close_model();
}

static void what_is_missing_says_why(void)
{
    struct fake_counters f = {.together = 1, .missing = 1u << COUNTER_L3_MISSES, .unread = 1u << COUNTER_TLB_MISSES};
    struct counted c;
    open_model();
    CU_ASSERT_EQUAL_FATAL(measure(&c, &f, NULL), 0);
    CU_ASSERT_STRING_EQUAL(c.missing[COUNTER_L3_MISSES], "the fake does not know it");
    CU_ASSERT_STRING_EQUAL(c.missing[COUNTER_TLB_MISSES], "no pass could be counted");
    CU_ASSERT_TRUE(!counted_has(&c, COUNTER_L3_MISSES) && !counted_has(&c, COUNTER_TLB_MISSES) && counted_has(&c, COUNTER_L2_MISSES));
    CU_ASSERT_TRUE(counted_per(&c.total, COUNTER_L3_MISSES, COUNTER_INSTRUCTIONS) < 0);
    counted_free(&c);
    close_model();
}

static bool says(const struct counted *c, bool json, const char *text)
{
    struct emit *e = json ? emit_json("bertscope.test/1") : emit_text("bertscope.test/1");
    struct str out;
    str_init(&out);
    counters_report(e, c);
    emit_finish(e, &out);
    bool found = strstr(out.text, text);
    if (!found)
        printf("\n    no \"%s\" in\n%s", text, out.text);
    str_free(&out);
    return found;
}

static void known_numbers_are_shown(void)
{
    struct counted c;
    const char *title[COUNTERS_SHOWN];
    char cell[COUNTERS_SHOWN][FORMAT_SIZE];
    counted_fixture(&c);
    CU_ASSERT_TRUE(says(&c, false, "IPC"));
    CU_ASSERT_TRUE(says(&c, false, "TLB/1000"));
    CU_ASSERT_TRUE(says(&c, false, "nothing multiplexed"));
    CU_ASSERT_TRUE(says(&c, false, "PAPI: Event does not exist"));
    CU_ASSERT_TRUE(says(&c, true, "\"ipc\": 2.8"));
    CU_ASSERT_TRUE(says(&c, true, "\"l3_misses\": null"));
    CU_ASSERT_TRUE(says(&c, true, "\"page_faults\": 0.02"));
    int n = counters_titles(&c, title);
    CU_ASSERT_EQUAL_FATAL(n, 9); /* cycles, instructions, six ratios without L3, bytes */
    counters_cells(&c, &c.total, cell);
    CU_ASSERT_STRING_EQUAL(cell[0], "102.7 M");
    CU_ASSERT_STRING_EQUAL(cell[2], "2.8");
    CU_ASSERT_STRING_EQUAL(cell[8], "1.5");
    counted_free(&c);
}

/* Whatever there is here: sums are sums, and what is not there has a reason. */
static void this_machine_counts_or_says_why(void)
{
    struct counted c;
    struct counter_support support;
    char text[COUNTER_REASON + 128];
    open_model();
    counters_probe(&support);
    CU_ASSERT_EQUAL(support.hardware, support.reason[0] == '\0');
    CU_ASSERT_EQUAL_FATAL(counted_here(&c, weights, &options, NULL, NULL), 0);
    CU_ASSERT_EQUAL(counted_hardware(&c), support.hardware);
    CU_ASSERT_TRUE(counted_has(&c, COUNTER_TASK_CLOCK) && counted_has(&c, COUNTER_PAGE_FAULTS) && counted_has(&c, COUNTER_SWITCHES));
    for (int k = 0; k < COUNTERS; k++)
        CU_ASSERT_EQUAL(counted_has(&c, (enum counter)k), c.missing[k][0] == '\0');
    double parts = 0;
    for (int i = 0; i < COMPONENTS; i++)
        parts += c.component[i].count[COUNTER_TASK_CLOCK].mean;
    CU_ASSERT_DOUBLE_EQUAL(parts, c.total.count[COUNTER_TASK_CLOCK].mean, 1e-6 * parts);
    CU_ASSERT_TRUE(support.hardware || strstr(counters_quality(&c, text, sizeof text), support.reason));
    printf("\n    %s; counting costs %.2f ", support.hardware ? "the processor counts" : support.reason, c.overhead_ratio.median);
    counted_free(&c);
    close_model();
}

static void nothing_to_count_is_an_error(void)
{
    struct fake_counters f = {.missing = ~0u};
    struct counter_sources s = {.n = 1};
    struct counted c;
    struct err e = {0};
    open_model();
    s.source[0] = fake_counters(&f);
    CU_ASSERT_EQUAL(counted_measure(&c, weights, &options, &s, NULL, &e), ERR_MACHINE);
    CU_ASSERT_STRING_EQUAL(e.text, "nothing can be counted here");
    CU_ASSERT_PTR_NULL(c.step);
    close_model();
}

CU_TestInfo suite_counted[] = {
    {"counts of threads and steps are summed", known_numbers_are_summed},
    {"a pass whose counter went backwards is left out", what_goes_backwards_is_left_out},
    {"what cannot be counted has a reason", what_is_missing_says_why},
    {"known numbers are shown", known_numbers_are_shown},
    {"this machine counts, or says why not", this_machine_counts_or_says_why},
    {"nothing to count is an error", nothing_to_count_is_an_error},
    CU_TEST_INFO_NULL,
};
