/* The Compress screen: keys and commands, what they make of the recipe, and what they ask for. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/app_fixture.h"
#include "tui/screen_compress.h"

static struct app app;
static struct fixture_host host;

static void draw_once(void)
{
    struct canvas c;
    CU_ASSERT_EQUAL_FATAL(canvas_init(&c, 100, 30, false, NULL), 0);
    app_draw(&app, &c);
    canvas_free(&c);
}

/* What begins with a colon is typed, the rest are keys. */
static void press(const char *keys)
{
    if (*keys == ':') {
        fixture_keys(&app, ":");
        fixture_type(&app, keys + 1);
        fixture_keys(&app, "Enter");
    } else {
        fixture_keys(&app, keys);
    }
    draw_once();
}

static void begin(void)
{
    app_fixture_heads(&app, &host, true);
    press("4");
}

static void check(const char *keys, const char *recipe)
{
    const char *now = workbench_now(&app.bench)->recipe;
    if (strcmp(now, recipe) != 0)
        printf("\n    after \"%s\": \"%s\" is not \"%s\"\n", keys, now, recipe);
    CU_ASSERT_STRING_EQUAL(now, recipe);
}

/* One after the other, each with the recipe it leads to. */
static void test_recipe(void)
{
    static const struct {
        const char *keys, *recipe;
    } cases[] = {
        {":step prune-neurons", "prune-neurons\n"},
        {"l l", "prune-neurons fraction=0.1\n"},
        {"Right Left Left", "prune-neurons fraction=0.05\n"},
        {":step int8 components=ffn", "prune-neurons fraction=0.05\nint8 components=ffn\n"},
        {"K", "int8 components=ffn\nprune-neurons fraction=0.05\n"}, /* the new one is selected */
        {"J", "prune-neurons fraction=0.05\nint8 components=ffn\n"},
        {"g K", "prune-neurons fraction=0.05\nint8 components=ffn\n"}, /* it is the first one already */
        {"J", "int8 components=ffn\nprune-neurons fraction=0.05\n"},
        {"Space", "int8 components=ffn\noff prune-neurons fraction=0.05\n"},
        {":set 1 layers=0-1", "int8 layers=0-1 components=ffn\noff prune-neurons fraction=0.05\n"},
        {":set 1 components=", "int8 layers=0-1\noff prune-neurons fraction=0.05\n"},
        {":move 2 1", "off prune-neurons fraction=0.05\nint8 layers=0-1\n"},
        {":off 1", "prune-neurons fraction=0.05\nint8 layers=0-1\n"},
        {"u", "off prune-neurons fraction=0.05\nint8 layers=0-1\n"},
        {"C-r", "prune-neurons fraction=0.05\nint8 layers=0-1\n"},
        {":remove 1", "int8 layers=0-1\n"},
        {"g d", ""},
        {":undo", "int8 layers=0-1\n"},
        {":go 0", ""},
        {":redo", "prune-neurons\n"},
        {"o G Enter", ""},
        {"o g j Enter", "prune-neurons\n"},
        {"a Esc", "prune-neurons\n"},
        {"g a g Enter", "prune-neurons\nf16\n"},
    };
    begin();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        press(cases[i].keys);
        check(cases[i].keys, cases[i].recipe);
    }
    CU_ASSERT_EQUAL(app.screen, SCREEN_COMPRESS);
    app_free(&app);
}

static void test_refused(void)
{
    static const struct {
        const char *line, *sentence;
    } cases[] = {
        {":step int9", "there is no method \"int9\""},
        {":step", "step takes a step"},
        {":set 9 layers=1", "set takes a whole number from 1 to 1"},
        {":set 1 colour=1", "OPTION=VALUE of one of its options"},
        {":set 1 layers=x", "layers must be numbers like"},
        {":remove", "remove takes a whole number"},
        {":move 1", "move takes the number of a step and"},
        {":go nowhere", "there is no trial \"nowhere\""},
        {":save", "save takes a file"},
        {":load /no/such/file", "/no/such/file"},
        {":export", "export takes a directory"},
        {":hidden 0", "hidden takes a whole number"},
    };
    begin();
    press(":step int8");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        press(cases[i].line);
        if (!strstr(app.message, cases[i].sentence))
            printf("\n    %s: \"%s\"\n", cases[i].line, app.message);
        CU_ASSERT(strstr(app.message, cases[i].sentence) != NULL);
        check(cases[i].line, "int8\n");
    }
    app_free(&app);
}

/* What is asked of the engine: the original at first, then every recipe that is not known, and a measurement that was cut short again. */
static void test_requests(void)
{
    begin();
    CU_ASSERT(host.last.job == JOB_TRIAL && host.last.trial.attempt == 0);
    press(":step int8");
    CU_ASSERT(host.last.job == JOB_TRIAL && host.last.trial.attempt == 1);
    CU_ASSERT_STRING_EQUAL(host.last.trial.recipe, "int8\n");
    CU_ASSERT_STRING_EQUAL(host.last.trial.data, "dev.tsv");
    CU_ASSERT_EQUAL(host.last.profile.workload.threads, 6);
    app.profile->finished = false;
    int before = host.submitted;
    press(":step f16");
    CU_ASSERT(host.submitted == before + 2 && host.last.job == JOB_MEASURE);
    press(":export out dense");
    CU_ASSERT(host.last.job == JOB_EXPORT && host.last.trial.form == EXPORT_DENSE);
    CU_ASSERT_STRING_EQUAL(host.last.trial.dir, "out");
    app_free(&app);
    app_fixture_compress(&app, &host, ATTEMPT_DONE);
    app.bench.attempt[3].trial.logits = calloc(1, sizeof(float));
    before = host.submitted;
    press("4"); /* all is known */
    CU_ASSERT_EQUAL(host.submitted, before);
    press(":data other.tsv sst2");
    CU_ASSERT(host.submitted == before + 1 && host.last.trial.attempt == 3 && host.last.trial.era == 1);
    app_free(&app);
}

static void test_files(void)
{
    begin();
    press(":step int8  # all of it");
    press(":name first");
    press(":save screen-compress.recipe");
    press("u");
    press(":load screen-compress.recipe");
    check(":load", "int8 # all of it\n");
    CU_ASSERT_EQUAL(app.bench.attempts, 3);
    press(":go first");
    CU_ASSERT_EQUAL(app.bench.current, 1);
    remove("screen-compress.recipe");
    app_free(&app);
}

/* What is tagged on other screens becomes steps. */
static void test_tags(void)
{
    begin();
    press("3 Space l Space l l Space j p");
    check("heads", "prune-heads heads=0.0-1,0.3\n");
    press("r p");
    check("a row", "prune-heads heads=0.0-1,0.3\nprune-heads heads=1.0-11\n");
    press("p");
    press("U p");
    CU_ASSERT(strstr(workbench_now(&app.bench)->recipe, "prune-heads heads=1.3\n") != NULL); /* the selected one */
    press(":go 0");
    press("2 g j Space j Space f Enter"); /* layers 0 and 1 */
    check("layers", "int8 layers=0-1\n");
    press(":go 0");
    press("2 g j Enter j Space p Enter");
    check("a component", "prune-neurons fraction=0.5 layers=0\n");
    press(":rows f16");
    check("the selected row", "prune-neurons fraction=0.5 layers=0\nf16 layers=0 components=before\n");
    press(":rows prune-heads layers=1");
    CU_ASSERT(strstr(app.message, "layers is given twice") != NULL);
    app_free(&app);
}

/* ---- a step on its parts alone ------------------------------------------------------------------------------- */

static void begin_parts(const char *step, bool cells, int rows)
{
    char line[64];
    begin();
    snprintf(line, sizeof line, ":step %s", step);
    press(line);
    app_fixture_parts(&app, "int8 components=embedding,ffn", cells, rows);
}

/* One after the other, each with the recipe it leads to. Layers 0-3, then embedding and ffn; by points: layer 1, 0, 2, ... */
static void test_parts(void)
{
    static const struct {
        const char *keys, *recipe;
    } cases[] = {
        {"s", "int8 components=embedding,ffn\n"},
        {"j f", "int8 layers=0,2-3 components=embedding,ffn\n"},
        {"f", "int8 layers=0,2-3 components=embedding,ffn\n"}, /* it is out already */
        {"u", "int8 components=embedding,ffn\n"},
        {"Enter", "int8 layers=0,2-3 components=embedding,ffn\n"},
        {"G Enter", "int8 layers=0,2-3 components=embedding\n"},
        {"k Enter", "int8 layers=0,2-3 components=embedding\n"}, /* nothing would be left */
        {"g > > f", "int8 layers=2-3 components=embedding\n"}, /* the selected row stays selected: layer 0 */
        {"g f", "int8 layers=2-3 components=embedding\n"},       /* layer 1, the best, is out already */
        {"I g f", "int8 layers=2-3 components=embedding\n"},     /* the worst: embedding, all that is left */
        {"/ 3 Enter", "int8 layers=2-3 components=embedding\n"},
        {":leave-out", "int8 layers=2 components=embedding\n"},
        {"Esc", "int8 layers=2 components=embedding\n"},
        {"f", "int8 layers=2 components=embedding\n"}, /* among the steps there is nothing to leave out */
    };
    begin_parts("int8 components=embedding,ffn", false, 100);
    int before = host.submitted;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        press(cases[i].keys);
        check(cases[i].keys, cases[i].recipe);
        if (i == 0)
            CU_ASSERT_EQUAL(host.submitted, before); /* all is known */
        const struct parts_view *p = &((const struct compress_view *)app.view[SCREEN_COMPRESS])->parts;
        CU_ASSERT(p->rows == 6 && p->order[p->table.cursor] == p->selected); /* what is marked is what is left out */
    }
    app_free(&app);
}

static void test_cells(void)
{
    begin_parts("int8 components=embedding,ffn # all", true, 100);
    app_fixture_parts(&app, "int8 components=embedding,ffn", false, 100);
    press("s s");
    press("j f");
    check("a cell", "int8 layers=1-3 components=embedding,ffn # all\nint8 layers=0 components=embedding\n");
    press("G f");
    check("another", "int8 layers=1-2 components=embedding,ffn # all\nint8 layers=3 components=embedding\nint8 layers=0 components=embedding\n");
    press("u u");
    check("undone", "int8 components=embedding,ffn # all\n");
    int before = host.submitted;
    press("g j f Esc s"); /* back to the table that the part was left out of */
    check("again", "int8 layers=1-3 components=embedding,ffn # all\nint8 layers=0 components=embedding\n");
    CU_ASSERT(host.last.job == JOB_TRIAL && host.submitted == before + 1);
    app_free(&app);
}

/* What is asked of the engine, and what is not. */
static void test_parts_asked(void)
{
    begin();
    press(":step int8 layers=0-2 # some");
    press("s");
    CU_ASSERT(host.last.job == JOB_SENSITIVITY && !host.last.cells);
    CU_ASSERT_STRING_EQUAL(host.last.trial.recipe, "int8 layers=0-2");
    CU_ASSERT_STRING_EQUAL(host.last.trial.data, "dev.tsv");
    app.job = (struct job_state){.running = true, .job = JOB_SENSITIVITY};
    int before = host.submitted;
    press("Esc s");
    CU_ASSERT_EQUAL(host.submitted, before); /* it is under way */
    press("s");
    CU_ASSERT(host.submitted == before + 1 && host.last.job == JOB_SENSITIVITY && host.last.cells);
    app.job.running = false;
    press("x Esc s"); /* cancelled: again */
    CU_ASSERT(host.submitted == before + 2 && !host.last.cells);
    app_fixture_parts(&app, "int8 layers=0-2", false, 2);
    press("s");
    CU_ASSERT(host.submitted == before + 3 && !host.last.cells); /* cut short */
    app_fixture_parts(&app, "int8 layers=0-2", false, 100);
    press(":step f16");
    press(":sensitivity 2");
    CU_ASSERT_STRING_EQUAL(host.last.trial.recipe, "f16");
    press("1");
    press(":sensitivity 1");
    CU_ASSERT(app.screen == SCREEN_COMPRESS && host.last.job == JOB_TRIAL); /* the other is known */
    before = host.submitted;
    press(":data other.tsv sst2"); /* of other rows nothing is */
    press("Esc s");
    CU_ASSERT(host.last.job == JOB_SENSITIVITY && host.last.trial.era == 1);
    app_free(&app);
}

static void test_parts_refused(void)
{
    static const struct {
        const char *first, *keys, *sentence;
    } cases[] = {
        {"", "s", "the recipe is empty"},
        {"", ":sensitivity", "the recipe is empty"},
        {":step int8", ":sensitivity 2", "sensitivity takes a whole number from 1 to 1"},
        {":step # nothing", "s", "is no step"},
        {":step prune-vocab", "s", "no layers that it could be tried on"},
        {":step int8", "f", "nothing is selected"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        begin();
        if (cases[i].first[0])
            press(cases[i].first);
        int before = host.submitted;
        press(cases[i].keys);
        if (!strstr(app.message, cases[i].sentence))
            printf("\n    %s: \"%s\"\n", cases[i].keys, app.message);
        CU_ASSERT(strstr(app.message, cases[i].sentence) != NULL);
        CU_ASSERT_EQUAL(host.submitted, before);
        app_free(&app);
    }
    begin();
    press(":step prune-neurons fraction=0.5");
    press("s");
    app.job = (struct job_state){.running = true, .job = JOB_SENSITIVITY};
    press("s");
    CU_ASSERT(strstr(app.message, "no components") != NULL);
    press("f");
    CU_ASSERT(strstr(app.message, "no part is known yet") != NULL);
    press("Esc");
    app.data[0] = '\0';
    press(":step int8");
    press("s");
    CU_ASSERT(strstr(app.message, ":data FILE TASK gives some") != NULL);
    app.facts->has_classifier = false;
    press("s");
    CU_ASSERT(strstr(app.message, "no classification head") != NULL);
    app_free(&app);
    begin();
    app.settings.readonly = true;
    press("Enter Enter"); /* the list of methods, which may be looked at */
    CU_ASSERT(strstr(app.message, "read-only") != NULL);
    check("read-only", "");
    app_free(&app);
    begin_parts("int8 components=embedding,ffn", false, 100);
    app.settings.readonly = true;
    press("s Enter f"); /* it may be looked at */
    CU_ASSERT(strstr(app.message, "read-only") != NULL);
    check("read-only", "int8 components=embedding,ffn\n");
    app_free(&app);
}

/* At any size, with the mouse everywhere. */
static void test_parts_sizes(void)
{
    begin_parts("int8 components=embedding,ffn", true, 100);
    app_fixture_parts(&app, "int8 components=embedding,ffn", false, 3);
    press("s");
    for (int w = 1; w <= 210; w += 13)
        for (int h = 1; h <= 62; h += 3) {
            struct canvas c;
            app.columns = w;
            app.rows = h;
            CU_ASSERT_EQUAL_FATAL(canvas_init(&c, w, h, h % 2, NULL), 0);
            app_draw(&app, &c);
            for (int y = 1; y < h; y++)
                app_event(&app, &(struct event){.kind = EVENT_CLICK, .x = w * 7 / 11, .y = y});
            fixture_keys(&app, h % 5 == 0 ? "s >" : "j <");
            app_draw(&app, &c);
            canvas_free(&c);
        }
    check("clicks", "int8 components=embedding,ffn\n");
    app_free(&app);
}

CU_TestInfo suite_screen_compress[] = {
    {"the recipe", test_recipe},
    {"what is refused", test_refused},
    {"what is asked for", test_requests},
    {"files and names", test_files},
    {"what is tagged", test_tags},
    {"a step on its parts", test_parts},
    {"a step on components of layers", test_cells},
    {"parts that are asked for", test_parts_asked},
    {"parts that are refused", test_parts_refused},
    {"parts at any size", test_parts_sizes},
    CU_TEST_INFO_NULL,
};
