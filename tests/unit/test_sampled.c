/* Samples: what is written down in a signal handler, named, and counted as a tree of calls. */
#include "tests/unit/unit.h"

#include <inttypes.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "analyzer/base/clock.h"
#include "analyzer/measure/call_tree.h"
#include "analyzer/measure/sampler.h"
#include "analyzer/measure/stacks.h"
#include "analyzer/measure/symbols.h"
#include "analyzer/model/model.h"
#include "analyzer/run/exec.h"
#include "analyzer/run/op.h"
#include "analyzer/run/weights.h"
#include "reports/flame.h"
#include "tests/unit/sampled_fixture.h"

static volatile double sink;

/* Static, and by another name than any other function. */
static __attribute__((noinline)) void spin_for_samples(double seconds)
{
    uint64_t end = clock_ns() + (uint64_t)(seconds * 1e9);
    while (clock_ns() < end)
        for (int i = 1; i < 1000; i++)
            sink += 1.0 / i;
}

struct seen {
    int samples, inside, marked;
    struct symbols *symbols;
};

static void look(void *payload, const struct stack_sample *x)
{
    struct seen *seen = payload;
    char name[80];
    seen->samples++;
    seen->marked += x->mark == 7;
    for (int i = 0; i < x->depth; i++)
        if (strcmp(symbols_name(seen->symbols, x->pc[i], name, sizeof name), "spin_for_samples") == 0) {
            seen->inside++;
            break;
        }
}

static void handler_follows_the_stack(void)
{
    struct sampler *s;
    struct seen seen = {.samples = 0};
    struct err e = {0};
    atomic_int mark = 7;
    if (!stacks_available()) {
        CU_ASSERT_EQUAL(sampler_open(&s, 1, 1000, 1, INTERRUPT_TASK, &mark, &e), ERR_UNSUPPORTED);
        return;
    }
    CU_ASSERT_EQUAL_FATAL(sampler_open(&s, 1, 1000, 1, INTERRUPT_TASK, &mark, &e), 0);
    sampler_run(s, true, 0.5);
    while (sampler_counts(s).taken < 5)
        spin_for_samples(0.02);
    mark = 0; /* nothing is written down now */
    uint64_t before = sampler_counts(s).taken;
    spin_for_samples(0.05);
    sampler_stop(s);
    CU_ASSERT_EQUAL(sampler_counts(s).taken, before);
    CU_ASSERT_EQUAL(sampler_counts(s).lost, 0);
    CU_ASSERT_EQUAL_FATAL(symbols_open(&seen.symbols, &e), 0);
    sampler_each(s, look, &seen);
    CU_ASSERT_EQUAL((uint64_t)seen.samples, before);
    CU_ASSERT_EQUAL(seen.marked, seen.samples);
    CU_ASSERT_TRUE(seen.inside >= seen.samples - 1); /* the first may fall between two of its calls */
    symbols_close(seen.symbols);
    sampler_close(s);
}

static void what_does_not_fit_is_counted(void)
{
    struct sampler *s;
    struct seen seen = {.samples = 0};
    atomic_int mark = 1;
    if (!stacks_available())
        return;
    CU_ASSERT_EQUAL_FATAL(sampler_open(&s, 1, 1000, 0, INTERRUPT_TIMER, &mark, NULL), 0);
    sampler_run(s, true, 0.5);
    while (sampler_counts(s).lost < 3)
        spin_for_samples(0.02);
    sampler_stop(s);
    CU_ASSERT_EQUAL_FATAL(symbols_open(&seen.symbols, NULL), 0);
    sampler_each(s, look, &seen);
    CU_ASSERT_EQUAL((uint64_t)seen.samples, sampler_counts(s).taken);
    symbols_close(seen.symbols);
    sampler_close(s);
}

/* The operations of a step, by the functions that samples with its mark were in. */
static void check_agreement(enum interrupt_clock clock)
{
    struct model *m;
    struct weights *w;
    struct sampled s;
    struct err e = {0};
    uint64_t inside = 0, right = 0, counted = 0;
    struct sampled_options options = {.workload = {.batch = 4, .seq = 128, .threads = 2}, .budget_s = 1.2, .clock = clock};
    if (!stacks_available())
        return;
    CU_ASSERT_EQUAL_FATAL(model_open(&m, "preset:bert-mini", NULL, NULL, &e), 0);
    CU_ASSERT_EQUAL_FATAL(weights_build(&w, m, &(struct weights_options){.cpu = cpu_detect(NULL), .threads = 2}, NULL, &e), 0);
    CU_ASSERT_EQUAL_FATAL(sampled_measure(&s, w, &options, NULL, &e), 0);
    struct plan *plan;
    CU_ASSERT_EQUAL_FATAL(workload_plan(&plan, &options.workload, w, &e), 0);
    for (int i = 0; i < s.stacks; i++) {
        const struct sampled_stack *x = &s.stack[i];
        char wanted[64];
        const char *outer = x->depth > 0 ? s.name[s.frame[x->first]].text : "";
        snprintf(wanted, sizeof wanted, "op_%s_", plan->step[x->step].op->name);
        counted += x->count;
        if (strncmp(outer, "op_", 3) != 0)
            continue;
        inside += x->count;
        right += strncmp(outer, wanted, strlen(wanted)) == 0 ? x->count : 0;
    }
    CU_ASSERT_EQUAL(counted, s.samples);
    CU_ASSERT_EQUAL(s.lost, 0);
    CU_ASSERT_TRUE(inside > 0 && (double)right >= 0.95 * (double)inside);
    double off = 0;
    for (int c = 0; c < COMPONENTS; c++)
        off += fabs(sampled_share(&s, (enum component)c) - sampled_clock_share(&s, (enum component)c)) / 2;
    printf("\n    %s, %" PRIu64 " samples, %" PRIu64 " inside operations, %.2f%% of them of the marked step; %.1f%% elsewhere than by the step clock; "
           "overhead %.3f ", interrupt_clock_name(s.clock), s.samples, inside, inside ? 100.0 * (double)right / (double)inside : 0, 100 * off, s.overhead_ratio.median);
    struct sampled copy;
    CU_ASSERT_EQUAL_FATAL(sampled_copy(&copy, &s, &e), 0);
    CU_ASSERT_TRUE(copy.stack != s.stack && copy.samples == s.samples);
    sampled_free(&copy);
    sampled_free(&s);
    plan_free(plan);
    weights_free(w);
    model_free(m);
}

static void samples_agree_with_steps(void)
{
    check_agreement(INTERRUPT_TASK);
    check_agreement(INTERRUPT_TIMER);
}

/* What is asked for comes, where the kernel gives its task clock; and a thread that sleeps is not interrupted. */
static void the_task_clock_keeps_its_rate(void)
{
    struct sampler *s;
    struct timespec start, now, nap = {.tv_nsec = 200000000};
    atomic_int mark = 1;
    if (!stacks_available())
        return;
    CU_ASSERT_EQUAL_FATAL(sampler_open(&s, 1, 1000, 5, INTERRUPT_TASK, &mark, NULL), 0);
    if (sampler_clock(s) != INTERRUPT_TASK) {
        printf("\n    skipped: perf_event_open is not allowed here ");
        sampler_close(s);
        return;
    }
    sampler_run(s, true, 0);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &start);
    spin_for_samples(0.5);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    sampler_run(s, false, 0);
    double seconds = (double)(now.tv_sec - start.tv_sec) + 1e-9 * (double)(now.tv_nsec - start.tv_nsec);
    double taken = (double)sampler_counts(s).taken;
    spin_for_samples(0.05);
    CU_ASSERT_EQUAL((double)sampler_counts(s).taken, taken);
    sampler_run(s, true, 0);
    nanosleep(&nap, NULL);
    CU_ASSERT_TRUE((double)sampler_counts(s).taken <= taken + 3);
    sampler_stop(s);
    const struct sampler_counts c = sampler_counts(s);
    printf("\n    %.0f samples in a second of processor time ", taken / seconds);
    CU_ASSERT_TRUE(taken <= 1010 * seconds + 2);
    CU_ASSERT_TRUE((double)(c.taken + c.merged + c.lost) >= 980 * seconds); /* none is missing without being counted */
    sampler_close(s);
}

static void names_come_from_files(void)
{
    struct symbols *s;
    char name[80];
    CU_ASSERT_EQUAL_FATAL(symbols_open(&s, NULL), 0);
    CU_ASSERT_STRING_EQUAL(symbols_name(s, (uintptr_t)spin_for_samples, name, sizeof name), "spin_for_samples");
    CU_ASSERT_STRING_EQUAL(symbols_name(s, (uintptr_t)exec_run_marked + 1, name, sizeof name), "exec_run_marked");
    CU_ASSERT_STRING_EQUAL(symbols_name(s, 1, name, sizeof name), "[?]");
    symbols_close(s);
}

/* ---- trees of the fixture ------------------------------------------------------------------------------------ */

static const struct {
    struct call_options options;
    const char *folded;
} trees[] = {
    {{false, false},
     "Feed-forward;feed-forward up;op_linear_forward;linear_group 600\n"
     "Feed-forward;feed-forward up;op_linear_forward;linear_group;activate_row 50\n"
     "Feed-forward;feed-forward up;[libgomp.so.1] 50\n"
     "Multi-head attention;attention;op_attention_forward;softmax_row 100\n"
     "Multi-head attention;attention;op_attention_forward;attention_tile 200\n"},
    {{true, false},
     "op_linear_forward;linear_group 600\n"
     "op_linear_forward;linear_group;activate_row 50\n"
     "[libgomp.so.1] 50\n"
     "op_attention_forward;softmax_row 100\n"
     "op_attention_forward;attention_tile 200\n"},
    {{true, true},
     "linear_group;op_linear_forward 600\n"
     "activate_row;linear_group;op_linear_forward 50\n"
     "[libgomp.so.1] 50\n"
     "softmax_row;op_attention_forward 100\n"
     "attention_tile;op_attention_forward 200\n"},
};

static void trees_count_what_they_hold(void)
{
    struct sampled s;
    sampled_fixture(&s);
    for (size_t i = 0; i < sizeof trees / sizeof trees[0]; i++) {
        struct call_tree t;
        struct str text;
        uint64_t self = 0;
        str_init(&text);
        CU_ASSERT_EQUAL_FATAL(call_tree_make(&t, &s, &trees[i].options, NULL), 0);
        flame_folded(&t, &text);
        CU_ASSERT_STRING_EQUAL(text.text, trees[i].folded);
        for (int k = 0; k < t.nodes; k++) {
            uint64_t below = t.node[k].self;
            self += t.node[k].self;
            for (int c = t.node[k].child; c >= 0; c = t.node[c].next) {
                below += t.node[c].total;
                CU_ASSERT_TRUE(t.node[c].next < 0 || t.node[c].total >= t.node[t.node[c].next].total);
            }
            CU_ASSERT_EQUAL(below, t.node[k].total);
        }
        CU_ASSERT_EQUAL(self, s.samples);
        str_free(&text);
        call_tree_free(&t);
    }
    sampled_free(&s);
}

static void flame_graph_is_one_file(void)
{
    struct sampled s;
    struct call_tree t;
    struct str text;
    str_init(&text);
    sampled_fixture(&s);
    snprintf(s.model, sizeof s.model, "a<b>&c");
    CU_ASSERT_EQUAL_FATAL(call_tree_make(&t, &s, &(struct call_options){.functions = false}, NULL), 0);
    flame_svg(&t, &s, &text);
    CU_ASSERT_PTR_NOT_NULL(strstr(text.text, "a&lt;b&gt;&amp;c"));
    CU_ASSERT_PTR_NULL(strstr(text.text, "<script"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text.text, "<title>linear_group: 650 samples, 65.0%</title><rect x=\"10.00\""));
    CU_ASSERT_PTR_NOT_NULL(strstr(text.text, "width=\"767.00\"")); /* 650 of 1000 in 1180 pixels */
    str_free(&text);
    call_tree_free(&t);
    sampled_free(&s);
}

CU_TestInfo suite_sampled[] = {
    {"a handler follows the stack of its thread", handler_follows_the_stack},
    {"what does not fit is counted", what_does_not_fit_is_counted},
    {"the task clock keeps its rate", the_task_clock_keeps_its_rate},
    {"static functions have names", names_come_from_files},
    {"samples are inside the operation of their step", samples_agree_with_steps},
    {"trees hold every sample once", trees_count_what_they_hold},
    {"a flame graph is one file without scripts", flame_graph_is_one_file},
    CU_TEST_INFO_NULL,
};
