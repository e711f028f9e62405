#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/app_fixture.h"
#include "tui/player.h"

static int parse(struct script *s, const char *text, struct err *e)
{
    return script_parse(s, text, strlen(text), "a.script", e);
}

/* ---- the text ------------------------------------------------------------------------------------------------ */

static void test_lines(void)
{
    struct script s;
    struct err e;
    const char *text = "# a session\n\n  key 4 C-r Down\r\n:step int8  # not a comment\nwait trial 2.5\nwait idle\ntype a\303\244\nsize 120x40\n"
                       "errors pass\ncapture a b.txt";
    CU_ASSERT_EQUAL_FATAL(parse(&s, text, &e), 0);
    CU_ASSERT_EQUAL_FATAL(s.lines, 8);
    CU_ASSERT(s.line[0].verb == SCRIPT_KEY && s.line[0].number == 3 && s.line[0].keys == 3);
    CU_ASSERT(s.line[0].key[0] == '4' && s.line[0].key[1] == 18 && s.line[0].key[2] == K_DOWN);
    CU_ASSERT(s.line[1].verb == SCRIPT_COMMAND && strcmp(s.line[1].text, "step int8  # not a comment") == 0);
    CU_ASSERT(s.line[2].verb == SCRIPT_WAIT && s.line[2].what == SCRIPT_TRIAL && s.line[2].seconds == 2.5);
    CU_ASSERT(s.line[3].what == SCRIPT_IDLE && s.line[3].seconds == SCRIPT_SECONDS);
    CU_ASSERT(s.line[4].keys == 2 && s.line[4].key[1] == 0xe4);
    CU_ASSERT(s.line[5].columns == 120 && s.line[5].rows == 40);
    CU_ASSERT(s.line[6].what == SCRIPT_PASS);
    CU_ASSERT(strcmp(s.line[7].text, "a b.txt") == 0 && s.line[7].number == 10);
    script_free(&s);
    CU_ASSERT_EQUAL(parse(&s, "", &e), 0);
    CU_ASSERT_EQUAL(s.lines, 0);
    script_free(&s);
}

static void test_wrong_lines(void)
{
    static const struct {
        const char *text, *sentence;
    } cases[] = {
        {"key a\nkeys b\n", "a.script: line 2: no line begins with \"keys\""},
        {"key a Nope\n", "a.script: line 1: there is no key \"Nope\""},
        {"key\n", "key takes NAME..., not \"\""},
        {"wait long\n", "wait takes idle|trial [SECONDS], not \"long\""},
        {"wait idle soon", "wait takes"},
        {"wait idle 1 2", "wait takes"},
        {"wait idle -1", "wait takes"},
        {"wait idle nan", "wait takes"},
        {"pause", "pause takes SECONDS"},
        {"size 12", "size takes COLSxROWS, not \"12\""},
        {"capture\n", "capture takes FILE"},
        {"errors ignore\n", "errors takes stop|pass"},
        {"type a\001b\n", "it has characters that are no text"},
        {"say \xff\n", "it has characters that are no text"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct script s;
        struct err e = {0};
        CU_ASSERT_EQUAL(parse(&s, cases[i].text, &e), ERR_FORMAT);
        if (!strstr(e.text, cases[i].sentence))
            printf("\n    %s", e.text);
        CU_ASSERT_PTR_NOT_NULL(strstr(e.text, cases[i].sentence));
        script_free(&s);
    }
}

/* ---- playing ------------------------------------------------------------------------------------------------- */

static struct app app;
static struct fixture_host host;
static struct player player;
static struct str printed;
static struct err err;

static void begin(const char *script)
{
    str_init(&printed);
    err = (struct err){0};
    app_fixture_compress(&app, &host, ATTEMPT_DONE);
    const char *path = unit_temp_file("a.script", script, strlen(script));
    CU_ASSERT_EQUAL_FATAL(player_init(&player, path, &printed, true, &err), 0);
}

static void end(void)
{
    player_free(&player);
    str_free(&printed);
    app_free(&app);
}

/* Until it is over, waits or fails; the code. */
static int play(int *wait_ms)
{
    int code = 0;
    *wait_ms = 0;
    while (code == 0 && *wait_ms == 0 && !player_over(&player))
        code = player_step(&player, &app, wait_ms, &err);
    return code;
}

static void test_session(void)
{
    int ms;
    begin("size 100x30\nkey 4\n:go 1\nsay here\ncapture -\nkey :\ntype theme light\nkey Enter\nwait idle\nkey Q\n");
    CU_ASSERT_EQUAL(play(&ms), 0);
    CU_ASSERT(player_over(&player) && app.quit && app.columns == 100 && app.rows == 30);
    CU_ASSERT_EQUAL(app.bench.current, 1);
    CU_ASSERT_PTR_EQUAL(app.theme, theme_find("light"));
    CU_ASSERT_PTR_NOT_NULL(strstr(printed.text, "4 Compress"));
    CU_ASSERT_PTR_NOT_NULL(strstr(printed.text, " here"));
    end();
}

static void test_waits(void)
{
    int ms;
    begin("wait idle 3\nsee Overview\nsee nowhere\n");
    app.job.running = true;
    CU_ASSERT_EQUAL(play(&ms), 0);
    CU_ASSERT(ms == 3000 && player.at == 0);
    app.now_ns += 1000000000;
    CU_ASSERT_EQUAL(play(&ms), 0);
    CU_ASSERT(ms == 2000 && player.at == 0);
    app.job.running = false;
    app.job.waiting = 1;
    CU_ASSERT_EQUAL(play(&ms), 0);
    CU_ASSERT_EQUAL(player.at, 0);
    app.job.waiting = 0;
    CU_ASSERT_EQUAL(play(&ms), 0);
    CU_ASSERT(player.at == 2 && ms > 0);
    app.now_ns += 121000000000u;
    CU_ASSERT_EQUAL(play(&ms), ERR_USAGE);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "a.script: line 3: \"see nowhere\" was not reached in 120 seconds"));
    end();
}

static void test_trial(void)
{
    int ms;
    begin("wait trial\n:off 1\nwait trial\n");
    CU_ASSERT_EQUAL(play(&ms), ERR_USAGE); /* the host of the test tries nothing */
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "line 3: trial 4 is not being tried"));
    CU_ASSERT_EQUAL(app.bench.current, 4);
    end();
}

static void test_failures(void)
{
    static const struct {
        const char *text, *sentence;
    } cases[] = {
        {"key 1\nkey K", "line 2: K does nothing on the Overview screen"},
        {":nonsense", "line 1: there is no command \"nonsense\""},
        {"key :\n:go 1", "line 2: another line is being typed"},
        {"capture /dev/null/x", "line 1: /dev/null/x"},
    };
    int ms;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        begin(cases[i].text);
        CU_ASSERT_EQUAL(play(&ms), ERR_USAGE);
        if (!strstr(err.text, cases[i].sentence))
            printf("\n    %s", err.text);
        CU_ASSERT_PTR_NOT_NULL(strstr(err.text, cases[i].sentence));
        end();
    }
    begin("errors pass\n:nonsense\nkey K\nwait idle 0\nsay on\n");
    app.job.running = true;
    CU_ASSERT_EQUAL(play(&ms), 0);
    CU_ASSERT(player_over(&player) && strcmp(app.message, "on") == 0);
    end();
}

/* What the engine says while the script waits belongs to the script too. */
static void test_errors_of_jobs(void)
{
    int ms;
    begin("wait idle\n");
    app.job.running = true;
    CU_ASSERT_EQUAL(play(&ms), 0);
    log_add(&app.log, LOG_ERROR, 0, "the rows are none");
    CU_ASSERT_EQUAL(play(&ms), ERR_USAGE);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "line 1: the rows are none"));
    end();
}

CU_TestInfo suite_script[] = {
    {"lines", test_lines},
    {"wrong lines", test_wrong_lines},
    {"a session", test_session},
    {"waits", test_waits},
    {"waiting for a trial", test_trial},
    {"failures", test_failures},
    {"errors of jobs", test_errors_of_jobs},
    CU_TEST_INFO_NULL,
};
