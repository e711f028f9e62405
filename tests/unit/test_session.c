/* Sessions in files: what was written comes back, whatever happened to the last line. */
#include "tests/unit/unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/data/task.h"
#include "tests/unit/app_fixture.h"
#include "tui/session.h"

static char dir[64], file[512];

static void begin(void)
{
    strcpy(dir, "/tmp/bertscope-session-XXXXXX");
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(dir));
    setenv("XDG_STATE_HOME", dir, 1);
}

/* The only file there is. */
static void find_file(void)
{
    char folder[128];
    snprintf(folder, sizeof folder, "%s/bertscope", dir);
    DIR *d = opendir(folder);
    for (struct dirent *entry; d && (entry = readdir(d)) != NULL;)
        if (entry->d_name[0] != '.')
            snprintf(file, sizeof file, "%s/%s", folder, entry->d_name);
    closedir(d);
}

static void end(void)
{
    char folder[128];
    snprintf(folder, sizeof folder, "%s/bertscope", dir);
    remove(file);
    rmdir(folder);
    rmdir(dir);
    unsetenv("XDG_STATE_HOME");
}

static void append(const char *text)
{
    FILE *f = fopen(file, "a");
    CU_ASSERT_PTR_NOT_NULL_FATAL(f);
    fputs(text, f);
    fclose(f);
}

static bool same_parts(const struct trial *a, const struct trial *b)
{
    return memcmp(a->cost.part, b->cost.part, sizeof a->cost.part) == 0 && memcmp(a->before.part, b->before.part, sizeof a->before.part) == 0 &&
           memcmp(a->forecast.after, b->forecast.after, sizeof a->forecast.after) == 0 &&
           (a->time.speedup.n == 0 || memcmp(a->time.second_part, b->time.second_part, sizeof a->time.second_part) == 0);
}

static bool same_trial(const struct trial *a, const struct trial *b)
{
    return strcmp(a->recipe, b->recipe) == 0 && a->cost.bytes == b->cost.bytes && a->before.macs == b->before.macs &&
           a->time.speedup.median == b->time.speedup.median && a->time.speedup.n == b->time.speedup.n &&
           a->forecast.speedup == b->forecast.speedup && a->evaluated == b->evaluated && a->quality.task == b->quality.task &&
           a->quality.rows == b->quality.rows && a->quality.value[0].low == b->quality.value[0].low &&
           a->quality.paired.metric == b->quality.paired.metric && a->quality.paired.p == b->quality.paired.p &&
           a->fidelity.kl == b->fidelity.kl && same_parts(a, b);
}

static void test_round_trip(void)
{
    struct app app;
    struct fixture_host host;
    struct session *s;
    struct session_head head = {.model = "demo", .dev = "demo:dev", .params = 7}, back;
    struct workbench w;
    struct err e = {0};
    int skipped;
    begin();
    app_fixture_compress(&app, &host, ATTEMPT_DONE);
    CU_ASSERT_EQUAL_FATAL(session_create(&s, &head, &e), 0);
    session_sync(s, &app.bench);
    for (int i = 0; i < 3; i++)
        session_result(s, &app.bench, i);
    session_name(s, &app.bench, 2);
    CU_ASSERT_EQUAL(workbench_slide(&app.bench, 0, step_strength(app.bench.recipe.line[0].method), 1, &e), 0);
    session_sync(s, &app.bench);
    CU_ASSERT_EQUAL(workbench_slide(&app.bench, 0, step_strength(app.bench.recipe.line[0].method), 1, &e), 0);
    session_sync(s, &app.bench); /* the same attempt, moved on */
    CU_ASSERT(workbench_undo(&app.bench));
    session_sync(s, &app.bench);
    CU_ASSERT_EQUAL(workbench_init(&w, &e), 0);
    struct session *other;
    CU_ASSERT_EQUAL(session_resume(&other, &back, &w, &skipped, &e), ERR_USAGE); /* it is locked */
    session_free(s);
    find_file();
    append("{\"result\":1,\"costs\":[1]}\n{\"attempt\":99,\"parent\":0,\"recipe\":\"int8\"}\n{\"result\":1,\"cos"); /* killed here */
    CU_ASSERT_EQUAL_FATAL(session_resume(&s, &back, &w, &skipped, &e), 0);
    CU_ASSERT_EQUAL(skipped, 3);
    CU_ASSERT_STRING_EQUAL(back.model, "demo");
    CU_ASSERT(back.params == 7 && w.attempts == app.bench.attempts && w.current == app.bench.current);
    for (int i = 0; i < w.attempts; i++)
        CU_ASSERT_STRING_EQUAL(w.attempt[i].recipe, app.bench.attempt[i].recipe);
    for (int i = 0; i < 3; i++)
        CU_ASSERT(same_trial(&w.attempt[i].trial, &app.bench.attempt[i].trial) && w.attempt[i].stage == ATTEMPT_DONE);
    CU_ASSERT_STRING_EQUAL(w.attempt[2].name, "small");
    CU_ASSERT_EQUAL(w.attempt[3].stage, ATTEMPT_DONE); /* the same steps as trial 2 */
    CU_ASSERT_EQUAL(w.attempt[4].stage, ATTEMPT_NEW);
    CU_ASSERT(workbench_redo(&w));
    session_sync(s, &w);
    session_free(s);
    CU_ASSERT_EQUAL(workbench_reset(&w, &e), 0);
    CU_ASSERT_EQUAL_FATAL(session_resume(&s, &back, &w, &skipped, &e), 0);
    CU_ASSERT_EQUAL(w.current, 4);
    session_free(s);
    workbench_free(&w);
    app_free(&app);
    end();
}

static void test_none(void)
{
    struct session *s;
    struct session_head head;
    struct workbench w;
    struct err e = {0};
    int skipped;
    begin();
    CU_ASSERT_EQUAL(workbench_init(&w, &e), 0);
    CU_ASSERT_EQUAL(session_resume(&s, &head, &w, &skipped, &e), ERR_USAGE);
    CU_ASSERT(strstr(e.text, "there is no session to go on with in") != NULL);
    struct session_head something = {.model = "demo"};
    CU_ASSERT_EQUAL_FATAL(session_create(&s, &something, &e), 0);
    session_free(s);
    find_file();
    CU_ASSERT_EQUAL(truncate(file, 9), 0); /* no head: it is not a session */
    CU_ASSERT_EQUAL(session_resume(&s, &head, &w, &skipped, &e), ERR_USAGE);
    workbench_free(&w);
    end();
}

/* The program keeps what happens once there is a recipe, and goes on with it. */
static void test_program(void)
{
    struct app app;
    struct fixture_host host;
    struct err e = {0};
    begin();
    app_fixture_heads(&app, &host, true);
    app.keeps_session = true;
    fixture_keys(&app, "4");
    CU_ASSERT_PTR_NULL(app.session);
    CU_ASSERT(app_add_step(&app, "int8"));
    CU_ASSERT_PTR_NOT_NULL(app.session);
    fixture_keys(&app, ": n a m e Space x Enter");
    app_free(&app);
    find_file();
    app_fixture_start(&app, &host, NULL);
    CU_ASSERT_EQUAL_FATAL(app_resume(&app, &e), 0);
    CU_ASSERT_STRING_EQUAL(app.spec, "models/bert-four");
    CU_ASSERT_STRING_EQUAL(workbench_now(&app.bench)->recipe, "int8\n");
    CU_ASSERT_STRING_EQUAL(workbench_now(&app.bench)->name, "x");
    CU_ASSERT_EQUAL(app.screen, SCREEN_COMPRESS);
    struct news opened = {.facts = fixture_facts()};
    app_news(&app, &opened);
    CU_ASSERT_STRING_EQUAL(workbench_now(&app.bench)->recipe, "int8\n");
    app_free(&app);
    end();
}

CU_TestInfo suite_session[] = {
    {"written and read", test_round_trip},
    {"none", test_none},
    {"of the program", test_program},
    CU_TEST_INFO_NULL,
};
