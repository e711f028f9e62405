/* bench_report: what a session tried is in its report, and on the screens that show the report again. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reports/report.h"
#include "tests/unit/app_fixture.h"
#include "tests/unit/sampled_fixture.h"
#include "tui/bench_report.h"

static struct app app;
static struct fixture_host host;

/* One group of one row, as the engine makes it. */
static struct example_table examples_of(const char *text)
{
    struct example_table t = {.group = calloc(1, sizeof *t.group), .groups = 1, .line = calloc(1, sizeof *t.line), .lines = 1};
    t.group[0] = (struct example_group){"", 872, 40, 1};
    t.line[0] = (struct example_line){.line = 7, .before = "low", .after = "high", .before_p = 0.75, .after_p = 0.5};
    snprintf(t.line[0].text, sizeof t.line[0].text, "%s", text);
    return t;
}

/* The report that E writes. */
static void write_and_read(struct report *out)
{
    struct err e = {0};
    char path[1200];
    snprintf(path, sizeof path, "%s/trials.html", unit_temp_dir());
    remove(path);
    CU_ASSERT_EQUAL_FATAL(app_write_report(&app, path, &e), 0);
    CU_ASSERT_EQUAL_FATAL(report_open(out, path, &e), 0);
}

static void a_session_is_in_its_report(void)
{
    struct report r;
    struct news n = {.sampled = calloc(1, sizeof *n.sampled)};
    app_fixture_compress(&app, &host, ATTEMPT_DONE);
    sampled_fixture(n.sampled);
    app_news(&app, &n);
    app.bench.attempt[2].examples = examples_of("of the second");
    app.bench.attempt[3].examples = examples_of("of the current one");
    write_and_read(&r);
    CU_ASSERT_FATAL(r.trials.lines == 4 && r.trials.line[r.trials.current].number == 3);
    CU_ASSERT_STRING_EQUAL(r.trials.line[2].name, "small");
    CU_ASSERT_STRING_EQUAL(r.trials.line[2].recipe, "prune-heads fraction=0.25\nint8 components=embedding,ffn");
    CU_ASSERT_FATAL(r.examples.groups == 2 && r.examples.lines == 2);
    CU_ASSERT_STRING_EQUAL(r.examples.group[0].trial, "trial 3");
    CU_ASSERT_STRING_EQUAL(r.examples.line[0].text, "of the current one");
    CU_ASSERT_STRING_EQUAL(r.examples.group[1].trial, "small");
    CU_ASSERT(r.examples.group[1].changed == 40 && r.examples.group[1].shown == 1);
    CU_ASSERT_EQUAL(r.sampled.samples, 1000);
    report_free(&r);
    app_free(&app);
}

static void a_session_without_trials_has_no_table(void)
{
    struct trial_table trials;
    struct example_table examples;
    app_fixture_measured(&app, &host);
    CU_ASSERT_EQUAL(bench_tables(&trials, &examples, &app.bench, NULL), 0);
    CU_ASSERT(trials.lines == 0 && examples.groups == 0);
    app_free(&app);
}

/* On the screens, to be looked at: nothing is asked of the engine. */
static void a_saved_session_is_shown(void)
{
    struct err e = {0};
    struct report *r = calloc(1, sizeof *r);
    app_fixture_compress(&app, &host, ATTEMPT_DONE);
    double ratio = app.bench.attempt[2].trial.time.speedup.median, lost = app.bench.attempt[2].trial.quality.paired.difference.low;
    write_and_read(r);
    app_free(&app);
    app_fixture_start(&app, &host, NULL);
    int before = host.submitted;
    CU_ASSERT_EQUAL_FATAL(app_show_saved(&app, r, &e), 0);
    CU_ASSERT_FATAL(app.bench.attempts == 4 && app.bench.current == 3);
    const struct trial *t = &app.bench.attempt[2].trial;
    CU_ASSERT_STRING_EQUAL(app.bench.attempt[2].name, "small");
    CU_ASSERT_DOUBLE_EQUAL(t->time.speedup.median, ratio, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(t->quality.paired.difference.low, lost, 1e-8);
    for (int id = 0; id < SCREENS; id++) {
        app_show(&app, (enum screen_id)id);
        fixture_keys(&app, "j j Enter u U");
    }
    CU_ASSERT_EQUAL(host.submitted, before);
    app_free(&app);
}

static void unknown_steps_leave_the_rest(void)
{
    struct err e = {0};
    struct report *r = calloc(1, sizeof *r);
    app_fixture_compress(&app, &host, ATTEMPT_DONE);
    write_and_read(r);
    app_free(&app);
    free(r->trials.line[1].recipe);
    r->trials.line[1].recipe = strdup("of-another-version strength=2");
    app_fixture_start(&app, &host, NULL);
    CU_ASSERT_EQUAL_FATAL(app_show_saved(&app, r, &e), 0);
    CU_ASSERT(app.bench.attempts == 1 && app.profile && app.facts);
    app_free(&app);
}

CU_TestInfo suite_bench_report[] = {
    {"a session is in its report", a_session_is_in_its_report},
    {"a session without trials has no table", a_session_without_trials_has_no_table},
    {"a saved session is shown", a_saved_session_is_shown},
    {"unknown steps leave the rest", unknown_steps_leave_the_rest},
    CU_TEST_INFO_NULL,
};
