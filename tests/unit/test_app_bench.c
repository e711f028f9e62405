/* The workbench in the program: sessions that only look, searches under budgets, exports of any trial, the tour. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/app_fixture.h"
#include "tui/tour.h"
#include "tui/typed.h"

static struct app app;
static struct fixture_host host;

static bool shows(const char *text)
{
    struct canvas c;
    struct str s;
    str_init(&s);
    CU_ASSERT_EQUAL_FATAL(canvas_init(&c, 120, 30, false, NULL), 0);
    app_draw(&app, &c);
    canvas_print(&c, &s);
    bool found = strstr(s.text, text) != NULL;
    canvas_free(&c);
    str_free(&s);
    return found;
}

/* Runs a command; false if it failed. */
static bool typed(const char *line)
{
    struct err e = {0};
    return typed_run(&app, line, &e) == 0;
}

/* ---- read-only ----------------------------------------------------------------------------------------------- */

/* Every action and command that is marked says so and does nothing, wherever it is asked for. */
static void test_readonly(void)
{
    int attempts, submitted;
    app_fixture_compress(&app, &host, ATTEMPT_DONE);
    app.settings.readonly = true;
    attempts = app.bench.attempts;
    submitted = host.submitted;
    for (int a = 0; a < ACTIONS; a++)
        for (int i = 0; i < SCREENS && (action_row(a)->scope & SCOPE_CHANGES); i++) {
            app.screen = (enum screen_id)i;
            app.message[0] = '\0';
            CU_ASSERT(app_act(&app, a) && strstr(app.message, "read-only"));
        }
    for (int i = 0; i < typed_count; i++) {
        char line[64];
        app.message[0] = '\0';
        snprintf(line, sizeof line, "%s 1 int8", typed_rows[i].name);
        if (typed_rows[i].changes)
            CU_ASSERT(typed(line) && strstr(app.message, "read-only"));
    }
    CU_ASSERT_EQUAL(app.bench.attempts, attempts);
    CU_ASSERT_EQUAL(host.submitted, submitted);
    app_free(&app);
}

static void test_readonly_looks(void)
{
    app_fixture_compress(&app, &host, ATTEMPT_DONE);
    fixture_keys(&app, "4");
    CU_ASSERT(shows("a add"));
    app.settings.readonly = true;
    CU_ASSERT(!shows("a add") && !shows("save view") && shows("measure"));
    int submitted = host.submitted;
    fixture_keys(&app, "R");
    CU_ASSERT(host.submitted == submitted + 1 && host.last.job == JOB_MEASURE);
    CU_ASSERT(typed("go 1") && app.bench.current == 1);
    fixture_keys(&app, "3 Enter");
    CU_ASSERT_EQUAL(host.last.job, JOB_HEADS);
    app_free(&app);
}

/* The recipe, a training and files: what changes one of them is marked. */
static void test_marks(void)
{
    static const char *const marked[] = {"prune", "add", "more", "switch", "remove-step", "start-training", "snapshot", "save-report",
                                         "save-flame", "best", "export-selected"};
    static const char *const plain[] = {"undo", "measure", "score", "tag", "restore", "compare", "sample", "cancel", "quit"};
    for (size_t i = 0; i < sizeof marked / sizeof *marked; i++)
        CU_ASSERT(action_row(action_named(marked[i], strlen(marked[i])))->scope & SCOPE_CHANGES);
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        CU_ASSERT(!(action_row(action_named(plain[i], strlen(plain[i])))->scope & SCOPE_CHANGES));
}

/* ---- searches ------------------------------------------------------------------------------------------------ */

static void tell(unsigned found, enum attempt_stage stage, const char *recipe)
{
    struct trial_news *n = calloc(1, sizeof *n);
    *n = (struct trial_news){.era = app.bench.era, .attempt = -1, .found = found, .name = "macs=0.5", .stage = stage,
                              .trial = {.recipe = strdup(recipe), .workload = app.workload}};
    struct news news = {.trials = n};
    app_news(&app, &news);
}

static void test_search(void)
{
    app_fixture_compress(&app, &host, ATTEMPT_DONE);
    int attempts = app.bench.attempts, current = app.bench.current;
    CU_ASSERT(typed("budget-search latency=0.6  macs=0.5"));
    CU_ASSERT(host.last.job == JOB_SEARCH && host.last.search.budgets == 2 && host.last.search.first == 1);
    CU_ASSERT(strcmp(host.last.search.budget[1].name, "macs") == 0 && host.last.search.budget[1].share == 0.5);
    CU_ASSERT_STRING_EQUAL(host.last.trial.data, "dev.tsv");
    tell(1, ATTEMPT_COUNTED, "search macs=0.5\n");
    CU_ASSERT_EQUAL_FATAL(app.bench.attempts, attempts + 1);
    CU_ASSERT_EQUAL(app.bench.current, current); /* it is not gone to */
    const struct attempt *x = &app.bench.attempt[attempts];
    CU_ASSERT(x->parent == 0 && x->stage == ATTEMPT_COUNTED && strcmp(x->name, "macs=0.5") == 0);
    tell(1, ATTEMPT_DONE, "search macs=0.5\n");
    tell(2, ATTEMPT_COUNTED, "search macs=0.5\n");
    CU_ASSERT_EQUAL(app.bench.attempts, attempts + 2);
    CU_ASSERT_EQUAL(app.bench.attempt[attempts].stage, ATTEMPT_DONE);
    CU_ASSERT(typed("budget-search size=0.5"));
    CU_ASSERT_EQUAL(host.last.search.first, 3);
    CU_ASSERT(typed("go 4") && app.bench.current == 4);
    app_free(&app);
}

static void test_search_errors(void)
{
    static const char *const bad[] = {"budget-search", "budget-search 0.6", "budget-search time=0.6", "budget-search latency=0.6 macs=2",
                                      "budget-search macs=.1 macs=.2 macs=.3 macs=.4 macs=.5 macs=.6 macs=.7 macs=.8 macs=.9"};
    app_fixture_compress(&app, &host, ATTEMPT_DONE);
    int submitted = host.submitted;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CU_ASSERT(!typed(bad[i]));
    app.data[0] = app.dev[0] = '\0';
    CU_ASSERT(!typed("budget-search macs=0.5"));
    CU_ASSERT_EQUAL(host.submitted, submitted);
    tell(9, ATTEMPT_COUNTED, "search macs=0.5\n");
    app.bench.era++;
    int attempts = app.bench.attempts;
    struct trial_news *late = calloc(1, sizeof *late); /* of the model before */
    *late = (struct trial_news){.era = app.bench.era - 1, .attempt = -1, .found = 10, .stage = ATTEMPT_DONE, .trial.recipe = strdup("int8\n")};
    struct news news = {.trials = late};
    app_news(&app, &news);
    CU_ASSERT_EQUAL(app.bench.attempts, attempts);
    app_free(&app);
}

/* ---- exports ------------------------------------------------------------------------------------------------- */

static void test_export(void)
{
    app_fixture_compress(&app, &host, ATTEMPT_DONE);
    fixture_keys(&app, "5 j j e");
    CU_ASSERT(app.prompt.open && strcmp(app.prompt.line, "export-trial 2 ") == 0);
    fixture_type(&app, "out dense");
    fixture_keys(&app, "Enter");
    CU_ASSERT(host.last.job == JOB_EXPORT && host.last.trial.form == EXPORT_DENSE && strcmp(host.last.trial.dir, "out") == 0);
    CU_ASSERT_STRING_EQUAL(host.last.trial.recipe, app.bench.attempt[2].recipe);
    CU_ASSERT_EQUAL(app.bench.current, 3);
    fixture_keys(&app, "f");
    CU_ASSERT(app.prompt.open && strncmp(app.prompt.line, "budget-search ", 14) == 0);
    fixture_keys(&app, "Esc");
    CU_ASSERT(!typed("export-trial") && !typed("export-trial 2") && !typed("export-trial 99 out"));
    app_free(&app);
}

/* ---- the tour ------------------------------------------------------------------------------------------------ */

static void test_tour(void)
{
    char dir[256], path[300];
    snprintf(dir, sizeof dir, "%s/state", unit_temp_dir());
    setenv("XDG_STATE_HOME", dir, 1);
    app_fixture_measured(&app, &host);
    CU_ASSERT(!shows("First steps") && !tour_seen());
    fixture_keys(&app, "H");
    CU_ASSERT(shows("First steps") && shows("Feed-forward"));
    fixture_keys(&app, "Esc");
    CU_ASSERT(!shows("First steps") && !tour_seen()); /* only who asks for it is remembered */
    app.remembers = true;
    CU_ASSERT(typed("tour") && shows("First steps"));
    fixture_keys(&app, "2 H");
    CU_ASSERT(!shows("First steps") && tour_seen());
    snprintf(path, sizeof path, "%s/bertscope/tour", dir);
    CU_ASSERT_EQUAL(access(path, F_OK), 0);
    setenv("XDG_STATE_HOME", "/dev/null/state", 1);
    CU_ASSERT(tour_seen()); /* where nothing can be remembered it would never end */
    unsetenv("XDG_STATE_HOME");
    app_free(&app);
}

CU_TestInfo suite_app_bench[] = {
    {"read-only: nothing changes", test_readonly},
    {"read-only: looking and measuring", test_readonly_looks},
    {"what is marked as a change", test_marks},
    {"a search makes trials", test_search},
    {"searches that cannot be", test_search_errors},
    {"exporting any trial", test_export},
    {"the tour", test_tour},
    CU_TEST_INFO_NULL,
};
