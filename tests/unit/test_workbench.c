/* The workbench: edits, undo, redo, branches, results; and the job that tries a recipe. */
#include "tests/unit/demo_fixture.h"
#include "tests/unit/unit.h"

#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "analyzer/base/rng.h"
#include "analyzer/base/str.h"
#include "analyzer/compress/apply.h"
#include "analyzer/data/demo_text.h"
#include "tui/engine.h"
#include "tui/workbench.h"

static struct workbench w;
static struct err e;

static void begin(void)
{
    e = (struct err){0};
    CU_ASSERT_EQUAL_FATAL(workbench_init(&w, &e), 0);
}

static void check(const char *recipe)
{
    if (strcmp(workbench_now(&w)->recipe, recipe) != 0)
        printf("\n    \"%s\" is not \"%s\"\n", workbench_now(&w)->recipe, recipe);
    CU_ASSERT_STRING_EQUAL(workbench_now(&w)->recipe, recipe);
}

static void test_edits(void)
{
    begin();
    CU_ASSERT_EQUAL(workbench_insert(&w, 0, "int8", &e), 0);
    CU_ASSERT_EQUAL(workbench_insert(&w, 0, "prune-heads fraction=0.25", &e), 0);
    check("prune-heads fraction=0.25\nint8\n");
    CU_ASSERT_EQUAL(workbench_move(&w, 0, 1, &e), 0);
    CU_ASSERT_EQUAL(workbench_switch(&w, 0, &e), 0);
    check("off int8\nprune-heads fraction=0.25\n");
    CU_ASSERT_EQUAL(workbench_put(&w, 0, 1, "ffn", &e), 0);
    CU_ASSERT_EQUAL(workbench_switch(&w, 0, &e), 0);
    check("int8 components=ffn\nprune-heads fraction=0.25\n");
    CU_ASSERT_EQUAL(workbench_put(&w, 0, 1, NULL, &e), 0);
    CU_ASSERT_EQUAL(workbench_remove(&w, 1, &e), 0);
    check("int8\n");
    CU_ASSERT_EQUAL(w.attempts, 9);
    CU_ASSERT_EQUAL(workbench_put(&w, 0, 1, "all", &e), 0);
    CU_ASSERT_EQUAL(workbench_put(&w, 0, 1, "all", &e), 0); /* no difference */
    CU_ASSERT_EQUAL(w.attempts, 10);
    workbench_free(&w);
}

/* What cannot be leaves everything as it was. */
static void test_refusals(void)
{
    begin();
    CU_ASSERT_EQUAL(workbench_insert(&w, 0, "prune-heads fraction=0.5", &e), 0);
    CU_ASSERT_EQUAL(workbench_insert(&w, 0, "int9", &e), ERR_FORMAT);
    CU_ASSERT_EQUAL(workbench_insert(&w, 0, "int8\nint8", &e), ERR_FORMAT);
    CU_ASSERT_EQUAL(workbench_put(&w, 0, 0, "1.1 x", &e), ERR_FORMAT);
    CU_ASSERT_EQUAL(workbench_put(&w, 0, 2, "2", &e), ERR_FORMAT);
    CU_ASSERT_EQUAL(workbench_remove(&w, 1, &e), ERR_USAGE);
    CU_ASSERT_EQUAL(workbench_move(&w, 0, 1, &e), ERR_USAGE);
    CU_ASSERT_EQUAL(workbench_slide(&w, 0, 0, 1, &e), ERR_USAGE); /* heads= */
    CU_ASSERT_EQUAL(workbench_load(&w, "f16\nf17\n", 8, "x.recipe", &e), ERR_FORMAT);
    CU_ASSERT(strstr(e.text, "x.recipe: line 2") != NULL);
    CU_ASSERT_EQUAL(workbench_find(&w, "7"), -1);
    CU_ASSERT_EQUAL(workbench_find(&w, ""), -1);
    check("prune-heads fraction=0.5\n");
    CU_ASSERT_EQUAL(w.attempts, 2);
    workbench_free(&w);
}

static void test_branches(void)
{
    begin();
    CU_ASSERT(!workbench_undo(&w) && !workbench_redo(&w));
    CU_ASSERT_EQUAL(workbench_insert(&w, 0, "f16", &e), 0);
    CU_ASSERT_EQUAL(workbench_insert(&w, 1, "int8", &e), 0);
    workbench_name(&w, 2, "both");
    CU_ASSERT(workbench_undo(&w) && workbench_undo(&w));
    check("");
    CU_ASSERT(workbench_redo(&w) && workbench_redo(&w) && !workbench_redo(&w));
    check("f16\nint8\n");
    CU_ASSERT(workbench_undo(&w));
    CU_ASSERT_EQUAL(workbench_insert(&w, 0, "bf16", &e), 0); /* another branch */
    CU_ASSERT(workbench_undo(&w) && workbench_redo(&w));
    check("bf16\nf16\n");
    CU_ASSERT_EQUAL(workbench_find(&w, "both"), 2);
    CU_ASSERT_EQUAL(workbench_find(&w, "3"), 3);
    workbench_go(&w, 2);
    CU_ASSERT(workbench_undo(&w) && workbench_redo(&w));
    check("f16\nint8\n");
    workbench_free(&w);
}

static void test_slider(void)
{
    begin();
    CU_ASSERT_EQUAL(workbench_insert(&w, 0, "prune-neurons", &e), 0);
    int fraction = step_strength(w.recipe.line[0].method);
    for (int i = 0; i < 3; i++)
        CU_ASSERT_EQUAL(workbench_slide(&w, 0, fraction, 1, &e), 0);
    check("prune-neurons fraction=0.15\n");
    CU_ASSERT_EQUAL(w.attempts, 3); /* one movement */
    CU_ASSERT_EQUAL(workbench_slide(&w, 0, fraction, 40, &e), 0);
    check("prune-neurons fraction=1\n");
    CU_ASSERT(workbench_undo(&w));
    check("prune-neurons\n");
    CU_ASSERT(workbench_redo(&w));
    struct trial_news done = {.era = w.era, .attempt = w.current, .stage = ATTEMPT_DONE, .trial = {.recipe = strdup(workbench_now(&w)->recipe)}};
    CU_ASSERT(workbench_take(&w, &done));
    CU_ASSERT_EQUAL(workbench_slide(&w, 0, fraction, -1, &e), 0); /* what was measured stays */
    CU_ASSERT_EQUAL(w.attempts, 4);
    workbench_free(&w);
}

static bool tell(int attempt, enum attempt_stage stage, double speedup)
{
    struct trial_news n = {.era = w.era, .attempt = attempt, .stage = stage,
                           .trial = {.recipe = strdup(w.attempt[attempt].recipe), .time.speedup.n = speedup > 0, .time.speedup.median = speedup}};
    bool taken = workbench_take(&w, &n);
    trial_free(&n.trial);
    return taken;
}

/* Times are those of one workload, whenever they come. */
static void test_workloads(void)
{
    const struct workload one = {.batch = 1, .seq = 128, .threads = 2}, eight = {.batch = 8, .seq = 128, .threads = 2};
    begin();
    CU_ASSERT_EQUAL(workbench_insert(&w, 0, "int8", &e), 0);
    struct trial_news n = {.era = w.era, .attempt = 1, .stage = ATTEMPT_DONE};
    for (int again = 0; again < 2; again++) {
        workbench_use(&w, &one);
        n.trial = (struct trial){.recipe = strdup("int8\n"), .workload = again ? eight : one, .evaluated = true,
                                 .forecast = {.by_macs = 1.5, .timed = true, .speedup = 1.7}, .time.speedup = {.n = 9, .median = 1.8}};
        CU_ASSERT(workbench_take(&w, &n));
        const struct attempt *x = workbench_now(&w);
        CU_ASSERT_EQUAL(x->stage, again ? ATTEMPT_EVALUATED : ATTEMPT_DONE);
        CU_ASSERT(workbench_known(&w, false) == !again && x->trial.forecast.timed == !again);
        CU_ASSERT_EQUAL(x->trial.time.speedup.n, again ? 0 : 9);
        workbench_use(&w, &eight); /* of what was dropped nothing comes back */
        CU_ASSERT(x->stage == ATTEMPT_EVALUATED && x->trial.time.speedup.n == 0 && x->trial.forecast.by_macs == 1.5);
        CU_ASSERT(!workbench_known(&w, false) && x->trial.evaluated);
    }
    workbench_free(&w);
}

static void test_results(void)
{
    begin();
    CU_ASSERT_EQUAL(workbench_insert(&w, 0, "f16", &e), 0);
    struct trial_news stale = {.era = w.era, .attempt = 1, .stage = ATTEMPT_DONE, .trial = {.recipe = strdup("int8\n")}};
    CU_ASSERT(!workbench_take(&w, &stale)); /* of a recipe that it no longer is */
    trial_free(&stale.trial);
    CU_ASSERT(tell(1, ATTEMPT_COUNTED, 0) && tell(1, ATTEMPT_EVALUATED, 0));
    CU_ASSERT(!tell(1, ATTEMPT_RUNNING, 0)); /* measured again: less is no news */
    CU_ASSERT(!workbench_known(&w, false));
    CU_ASSERT(tell(1, ATTEMPT_DONE, 2));
    CU_ASSERT(workbench_known(&w, false) && !workbench_known(&w, true));
    workbench_go(&w, 0);
    CU_ASSERT_EQUAL(workbench_insert(&w, 0, "off int8", &e), 0);
    CU_ASSERT_EQUAL(workbench_insert(&w, 1, "f16", &e), 0);
    w.attempt[1].trial.hash = recipe_hash(&w.recipe);
    CU_ASSERT(workbench_undo(&w) && workbench_redo(&w));
    CU_ASSERT_EQUAL(workbench_now(&w)->stage, ATTEMPT_DONE); /* the same steps as attempt 1 */
    CU_ASSERT_EQUAL(workbench_now(&w)->trial.time.speedup.median, 2);
    workbench_forget(&w);
    CU_ASSERT_EQUAL(w.attempt[1].stage, ATTEMPT_NEW);
    CU_ASSERT(workbench_reset(&w, &e) == 0 && w.attempts == 1 && w.era == 2);
    workbench_free(&w);
}

/* ---- models -------------------------------------------------------------------------------------------------- */

enum { EDITS = 200, ROWS = 40, OUTPUTS = 2 };

static struct demo demo;

static void logits_of(float *out)
{
    struct changed c;
    struct trial t;
    CU_ASSERT_EQUAL_FATAL(changed_make(&c, &demo.original, &w.recipe, "the recipe", NULL, &e), 0);
    CU_ASSERT_EQUAL_FATAL(trial_init(&t, &demo.original, &w.recipe, &c, &e), 0);
    CU_ASSERT_EQUAL_FATAL(trial_evaluate(&t, &demo.original, &c, NULL, NULL, NULL, &e), 0);
    memcpy(out, t.logits, ROWS * OUTPUTS * sizeof *out);
    trial_free(&t);
    changed_free(&c);
}

/* Some change that makes sense. */
static void edit(unsigned random)
{
    static const char *const steps[] = {"int8", "f16 layers=1-2", "prune-neurons by=magnitude fraction=0.3", "prune-heads by=magnitude fraction=0.2 scope=layer",
                                        "bf16 components=ffn", "prune-heads by=random fraction=0.25"};
    int lines = w.recipe.lines, line = lines ? (int)(random / 8 % (unsigned)lines) : 0, code = 0;
    switch (lines ? random % 8 : 0) {
    case 0:
    case 1:
    case 2:
        code = workbench_insert(&w, line, steps[random / 8 % 6], &e);
        break;
    case 3:
        code = workbench_move(&w, line, lines - 1, &e);
        break;
    case 4:
        code = workbench_switch(&w, line, &e);
        break;
    case 5:
        code = step_strength(w.recipe.line[line].method) >= 0 ? workbench_slide(&w, line, step_strength(w.recipe.line[line].method), 1, &e) : 0;
        break;
    default:
        code = workbench_remove(&w, line, &e);
    }
    CU_ASSERT_EQUAL(code, 0);
}

/* After 200 edits, undo all and redo all: the same texts, and the same bits. */
static void test_undo_all(void)
{
    float start[ROWS * OUTPUTS], end[ROWS * OUTPUTS], again[ROWS * OUTPUTS];
    char *last;
    begin();
    demo_open(&demo, &(struct demo_options){.rows = ROWS, .seq = 16});
    logits_of(start);
    for (int i = 0; i < EDITS; i++)
        edit((unsigned)(rng_u64(7, (uint64_t)i) >> 32));
    last = strdup(workbench_now(&w)->recipe);
    logits_of(end);
    int undone = 0;
    while (workbench_undo(&w))
        undone++;
    CU_ASSERT(undone > EDITS / 2);
    logits_of(again);
    CU_ASSERT_EQUAL(memcmp(start, again, sizeof start), 0);
    while (workbench_redo(&w))
        undone--;
    CU_ASSERT_EQUAL(undone, 0);
    check(last);
    logits_of(again);
    CU_ASSERT_EQUAL(memcmp(end, again, sizeof end), 0);
    CU_ASSERT_NOT_EQUAL(memcmp(start, end, sizeof start), 0);
    free(last);
    demo_close(&demo);
    workbench_free(&w);
}

/* ---- the job ------------------------------------------------------------------------------------------------- */

static sem_t woken;
static struct engine *engine;
static struct job_state state;
static int stages[ATTEMPT_FAILED + 1];

static void wake(void *payload)
{
    sem_post(payload);
}

static void take(void)
{
    struct news n;
    engine_take(engine, &n);
    state = n.job;
    for (struct trial_news *t = n.trials; t; t = t->next) {
        stages[t->stage] += t->attempt == w.current;
        workbench_take(&w, t);
    }
    news_free(&n);
}

static void wait_idle(void)
{
    struct timespec end;
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += 300; /* a machine under load, instructions one by one: this only ends a hang */
    for (take(); state.running || state.waiting; take())
        if (sem_timedwait(&woken, &end) != 0) {
            CU_FAIL_FATAL("the engine never got idle");
        }
}

/* A file of the first rows of demo:dev: all of them take minutes with scalar kernels under the sanitizers. */
static const char *few_rows(void)
{
    struct str text, row;
    str_init(&text);
    str_init(&row);
    str_add(&text, "review\tlabel\n");
    for (int i = 0; i < 100; i++) {
        str_clear(&row);
        int label = demo_row(DEMO_DEV, (uint64_t)i, &row);
        str_addf(&text, "%s\t%d\n", row.text, label);
    }
    const char *path = unit_temp_file("few.tsv", text.text, text.len);
    str_free(&row);
    str_free(&text);
    return path;
}

static void submit_trial(double seconds)
{
    struct request r = {.job = JOB_TRIAL, .profile.workload = {.batch = 1, .seq = 16, .threads = 1}};
    r.trial = (struct trial_request){.era = w.era, .attempt = w.current, .seconds = seconds};
    snprintf(r.trial.data, sizeof r.trial.data, "%s", few_rows());
    snprintf(r.trial.recipe, sizeof r.trial.recipe, "%s", workbench_now(&w)->recipe);
    workbench_use(&w, &r.profile.workload);
    CU_ASSERT_EQUAL(engine_submit(engine, &r, NULL), 0);
}

/* The job says what a trial made by hand says. */
static void test_job(void)
{
    struct request open = {.job = JOB_OPEN, .spec = "demo"};
    begin();
    memset(stages, 0, sizeof stages);
    sem_init(&woken, 0, 0);
    CU_ASSERT_EQUAL_FATAL(engine_start(&engine, wake, &woken, &e), 0);
    CU_ASSERT_EQUAL(engine_submit(engine, &open, &e), 0);
    CU_ASSERT_EQUAL(workbench_insert(&w, 0, "int8 components=ffn", &e), 0);
    submit_trial(0.05);
    wait_idle();
    const struct trial *t = &workbench_now(&w)->trial, *first = &w.attempt[0].trial;
    CU_ASSERT_EQUAL(workbench_now(&w)->stage, ATTEMPT_DONE);
    CU_ASSERT_EQUAL(w.attempt[0].stage, ATTEMPT_DONE);
    CU_ASSERT(t->evaluated && t->quality.rows == t->quality.rows_total && t->logits && first->logits);
    CU_ASSERT_EQUAL(memcmp(&t->before, &first->cost, sizeof t->before), 0);
    CU_ASSERT(t->cost.bytes < t->before.bytes && t->time.speedup.n >= 5 && t->forecast.timed);
    CU_ASSERT(w.hidden_bytes > 0);
    struct fidelity f = fidelity_of(first->logits, t->logits, t->fidelity.rows, t->fidelity.outputs);
    CU_ASSERT_EQUAL(memcmp(&f.kl, &t->fidelity.kl, sizeof f.kl), 0);
    CU_ASSERT_EQUAL(workbench_insert(&w, 0, "prune-heads heads=9.0", &e), 0);
    submit_trial(0.05);
    wait_idle();
    CU_ASSERT_EQUAL(workbench_now(&w)->stage, ATTEMPT_FAILED);
    CU_ASSERT(strstr(workbench_now(&w)->note, "there is no layer 9") != NULL);
    engine_stop(engine);
    workbench_free(&w);
}

/* The next recipe takes the place of the one that is timed. */
static void test_job_replaced(void)
{
    struct request open = {.job = JOB_OPEN, .spec = "demo"};
    begin();
    sem_init(&woken, 0, 0);
    CU_ASSERT_EQUAL_FATAL(engine_start(&engine, wake, &woken, &e), 0);
    CU_ASSERT_EQUAL(engine_submit(engine, &open, &e), 0);
    CU_ASSERT_EQUAL(workbench_insert(&w, 0, "int8", &e), 0);
    submit_trial(600);
    while (workbench_now(&w)->stage != ATTEMPT_EVALUATED) {
        sem_wait(&woken);
        take();
    }
    CU_ASSERT_EQUAL(workbench_insert(&w, 0, "f16 layers=1", &e), 0);
    submit_trial(0);
    wait_idle();
    CU_ASSERT_EQUAL(workbench_now(&w)->stage, ATTEMPT_DONE);
    CU_ASSERT_EQUAL(workbench_now(&w)->trial.time.speedup.n, 0);
    CU_ASSERT_EQUAL(w.attempt[1].stage, ATTEMPT_EVALUATED);
    engine_stop(engine);
    workbench_free(&w);
}

CU_TestInfo suite_workbench[] = {
    {"edits", test_edits},
    {"refusals", test_refusals},
    {"branches", test_branches},
    {"slider", test_slider},
    {"times are of one workload", test_workloads},
    {"results", test_results},
    {"undo of 200 edits", test_undo_all},
    {"the job", test_job},
    {"the job replaced", test_job_replaced},
    CU_TEST_INFO_NULL,
};
