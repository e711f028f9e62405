/* Every screen as text, and as letters of tones, against golden files. BERTSCOPE_GOLDEN=write (make golden-screens) writes
 * them anew, so that the difference can be reviewed. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/filemap.h"
#include "analyzer/base/outfile.h"
#include "tests/unit/app_fixture.h"
#include "tests/unit/examples_fixture.h"

static const struct {
    const char *name;
    const char *keys; /* after the fixture was measured; "" = none */
    bool ascii;
    int columns, rows;
} views[] = {
#define VIEW(name, keys, ascii, columns, rows) {name, keys, ascii, columns, rows},
#include "tests/golden/screens/views.def"
#undef VIEW
};
enum { VIEWS = sizeof views / sizeof views[0] };

static void compare(const char *path, const struct str *text)
{
    struct filemap m;
    struct err e;
    const char *refresh = getenv("BERTSCOPE_GOLDEN");
    if (refresh && strcmp(refresh, "write") == 0) {
        CU_ASSERT_EQUAL(outfile_write(path, text->text, text->len, &e), 0);
        return;
    }
    if (filemap_open(&m, path, &e) != 0) {
        printf("\n    %s (make golden-screens writes it)\n", e.text);
        CU_FAIL("no golden file");
        return;
    }
    bool equal = m.size == text->len && memcmp(m.data, text->text, text->len) == 0;
    if (!equal)
        printf("\n    %s differs; now it is\n%s", path, text->text);
    CU_ASSERT(equal);
    filemap_close(&m);
}

static void draw_state(struct app *a, int i, const char *extension, void (*print)(const struct canvas *, struct str *))
{
    char path[300];
    struct canvas c;
    struct str text;
    CU_ASSERT_EQUAL_FATAL(canvas_init(&c, views[i].columns, views[i].rows, views[i].ascii, NULL), 0);
    str_init(&text);
    app_draw(a, &c);
    print(&c, &text);
    snprintf(path, sizeof path, "tests/golden/screens/%s.%dx%d.%s", views[i].name, views[i].columns, views[i].rows,
             extension);
    compare(unit_source(path), &text);
    str_free(&text);
    canvas_free(&c);
}

/* Of a screen, not of a text that comes from a file: marks, lines, blocks, dots. */
static bool is_symbol(const char *s)
{
    return (unsigned char)*s == 0xc2 || (unsigned char)*s == 0xe2;
}

/* ASCII has a stand-in for every symbol: no question mark where another one would be. */
static void check_stand_ins(struct app *a, const char *name)
{
    struct canvas full, ascii;
    int lost = 0;
    CU_ASSERT_EQUAL_FATAL(canvas_init(&full, a->columns, a->rows, false, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(canvas_init(&ascii, a->columns, a->rows, true, NULL), 0);
    app_draw(a, &full);
    app_draw(a, &ascii);
    for (int y = 0; y < full.rows; y++)
        for (int x = 0; x < full.columns; x++)
            if (strcmp(canvas_cell(&ascii, x, y)->text, "?") == 0 && is_symbol(canvas_cell(&full, x, y)->text)) {
                printf("\n    %s: no stand-in for \"%s\" at %d,%d\n", name, canvas_cell(&full, x, y)->text, x, y);
                lost++;
            }
    CU_ASSERT_EQUAL(lost, 0);
    canvas_free(&full);
    canvas_free(&ascii);
}

static void draw_once(struct app *a)
{
    struct canvas c;
    CU_ASSERT_EQUAL_FATAL(canvas_init(&c, a->columns, a->rows, a->ascii, NULL), 0);
    app_draw(a, &c);
    canvas_free(&c);
}

/* One key after the other, with a drawing between them, as it is at a terminal. */
static void press(struct app *a, struct fixture_host *host, const char *keys)
{
    draw_once(a);
    for (const char *s = keys; *s; s += strspn(s, " ")) {
        char key[16];
        size_t n = strcspn(s, " ");
        snprintf(key, sizeof key, "%.*s", (int)n, s);
        fixture_keys(a, key);
        fixture_answer_look(a, host);
        draw_once(a);
        s += n;
    }
}

/* "train-paused" shows a paused one. */
static enum train_state training_of(const char *name)
{
    for (int s = TRAIN_NONE; s <= TRAIN_FAILED; s++)
        if (strncmp(name, "train-", 6) == 0 && strcmp(name + 6, train_state_name(s)) == 0)
            return s;
    return TRAIN_RUNNING;
}

/* "compress-failed" shows a recipe that could not be applied, "compress-arriving" one whose rows arrive. */
static enum attempt_stage stage_of(const char *name)
{
    return strncmp(name, "compress-failed", 15) == 0 ? ATTEMPT_FAILED : strncmp(name, "compress-arriving", 17) == 0 ? ATTEMPT_RUNNING : ATTEMPT_DONE;
}

/* "compress-alone" shows the step on its parts, "compress-alone-arriving" the first of them. */
static void compress_of(struct app *a, struct fixture_host *host, const char *name)
{
    static const char step[] = "int8 components=embedding,ffn";
    bool arriving = strncmp(name, "compress-alone-arriving", 23) == 0;
    app_fixture_compress(a, host, stage_of(name));
    if (strncmp(name, "compress-alone", 14) != 0)
        return;
    app_fixture_parts(a, step, false, arriving ? 2 : 100);
    app_fixture_parts(a, step, true, 100);
    if (arriving)
        a->job = (struct job_state){.running = true, .job = JOB_SENSITIVITY, .what = "predicting", .done = 300, .total = 872,
                                    .phase_ns = a->now_ns - 40000000u};
}

/* "examples-session" shows a trial without answers, and so on. */
static enum examples_state examples_of(const char *name)
{
    static const char *const names[EXAMPLES_STATES] = {"unknown", "arriving", "session", "failed", "same", "values", "ready"};
    for (int s = 0; s < EXAMPLES_STATES; s++)
        if (strncmp(name, "examples-", 9) == 0 && strcmp(name + 9, names[s]) == 0)
            return (enum examples_state)s;
    return EXAMPLES_READY;
}

static void test_views(void)
{
    setenv("TZ", "UTC", 1);
    for (int i = 0; i < VIEWS; i++) {
        struct app a;
        struct fixture_host host;
        if (strncmp(views[i].name, "opening", 7) == 0)
            app_fixture_start(&a, &host, "models/bert-four");
        else if (strncmp(views[i].name, "train", 5) == 0)
            app_fixture_training(&a, &host, training_of(views[i].name));
        else if (strncmp(views[i].name, "compress", 8) == 0)
            compress_of(&a, &host, views[i].name);
        else if (strncmp(views[i].name, "examples", 8) == 0)
            app_fixture_examples(&a, &host, examples_of(views[i].name));
        else if (strncmp(views[i].name, "profile", 7) == 0 || strncmp(views[i].name, "layers-counters", 15) == 0)
            app_fixture_samples(&a, &host);
        else if (strncmp(views[i].name, "heads", 5) == 0)
            app_fixture_heads(&a, &host, strncmp(views[i].name, "heads-arriving", 14) != 0);
        else
            app_fixture_measured(&a, &host);
        a.ascii = views[i].ascii;
        a.columns = views[i].columns;
        a.rows = views[i].rows;
        press(&a, &host, views[i].keys);
        draw_state(&a, i, "txt", canvas_print);
        draw_state(&a, i, "tones", canvas_print_tones);
        check_stand_ins(&a, views[i].name);
        app_free(&a);
    }
}

static void measuring(struct app *a, struct fixture_host *host)
{
    app_fixture_measured(a, host);
    a->job = (struct job_state){.running = true, .job = JOB_MEASURE, .what = "measuring", .done = 1.2, .total = 3,
                                .phase_ns = a->now_ns - 1200000000u, .waiting = 1};
}

/* What the status line says. */
static void check_status(struct app *a, const char *expected)
{
    struct canvas c;
    struct str text;
    CU_ASSERT_EQUAL_FATAL(canvas_init(&c, 80, 24, false, NULL), 0);
    str_init(&text);
    app_draw(a, &c);
    canvas_print(&c, &text);
    const char *line = text.text;
    for (int i = 0; i < 22; i++)
        line = strchr(line, '\n') + 1;
    if (strncmp(line, expected, strlen(expected)) != 0 || line[strlen(expected)] != '\n')
        printf("\n    %.*s\n", (int)strcspn(line, "\n"), line);
    CU_ASSERT(strncmp(line, expected, strlen(expected)) == 0 && line[strlen(expected)] == '\n');
    str_free(&text);
    canvas_free(&c);
}

static void test_status(void)
{
    struct app a;
    struct fixture_host host;
    measuring(&a, &host);
    check_status(&a, " measuring ██████▍           40%  about 2 s left  1 waiting");
    a.job.total = 0;
    check_status(&a, " measuring   1 waiting");
    app_say(&a, LOG_ERROR, "something\033[2J broke");
    check_status(&a, "  error  something\\x1b[2J broke");
    fixture_keys(&a, "j"); /* any key takes a message away */
    a.job.running = false;
    check_status(&a, " measured 120 passes of batch 1 x 128 tokens with 6 threads");
    log_add(&a.log, LOG_DONE, a.wall, "wrote the recipe to half.recipe"); /* by a job: what was done last stays */
    check_status(&a, " wrote the recipe to half.recipe");
    a.log.lines = 0; /* a report that was opened again */
    a.profile->converged = false;
    check_status(&a, " measured 120 passes of batch 1 x 128 tokens with 6 threads; its time was over…");
    a.profile->finished = false;
    check_status(&a, " the measurement was cancelled; its figures are provisional");
    app_free(&a);
}

CU_TestInfo suite_screens[] = {
    {"golden views", test_views},
    {"status line", test_status},
    CU_TEST_INFO_NULL,
};
