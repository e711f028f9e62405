#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "reports/report.h"
#include "tests/unit/app_fixture.h"
#include "tests/unit/examples_fixture.h"
#include "tui/layout.h"
#include "tui/typed.h"

static struct app app;
static struct fixture_host host;

static void draw(int columns, int rows, struct str *out)
{
    struct canvas c;
    CU_ASSERT_EQUAL_FATAL(canvas_init(&c, columns, rows, app.ascii, NULL), 0);
    app_draw(&app, &c);
    if (out) {
        str_clear(out);
        canvas_print(&c, out);
    }
    canvas_free(&c);
}

static bool shows(const char *text)
{
    struct str s;
    str_init(&s);
    draw(100, 30, &s);
    bool found = strstr(s.text, text) != NULL;
    str_free(&s);
    return found;
}

static void test_start(void)
{
    app_fixture_start(&app, &host, NULL);
    CU_ASSERT_EQUAL(host.submitted, 1);
    CU_ASSERT_EQUAL(host.last.job, JOB_OPEN);
    CU_ASSERT_STRING_EQUAL(host.last.spec, "demo");
    CU_ASSERT(shows("opening demo"));
    fixture_keys(&app, "R b 2 j Enter n + < I 9 ?"); /* nothing is there yet: no crash, no measurement */
    CU_ASSERT_EQUAL(host.submitted, 1);
    struct news opened = {.facts = fixture_facts()};
    app_news(&app, &opened);
    CU_ASSERT_EQUAL(host.submitted, 2); /* an opened model is measured at once */
    CU_ASSERT_EQUAL(host.last.job, JOB_MEASURE);
    CU_ASSERT_EQUAL(host.last.profile.workload.seq, 128);
    CU_ASSERT_EQUAL(host.last.profile.workload.threads, 6);
    app_free(&app);
}

static void test_open_fails(void)
{
    app_fixture_start(&app, &host, "nowhere");
    struct news failed = {.line = calloc(1, sizeof *failed.line), .lines = 1};
    failed.line[0] = (struct log_line){.level = LOG_ERROR, .text = "nowhere: no such directory"};
    app_news(&app, &failed);
    CU_ASSERT(shows("nowhere could not be opened"));
    CU_ASSERT(shows("nowhere: no such directory"));
    fixture_keys(&app, ":");
    fixture_type(&app, "open  other model ");
    fixture_keys(&app, "Enter");
    CU_ASSERT_STRING_EQUAL(host.last.spec, "other model");
    app_free(&app);
}

static void test_screens(void)
{
    static const struct {
        const char *keys;
        enum screen_id screen;
    } cases[] = {{"2", SCREEN_LAYERS}, {"9", SCREEN_LOG}, {"?", SCREEN_HELP}, {"q", SCREEN_LOG}, {"F1", SCREEN_HELP},
                 {"Esc", SCREEN_LOG}, {"1", SCREEN_OVERVIEW}, {"Tab", SCREEN_LAYERS}, {"S-Tab S-Tab", SCREEN_HELP},
                 {"Tab", SCREEN_OVERVIEW}, {"G k k k Enter", SCREEN_LAYERS}};
    app_fixture_measured(&app, &host);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fixture_keys(&app, cases[i].keys);
        CU_ASSERT_EQUAL(app.screen, cases[i].screen);
        draw(80, 24, NULL);
    }
    CU_ASSERT(!app.quit);
    fixture_keys(&app, "q");
    CU_ASSERT(app.quit);
    app.quit = false;
    fixture_keys(&app, "? Q");
    CU_ASSERT(app.quit);
    app_free(&app);
}

static void test_workload(void)
{
    app_fixture_measured(&app, &host);
    fixture_keys(&app, "b b b");
    CU_ASSERT_EQUAL(host.last.profile.workload.batch, 8);
    fixture_keys(&app, "B");
    CU_ASSERT_EQUAL(host.last.profile.workload.batch, 4);
    fixture_keys(&app, "] ]");
    CU_ASSERT_EQUAL(host.last.profile.workload.seq, 512);
    int before = host.submitted;
    fixture_keys(&app, "]"); /* the model has no more positions */
    CU_ASSERT_EQUAL(host.submitted, before);
    fixture_keys(&app, "t");
    CU_ASSERT_EQUAL(host.submitted, before);
    fixture_keys(&app, "T");
    CU_ASSERT_EQUAL(host.last.profile.workload.threads, 4);
    fixture_keys(&app, "t");
    CU_ASSERT_EQUAL(host.last.profile.workload.threads, 6);
    fixture_keys(&app, ":");
    fixture_type(&app, "batch 12");
    fixture_keys(&app, "Enter");
    CU_ASSERT_EQUAL(host.last.profile.workload.batch, 12);
    CU_ASSERT(shows("batch 12 × 512 tokens, 6 threads"));
    fixture_keys(&app, ":");
    fixture_type(&app, "format int8");
    fixture_keys(&app, "Enter");
    CU_ASSERT_EQUAL(host.last.profile.workload.format, KERNEL_INT8);
    CU_ASSERT(shows("batch 12 × 512 tokens, 6 threads, int8 weights"));
    app_free(&app);
}

static void test_steps(void)
{
    static const struct {
        int v, direction, low, high, expected;
    } cases[] = {{1, 1, 1, 6, 2}, {2, 1, 1, 6, 4}, {4, 1, 1, 6, 6}, {6, 1, 1, 6, 6}, {6, -1, 1, 6, 4}, {4, -1, 1, 6, 2},
                 {1, -1, 1, 6, 1}, {5, 1, 1, 100, 8}, {5, -1, 1, 100, 4}, {1, 1, 1, 1, 1}, {100, 1, 1, 64, 64}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        CU_ASSERT_EQUAL(app_step(cases[i].v, cases[i].direction, cases[i].low, cases[i].high), cases[i].expected);
}

static void test_cancel(void)
{
    app_fixture_measured(&app, &host);
    app.job.running = true;
    fixture_keys(&app, "x C-c");
    CU_ASSERT_EQUAL(host.cancelled, 2);
    CU_ASSERT(!app.quit);
    app.job.running = false;
    fixture_keys(&app, "x");
    CU_ASSERT_EQUAL(host.cancelled, 2);
    CU_ASSERT_STRING_EQUAL(app.message, "no job is running");
    fixture_keys(&app, "C-c");
    CU_ASSERT(app.quit);
    app_free(&app);
}

static void test_typed(void)
{
    static const struct {
        const char *line, *message;
    } cases[] = {
        {"batch", "batch takes a whole number from 1 to 4096, not \"\""},
        {"format int5", "there is no format of weights \"int5\" (formats: f32, bf16, f16, int8, int4, ternary, sparse)"},
        {"batch 0", "batch takes a whole number from 1 to 4096, not \"0\""},
        {"batch 8x", "batch takes a whole number from 1 to 4096, not \"8x\""},
        {"seq 513", "seq takes a whole number from 1 to 512, not \"513\""},
        {"seq 99999999999999999999", "seq takes a whole number from 1 to 512, not \"99999999999999999999\""},
        {"theme purple", "there is no theme \"purple\" (themes: dark, light, mono)"},
        {"mouse maybe", "mouse is on or off, not \"maybe\""},
        {"open", "open takes a model: a directory, demo, or preset:NAME"},
        {"write", "write takes the name of a new file"},
        {"jump", "there is no command \"jump\" (Tab after : lists them, ? explains)"},
        {"save-recipe", "there is no command \"save-recipe\"; there is save-trained, save, save-flame (Tab after : lists them, ? explains)"},
        {"quit now", "quit takes nothing after it"},
        {"expand", "expand means nothing on this screen"},
        {"", ""},
        {"   ", ""},
    };
    app_fixture_measured(&app, &host);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fixture_keys(&app, ":");
        fixture_type(&app, cases[i].line);
        fixture_keys(&app, "Enter");
        CU_ASSERT_STRING_EQUAL(app.message, cases[i].message);
    }
    fixture_keys(&app, ":");
    fixture_type(&app, "theme light");
    fixture_keys(&app, "Enter :");
    fixture_type(&app, "mouse off");
    fixture_keys(&app, "Enter :");
    fixture_type(&app, "layers");
    fixture_keys(&app, "Enter");
    CU_ASSERT_STRING_EQUAL(app.theme->name, "light");
    CU_ASSERT(!app.mouse);
    CU_ASSERT_EQUAL(app.screen, SCREEN_LAYERS);
    app_free(&app);
}

static void check_candidates(const char *line, const char *expected)
{
    struct candidates c = {.n = 0};
    char all[8192] = "";
    typed_complete(NULL, line, strlen(line), &c);
    for (int i = 0; i < c.n; i++)
        snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s", i ? " " : "", c.text[i]);
    if (strcmp(all, expected) != 0)
        printf("\n    \"%s\": %s\n", line, all);
    CU_ASSERT_STRING_EQUAL(all, expected);
    candidates_clear(&c);
}

static void test_completion(void)
{
    char line[600], expected[1300];
    check_candidates("the", "theme");
    check_candidates("bat", "batch batch-rows batch-up batch-down");
    check_candidates("theme ", "dark light mono");
    check_candidates("theme l", "light");
    check_candidates("measure ", "");
    check_candidates("nothing ", "");
    const char *file = unit_temp_file("model.txt", "x", 1);
    char dir[500];
    snprintf(dir, sizeof dir, "%.*s", (int)(strrchr(file, '/') - file), file);
    snprintf(line, sizeof line, "open %s/mo", dir);
    snprintf(expected, sizeof expected, "%s/model.txt", dir);
    check_candidates(line, expected);
    snprintf(line, sizeof line, "open %s", dir);
    snprintf(expected, sizeof expected, "%s/", dir);
    struct candidates c = {.n = 0};
    typed_complete(NULL, line, strlen(line), &c);
    CU_ASSERT(c.n >= 1 && strcmp(c.text[0], expected) == 0); /* a folder ends in a slash */
    candidates_clear(&c);
}

static void test_search(void)
{
    app_fixture_measured(&app, &host);
    fixture_keys(&app, "2");
    draw(100, 30, NULL);
    fixture_keys(&app, "/");
    fixture_type(&app, "FEED-FORWARD down");
    fixture_keys(&app, "Enter");
    CU_ASSERT_STRING_EQUAL(app.message, "");
    CU_ASSERT(shows("feed-forward down: weights")); /* found in a folded layer, and selected */
    fixture_keys(&app, "n n n n");
    CU_ASSERT(shows("feed-forward down: weights"));
    fixture_keys(&app, "/");
    fixture_type(&app, "no such thing");
    fixture_keys(&app, "Enter");
    CU_ASSERT_STRING_EQUAL(app.message, "\"no such thing\" is not on this screen");
    CU_ASSERT(shows("feed-forward down")); /* the selection stays */
    fixture_keys(&app, "Esc");
    CU_ASSERT_STRING_EQUAL(app.search, "");
    CU_ASSERT_EQUAL(app.screen, SCREEN_LAYERS);
    app_free(&app);
}

static void test_mouse(void)
{
    app_fixture_measured(&app, &host);
    draw(100, 30, NULL);
    app_event(&app, &(struct event){.kind = EVENT_CLICK, .x = app.tab_x[SCREEN_LAYERS] + 1, .y = 0});
    CU_ASSERT_EQUAL(app.screen, SCREEN_LAYERS);
    draw(100, 30, NULL);
    app_event(&app, &(struct event){.kind = EVENT_CLICK, .x = 5, .y = 5}); /* the second row */
    CU_ASSERT(shows("layer 0: weights"));
    app_event(&app, &(struct event){.kind = EVENT_CLICK, .x = 5, .y = 5}); /* again: unfolds */
    CU_ASSERT(shows("▾ layer 0"));
    app_event(&app, &(struct event){.kind = EVENT_WHEEL, .rows_down = 2});
    CU_ASSERT(shows("Multi-head attention: weights"));
    app_event(&app, &(struct event){.kind = EVENT_WHEEL, .rows_down = -50});
    CU_ASSERT(shows("outside the layers: weights"));
    app_event(&app, &(struct event){.kind = EVENT_CLICK, .x = 99, .y = 29});
    app_event(&app, &(struct event){.kind = EVENT_CLICK, .x = -1, .y = -1});
    app_free(&app);
}

static void test_sort(void)
{
    app_fixture_measured(&app, &host);
    fixture_keys(&app, "2");
    draw(100, 30, NULL);
    fixture_keys(&app, ">");
    CU_ASSERT(shows("Time ms▼"));
    fixture_keys(&app, "I");
    CU_ASSERT(shows("Time ms▲"));
    fixture_keys(&app, "< I");
    CU_ASSERT(!shows("▲") && !shows("▼"));
    app_free(&app);
}

static void test_write(void)
{
    char path[200], line[300];
    struct err e;
    app_fixture_measured(&app, &host);
    snprintf(path, sizeof path, "%s/view.txt", unit_temp_dir());
    snprintf(line, sizeof line, "write %s", path);
    CU_ASSERT_EQUAL(typed_run(&app, line, &e), 0);
    CU_ASSERT_EQUAL(access(path, R_OK), 0);
    CU_ASSERT_EQUAL(typed_run(&app, line, &e), ERR_IO); /* nothing is overwritten */
    CU_ASSERT_PTR_NOT_NULL(strstr(e.text, "is there already"));
    app_free(&app);
}

/* The beginning of a file. */
static const char *start_of(const char *path)
{
    static char text[4096];
    FILE *f = fopen(path, "rb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(f);
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    return text;
}

/* S and E write new files beside those that are there. */
static void test_keys_that_write(void)
{
    static const char *const files[] = {"bertscope-overview-1.txt", "bertscope-overview-1.html", "bertscope-overview-2.txt",
                                        "bertscope-overview-2.html", "bertscope-report-1.html", "bertscope-report-2.html"};
    char here[1024];
    CU_ASSERT_FATAL(getcwd(here, sizeof here) && chdir(unit_temp_dir()) == 0);
    app_fixture_start(&app, &host, NULL);
    fixture_keys(&app, "E");
    CU_ASSERT(shows("nothing to report"));
    app_free(&app);
    app_fixture_heads(&app, &host, true);
    fixture_keys(&app, "S S");
    CU_ASSERT(shows("wrote this view to bertscope-overview-2.txt and bertscope-overview-2.html"));
    for (int id = 0; id < SCREENS; id++) {
        app_show(&app, id);
        fixture_keys(&app, "E");
        CU_ASSERT(shows("wrote the report to bertscope-report-"));
    }
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        CU_ASSERT_EQUAL(access(files[i], R_OK), 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(start_of("bertscope-overview-1.txt"), "models/bert-four"));
    CU_ASSERT_EQUAL(strncmp(start_of("bertscope-overview-1.html"), "<!DOCTYPE html>", 15), 0);
    CU_ASSERT_EQUAL(strncmp(start_of("bertscope-report-1.html"), "<!DOCTYPE html>", 15), 0);
    app_free(&app);
    CU_ASSERT_EQUAL(chdir(here), 0);
}

/* s asks for samples; w writes those that are there. */
static void test_samples(void)
{
    char here[1024];
    CU_ASSERT_FATAL(getcwd(here, sizeof here) && chdir(unit_temp_dir()) == 0);
    app_fixture_measured(&app, &host);
    fixture_keys(&app, "7 w s");
    CU_ASSERT(host.last.job == JOB_SAMPLE && host.last.profile.workload.seq == app.workload.seq);
    app_free(&app);
    app_fixture_samples(&app, &host);
    fixture_keys(&app, "7 f w");
    CU_ASSERT(shows("wrote the samples to bertscope-flame-1.svg and bertscope-flame-1.folded"));
    CU_ASSERT_PTR_NOT_NULL(strstr(start_of("bertscope-flame-1.folded"), "\nop_attention_forward;softmax_row 100\n"));
    CU_ASSERT_EQUAL(strncmp(start_of("bertscope-flame-1.svg"), "<svg ", 5), 0);
    fixture_keys(&app, "j Enter j j"); /* op_linear_forward, then what it calls; up does not leave it */
    CU_ASSERT(shows("activate_row: 50 samples, 5.0%") && !shows("op_attention_forward"));
    fixture_keys(&app, "k k k k");
    CU_ASSERT(shows("op_linear_forward: 650 samples") && !shows("op_attention_forward"));
    fixture_keys(&app, "Enter");
    CU_ASSERT(shows("op_attention_forward"));
    app_event(&app, &(struct event){.kind = EVENT_CLICK, .x = 70, .y = 4});
    CU_ASSERT(shows("op_attention_forward: 300 samples"));
    app_news(&app, &(struct news){.facts = fixture_facts()}); /* another model */
    CU_ASSERT(shows("There are no samples yet"));
    app_free(&app);
    CU_ASSERT_EQUAL(chdir(here), 0);
}

/* A saved report is shown like a model, but nothing can be asked of the engine. */
static void test_saved(void)
{
    struct err e = {0};
    struct report *r = calloc(1, sizeof *r);
    char path[1200], line[1300];
    app_fixture_heads(&app, &host, true);
    snprintf(path, sizeof path, "%s/saved.html", unit_temp_dir());
    snprintf(line, sizeof line, "report %s", path);
    CU_ASSERT_EQUAL(typed_run(&app, line, &e), 0);
    app_free(&app);
    CU_ASSERT_EQUAL_FATAL(report_open(r, path, &e), 0);
    app_fixture_start(&app, &host, NULL);
    int before = host.submitted;
    CU_ASSERT_EQUAL(app_show_saved(&app, r, &e), 0);
    CU_ASSERT(shows("models/bert-four") && shows("Feed-forward"));
    fixture_keys(&app, "R");
    CU_ASSERT(shows("this is a saved report"));
    fixture_keys(&app, "b ] t T x 3 Enter c 8 Enter");
    fixture_type(&app, ":open demo");
    fixture_keys(&app, "Enter");
    fixture_type(&app, ":format int8");
    fixture_keys(&app, "Enter 3");
    CU_ASSERT(shows("gradient importance"));
    CU_ASSERT_EQUAL(host.submitted, before);
    CU_ASSERT_EQUAL(app.workload.batch, 1);
    snprintf(line, sizeof line, "report %s.again.html", path);
    CU_ASSERT_EQUAL(typed_run(&app, line, &e), 0);
    app_free(&app);
}

/* Every screen in every state at every size draws inside its canvas (the sanitizers watch) and says something. */
static void test_sizes(void)
{
    for (int state = 0; state < 14 + EXAMPLES_STATES; state++) {
        if (state >= 14)
            app_fixture_examples(&app, &host, (enum examples_state)(state - 14));
        else if (state > 10)
            app_fixture_samples(&app, &host);
        else if (state > 3)
            app_fixture_training(&app, &host, (enum train_state)(state - 4));
        else if (state > 1)
            app_fixture_heads(&app, &host, state > 2);
        else if (state)
            app_fixture_measured(&app, &host);
        else
            app_fixture_start(&app, &host, "日本 model\033[2J");
        for (int id = 0; id < SCREENS; id++) {
            app_show(&app, id);
            for (int i = 11; i < state && state < 14; i++)
                app_act(&app, ACTION_PROFILE_MODE);
            if (state >= 14 && id != SCREEN_EXAMPLES)
                continue;
            if (state >= 14 + EXAMPLES_VALUES) { /* the attention map; the table is swept in the other states */
                fixture_keys(&app, "Enter");
                fixture_answer_look(&app, &host);
            }
            for (int rows = 1; rows <= 60; rows += rows < 12 ? 1 : 7)
                for (int columns = 1; columns <= 200; columns += columns < 50 ? 1 : 11) {
                    struct str s;
                    str_init(&s);
                    draw(columns, rows, &s);
                    CU_ASSERT(strspn(s.text, " \n") < s.len);
                    CU_ASSERT_PTR_NULL(strchr(s.text, '\033'));
                    str_free(&s);
                }
        }
        app_free(&app);
    }
}

/* Any key at any time. */
static void test_any_keys(void)
{
    uint64_t seed = 42;
    app_fixture_heads(&app, &host, true);
    for (uint64_t i = 0; i < 20000; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        int key = (int)(seed >> 33) % 160;
        if (key == 'S' || key == 'E' || key == 13) /* these would write files; Enter ends a typed line */
            app.prompt.open = false;
        struct event ev = {.kind = EVENT_KEY, .key = key < 128 ? key : K_NAMED + key - 128};
        if (key != 'S' && key != 'E')
            app_event(&app, &ev);
        app.quit = app.suspend = false;
        if (i % 50 == 0)
            draw(40 + (int)(seed >> 40) % 100, 8 + (int)(seed >> 50) % 40, NULL);
    }
    app_free(&app);
}

CU_TestInfo suite_app[] = {
    {"samples: asked for, zoomed, written", test_samples},
    {"start: open, then measure", test_start},
    {"a model that cannot be opened", test_open_fails},
    {"going between screens", test_screens},
    {"the workload keys measure again", test_workload},
    {"steps of powers of two", test_steps},
    {"cancel and interrupt", test_cancel},
    {"typed commands and their errors", test_typed},
    {"completion of commands, values, files", test_completion},
    {"search", test_search},
    {"mouse", test_mouse},
    {"sorting", test_sort},
    {"writing a view", test_write},
    {"keys that write", test_keys_that_write},
    {"a saved report", test_saved},
    {"every screen at every size", test_sizes},
    {"20000 random keys", test_any_keys},
    CU_TEST_INFO_NULL,
};
