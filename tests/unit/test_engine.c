#include "tests/unit/unit.h"

#include <math.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "analyzer/base/clock.h"
#include "tui/engine.h"

enum { PATIENCE_S = 300 };

static sem_t woken;
static struct engine *engine;

/* Everything that was told since the start. */
static struct {
    struct facts facts;
    int facts_seen, profiles, partial;
    struct part_study *parts[2]; /* the newest; owned */
    struct job_state job;
    struct log log;
} told;

static void wake(void *payload)
{
    sem_post(payload);
}

static void take(void)
{
    struct news n;
    engine_take(engine, &n);
    told.job = n.job;
    if (n.facts) {
        told.facts = *n.facts;
        told.facts_seen++;
    }
    if (n.profile) {
        told.profiles += n.profile->finished;
        told.partial += !n.profile->finished;
    }
    for (int i = 0; i < 2; i++)
        if (n.parts[i]) {
            part_study_free(told.parts[i]);
            told.parts[i] = n.parts[i];
            n.parts[i] = NULL;
        }
    for (int i = 0; i < n.lines; i++)
        log_append(&told.log, &n.line[i]);
    news_free(&n);
}

static bool wait_for(bool (*reached)(void))
{
    struct timespec end;
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += PATIENCE_S;
    for (take(); !reached(); take())
        if (sem_timedwait(&woken, &end) != 0)
            return false;
    return true;
}

static bool is_idle(void)
{
    return !told.job.running && told.job.waiting == 0;
}

static bool is_measuring(void)
{
    return told.job.running && told.job.job == JOB_MEASURE && strcmp(told.job.what, "measuring") == 0;
}

static bool has_facts(void)
{
    return told.facts_seen > 0;
}

static void begin(void)
{
    memset(&told, 0, sizeof told);
    sem_init(&woken, 0, 0);
    CU_ASSERT_EQUAL_FATAL(engine_start(&engine, wake, &woken, NULL), 0);
}

static void submit_open(const char *spec)
{
    struct request r = {.job = JOB_OPEN};
    snprintf(r.spec, sizeof r.spec, "%s", spec);
    CU_ASSERT_EQUAL(engine_submit(engine, &r, NULL), 0);
}

static void submit_measure(double budget_s)
{
    struct request r = {.job = JOB_MEASURE, .profile = {.workload = {.batch = 1, .seq = 16, .threads = 1}, .budget_s = budget_s, .relative_ci = 1e-9}};
    CU_ASSERT_EQUAL(engine_submit(engine, &r, NULL), 0);
}

static void test_jobs(void)
{
    begin();
    submit_open("preset:bert-tiny");
    submit_measure(0.5);
    CU_ASSERT(wait_for(has_facts));
    CU_ASSERT_EQUAL(told.facts.layers, 2);
    CU_ASSERT(wait_for(is_idle));
    CU_ASSERT_EQUAL(told.profiles, 1);
    CU_ASSERT(told.partial > 0); /* figures arrive while it measures */
    CU_ASSERT_PTR_NULL(log_last(&told.log, LOG_ERROR));
    submit_open("/no/such/model");
    CU_ASSERT(wait_for(is_idle));
    CU_ASSERT_PTR_NOT_NULL(log_last(&told.log, LOG_ERROR));
    submit_measure(0.1); /* the model from before is still there */
    CU_ASSERT(wait_for(is_idle));
    CU_ASSERT_EQUAL(told.profiles, 2);
    engine_stop(engine);
}

static void test_nothing_open(void)
{
    begin();
    submit_measure(1);
    CU_ASSERT(wait_for(is_idle));
    CU_ASSERT_PTR_NOT_NULL(log_last(&told.log, LOG_ERROR));
    engine_cancel(engine); /* nothing to cancel */
    engine_stop(engine);
    engine_stop(NULL);
}

static void test_cancel(void)
{
    begin();
    submit_open("preset:bert-tiny");
    submit_measure(600);
    CU_ASSERT(wait_for(is_measuring));
    uint64_t start = clock_ns();
    engine_cancel(engine);
    CU_ASSERT(wait_for(is_idle));
    printf("(cancelled after %.0f ms) ", (double)(clock_ns() - start) * 1e-6);
    CU_ASSERT_EQUAL(told.profiles, 0);
    CU_ASSERT_PTR_NOT_NULL(log_last(&told.log, LOG_WARNING));
    submit_measure(600);
    CU_ASSERT(wait_for(is_measuring));
    engine_stop(engine); /* does not wait for ten minutes */
    CU_ASSERT((double)(clock_ns() - start) * 1e-9 < PATIENCE_S);
}

/* A new request takes the place of the one that runs, without a word. */
static void test_replace(void)
{
    begin();
    submit_open("preset:bert-tiny");
    submit_measure(600);
    CU_ASSERT(wait_for(is_measuring));
    submit_measure(600);
    submit_measure(600);
    submit_measure(0.1);
    CU_ASSERT(wait_for(is_idle));
    CU_ASSERT_EQUAL(told.profiles, 1);
    CU_ASSERT_PTR_NULL(log_last(&told.log, LOG_WARNING));
    submit_measure(600);
    CU_ASSERT(wait_for(is_measuring));
    submit_open("preset:bert-mini"); /* and a new model that of every measurement */
    CU_ASSERT(wait_for(is_idle));
    CU_ASSERT_EQUAL(told.facts.layers, 4);
    CU_ASSERT_EQUAL(told.profiles, 1);
    engine_stop(engine);
}

/* ---- a step on its parts ---- */

static void submit_parts(const char *step, bool cells, const char *data)
{
    struct request r = {.job = JOB_SENSITIVITY, .cells = cells, .profile.workload = {.batch = 1, .seq = 16, .threads = 1}, .trial.era = 7};
    snprintf(r.trial.recipe, sizeof r.trial.recipe, "%s", step);
    snprintf(r.trial.data, sizeof r.trial.data, "%s", data);
    CU_ASSERT_EQUAL(engine_submit(engine, &r, NULL), 0);
}

static void forget_parts(void)
{
    for (int i = 0; i < 2; i++) {
        part_study_free(told.parts[i]);
        told.parts[i] = NULL;
    }
}

static bool has_some_cells(void)
{
    return told.parts[1] != NULL;
}

static void check_parts(const struct part_study *s, bool cells, int total)
{
    CU_ASSERT_FATAL(s != NULL && part_study_finished(s) && s->parts.total == total);
    CU_ASSERT(s->era == 7 && s->cells == cells && s->layers == 4 && s->labelled);
    CU_ASSERT_STRING_EQUAL(s->step, "int8 layers=0-2");
    CU_ASSERT_STRING_EQUAL(s->metric, "accuracy");
    CU_ASSERT(s->bytes > 0 && s->macs > 0 && s->pass_ns > 0);
    for (int i = 0; i < total; i++) {
        const struct sensitive *x = &s->parts.row[i];
        CU_ASSERT(x->bytes_saved > 0 && x->macs_saved == 0 && isfinite(x->ns_saved) && x->lost_low <= x->lost && x->lost <= x->lost_high);
    }
}

static void test_parts(void)
{
    begin();
    submit_open("demo");
    submit_parts("int8 layers=0-2", false, "demo:dev");
    CU_ASSERT(wait_for(is_idle));
    CU_ASSERT_PTR_NULL(log_last(&told.log, LOG_ERROR));
    check_parts(told.parts[0], false, 6); /* three layers; before, after, ffn */
    uint64_t start = clock_ns();
    submit_parts("int8 layers=0-2", true, "demo:dev");
    CU_ASSERT(wait_for(is_idle));
    printf("(9 parts in %.1f s) ", (double)(clock_ns() - start) * 1e-9);
    check_parts(told.parts[1], true, 9);
    CU_ASSERT(told.parts[0] && part_study_finished(told.parts[0])); /* which stays */
    forget_parts();
    submit_parts("prune-neurons fraction=0.3", true, "demo:dev");
    CU_ASSERT(wait_for(has_some_cells)); /* rows arrive while others are tried */
    engine_cancel(engine);
    CU_ASSERT(wait_for(is_idle));
    CU_ASSERT(told.parts[1]->parts.rows >= 1 && told.parts[1]->parts.total == 4);
    submit_parts("prune-vocab", false, "demo:dev"); /* has no layers */
    CU_ASSERT(wait_for(is_idle));
    CU_ASSERT_PTR_NOT_NULL(log_last(&told.log, LOG_ERROR));
    engine_stop(engine);
    forget_parts();
}

static void test_parts_of_nothing(void)
{
    static const struct {
        const char *model, *step, *data;
    } cases[] = {{NULL, "int8", "demo:dev"}, {"demo", "int8", ""}, {"demo", "", "demo:dev"}, {"demo", "int8\nf16", "demo:dev"}, {"demo", "int9", "demo:dev"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        begin();
        if (cases[i].model)
            submit_open(cases[i].model);
        submit_parts(cases[i].step, false, cases[i].data);
        CU_ASSERT(wait_for(is_idle));
        CU_ASSERT(log_last(&told.log, LOG_ERROR) != NULL && !told.parts[0] && !told.parts[1]);
        engine_stop(engine);
    }
}

static void test_stop_at_any_time(void)
{
    for (int ms = 0; ms < 60; ms += 7) {
        begin();
        submit_open("preset:bert-mini");
        submit_measure(600);
        nanosleep(&(struct timespec){.tv_nsec = ms * 1000000}, NULL);
        engine_stop(engine);
    }
}

CU_TestInfo suite_engine[] = {
    {"open and measure", test_jobs},
    {"nothing is open", test_nothing_open},
    {"cancel and stop", test_cancel},
    {"requests replace each other", test_replace},
    {"a step on its parts", test_parts},
    {"no step, no rows, no model", test_parts_of_nothing},
    {"stopped at any time", test_stop_at_any_time},
    CU_TEST_INFO_NULL,
};
